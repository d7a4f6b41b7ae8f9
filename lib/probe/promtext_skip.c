/* Samples that nobody asks for: most of a page, so most of the time. */
#include "probe/promtext_impl.h"

bool
promtext_can_skip(const struct promtext *p, struct cursor c)
{
	(void)p;
	(void)c;
	return false;
}
