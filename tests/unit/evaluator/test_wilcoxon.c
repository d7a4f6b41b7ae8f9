/*
 * What R says of random pairs of samples (tests/oracle/wilcoxon.R), and what
 * we say.  ROLLBACKD_ORACLE names another file of cases than the one that is
 * kept.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluator/effect.h"
#include "evaluator/hodges_lehmann.h"
#include "evaluator/mann_whitney.h"

#define KEPT "tests/oracle/wilcoxon.data"
#define KEPT_MIN 60
#define VALUES_MAX 100
#define LINE_MAX_BYTES 65536

/* R's numbers are written with 15 digits. */
#define CLOSE 1e-12
/* What R finds by a search. */
#define FOUND 1e-7

struct answer {
	double p[3]; /* two-sided, less, greater */
	double estimate, low, high;
};

struct oracle {
	size_t m, n;
	double confidence;
	double x[VALUES_MAX], y[VALUES_MAX];
	double u;
	struct answer exact, approximate;
	double less, greater; /* by permutations */
	double median_x, median_y, d, ratio;
};

static double room_doubles[MANN_WHITNEY_ROOM(MANN_WHITNEY_EXACT_MAX)];
static const struct mann_whitney_room room = { MANN_WHITNEY_EXACT_MAX,
	room_doubles };
static const struct mann_whitney_room no_room = { 0, NULL };

/* The biggest differences seen, for people. */
static struct {
	size_t cases, exact, tied, permuted;
	double p_exact, p_approximate, p_permuted, ends_exact, ends_found;
} seen;

static double
next(char **rest)
{
	char *word = strsep(rest, " ");

	while (word != NULL && *word == '\0')
		word = strsep(rest, " ");
	assert_non_null(word);
	if (strcmp(word, "NA") == 0)
		return (double)NAN;
	return strtod(word, NULL);
}

static struct answer
read_answer(char **rest)
{
	struct answer a;

	for (size_t i = 0; i < ARRAY_LEN(a.p); i++)
		a.p[i] = next(rest);
	a.estimate = next(rest);
	a.low = next(rest);
	a.high = next(rest);
	return a;
}

static void
read_case(char *line, struct oracle *c)
{
	c->m = (size_t)next(&line);
	c->n = (size_t)next(&line);
	assert_in_range(c->m, 1, VALUES_MAX);
	assert_in_range(c->n, 1, VALUES_MAX);
	c->confidence = next(&line);
	for (size_t i = 0; i < c->m; i++)
		c->x[i] = next(&line);
	for (size_t i = 0; i < c->n; i++)
		c->y[i] = next(&line);
	c->u = next(&line);
	c->exact = read_answer(&line);
	c->approximate = read_answer(&line);
	c->less = next(&line);
	c->greater = next(&line);
	c->median_x = next(&line);
	c->median_y = next(&line);
	c->d = next(&line);
	c->ratio = next(&line);
	ranks_sort(c->x, c->m);
	ranks_sort(c->y, c->n);
}

static void
expect(const char *what, double ours, double theirs, double allowed,
    double *biggest)
{
	double unit = fabs(theirs) > 1 ? fabs(theirs) : 1;
	double off = fabs(ours - theirs) / unit;

	if (isnan(theirs) || ours == theirs)
		return;
	if (!(off <= allowed))
		fail_msg("case %zu: %s is %.17g, R has %.17g", seen.cases, what,
		    ours, theirs);
	if (biggest != NULL && off > *biggest)
		*biggest = off;
}

/* In the tails too: relative to p. */
static void
expect_p(const char *what, double ours, double theirs, double *biggest)
{
	if (!isnan(theirs))
		expect(what, ours / theirs, 1, CLOSE * 100, biggest);
}

static void
check_exact(const struct oracle *c, struct series x, struct series y)
{
	struct mann_whitney t = mann_whitney_test(x, y, &room);
	struct hodges_lehmann h = hodges_lehmann(x, y, c->confidence, &room);

	if (isnan(c->exact.p[0]))
		return;
	assert_true(t.is_exact && !t.has_ties && h.is_exact);
	seen.exact++;
	expect_p("exact p", t.two_sided, c->exact.p[0], &seen.p_exact);
	expect_p("exact p, less", t.less, c->exact.p[1], &seen.p_exact);
	expect_p("exact p, greater", t.greater, c->exact.p[2], &seen.p_exact);
	expect(
	    "estimate", h.estimate, c->exact.estimate, CLOSE, &seen.ends_exact);
	expect("low end", h.low, c->exact.low, CLOSE, &seen.ends_exact);
	expect("high end", h.high, c->exact.high, CLOSE, &seen.ends_exact);
}

/* Where z is 0 between two differences R takes any shift between them. */
static void
check_estimate(const struct oracle *c, struct series x, struct series y)
{
	uint64_t all = (uint64_t)c->m * c->n;
	double low = difference_ranked(x, y, (all + 1) / 2);
	double high = difference_ranked(x, y, all / 2 + 1);
	double theirs = c->approximate.estimate;

	if (theirs > low && theirs < high)
		return;
	expect("estimate found", theirs - low < high - theirs ? low : high,
	    theirs, FOUND, &seen.ends_found);
}

static void
check_approximate(const struct oracle *c, struct series x, struct series y)
{
	struct mann_whitney t = mann_whitney_test(x, y, &no_room);
	struct hodges_lehmann h = hodges_lehmann(x, y, c->confidence, &no_room);

	assert_true(!t.is_exact && !h.is_exact);
	seen.tied += t.has_ties;
	expect("U", t.u, c->u, 0, NULL);
	expect_p("p", t.two_sided, c->approximate.p[0], &seen.p_approximate);
	expect_p("p, less", t.less, c->approximate.p[1], &seen.p_approximate);
	expect_p(
	    "p, greater", t.greater, c->approximate.p[2], &seen.p_approximate);
	check_estimate(c, x, y);
	expect("low end found", h.low, c->approximate.low, FOUND,
	    &seen.ends_found);
	expect("high end found", h.high, c->approximate.high, FOUND,
	    &seen.ends_found);
}

static void
check_permutations(const struct oracle *c, struct series x, struct series y)
{
	struct mann_whitney t = mann_whitney_test(x, y, &room);

	if (isnan(c->less))
		return;
	seen.permuted++;
	assert_true(t.is_exact);
	expect_p("permuted p, less", t.less, c->less, &seen.p_permuted);
	expect_p(
	    "permuted p, greater", t.greater, c->greater, &seen.p_permuted);
}

static void
check_effects(const struct oracle *c, struct series x, struct series y)
{
	struct effect e = effect_of(x, y);

	expect("median of x", series_median(x), c->median_x, CLOSE, NULL);
	expect("median of y", series_median(y), c->median_y, CLOSE, NULL);
	expect("cles", e.cles, c->u / (double)(c->m * c->n), CLOSE, NULL);
	if (fabs(c->d) < 1e6)
		expect("d", e.d, c->d, CLOSE * 1000, NULL);
	if (fabs(c->ratio) < 1e6)
		expect("ratio", e.ratio, c->ratio, CLOSE * 1000, NULL);
}

static void
check_file(const char *path)
{
	static char line[LINE_MAX_BYTES];
	static struct oracle c;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct series x = { c.x, 0 }, y = { c.y, 0 };

		assert_non_null(strchr(line, '\n'));
		seen.cases++;
		read_case(line, &c);
		x.count = c.m;
		y.count = c.n;
		check_exact(&c, x, y);
		check_approximate(&c, x, y);
		check_permutations(&c, x, y);
		check_effects(&c, x, y);
	}
	fclose(file);
}

static void
test_we_say_what_r_says(void **state)
{
	const char *other = getenv("ROLLBACKD_ORACLE");

	(void)state;
	check_file(other != NULL ? other : KEPT);
	printf("%zu cases: %zu exact, %zu with ties, %zu by permutations\n",
	    seen.cases, seen.exact, seen.tied, seen.permuted);
	printf("biggest relative differences: exact p %.1e, approximate p "
	       "%.1e, permuted p %.1e\n",
	    seen.p_exact, seen.p_approximate, seen.p_permuted);
	printf("of estimate and interval: exact %.1e, found by R's search "
	       "%.1e\n",
	    seen.ends_exact, seen.ends_found);
	assert_true(seen.cases >= KEPT_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_we_say_what_r_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
