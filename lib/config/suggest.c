#include "config/suggest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct suggestion
suggest_new(const char *wrong)
{
	return (struct suggestion){ .wrong = wrong };
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Optimal string alignment over three rows. */
static size_t
distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][SUGGEST_WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (size_t j = 0; j <= b_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			now[j] = least(
			    last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_length];
}

void
suggest_consider(struct suggestion *s, const char *known)
{
	size_t wrong_length = strlen(s->wrong);
	size_t known_length = strlen(known);
	size_t allowed = known_length <= 4 ? 1 : 1 + known_length / 4;
	size_t d;

	if (strcasecmp(s->wrong, known) == 0) {
		s->best = known;
		s->distance = 0;
		return;
	}
	if (wrong_length > SUGGEST_WORD_MAX || known_length > SUGGEST_WORD_MAX)
		return;
	d = distance(s->wrong, wrong_length, known, known_length);
	if (d > allowed || (s->best != NULL && d >= s->distance))
		return;
	s->best = known;
	s->distance = d;
}

const char *
suggest_text(const struct suggestion *s, char buffer[128])
{
	if (s->best == NULL)
		return "";
	(void)snprintf(buffer, 128, "; did you mean \"%s\"?", s->best);
	return buffer;
}
