#include <stdlib.h>

#include "probe/promtext_impl.h"

struct strict {
	int x;
};

struct strict *
promtext_strict_new(const struct promtext_limits *limits)
{
	(void)limits;
	return calloc(1, sizeof(struct strict));
}

void
promtext_strict_begin(struct strict *s, enum promtext_format format)
{
	(void)s;
	(void)format;
}

bool
promtext_strict_meta(struct promtext *p, const struct meta_line *m)
{
	(void)p;
	(void)m;
	return true;
}

bool
promtext_strict_sample(struct promtext *p)
{
	(void)p;
	return true;
}

bool
promtext_strict_end(struct promtext *p)
{
	(void)p;
	return true;
}

void
promtext_strict_free(struct strict *s)
{
	free(s);
}
