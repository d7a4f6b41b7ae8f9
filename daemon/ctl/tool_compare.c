/*
 * rollbackctl compare - judges two files of numbers as the canary evaluator
 * judges a metric, once, and shows all that it goes by.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "control/reply.h"
#include "daemon/ctl/compare_show.h"
#include "daemon/ctl/tool.h"
#include "evaluator/numbers.h"

/* Beside CONTROL_EXIT_: the verdict, where it is not "pass". */
#define EXIT_FAIL 7
#define EXIT_NODATA 8

#define CONFIDENCE_MIN 0.5
#define CONFIDENCE_MAX 0.999999
#define TOLERANCE_MAX 10.0
#define LIMIT_MAX 1e6
#define OUTPUT_MAX 8192

struct input {
	const char *path; /* "-": standard input */
	double *values;
	size_t count;
};

struct request {
	struct input canary, baseline;
	struct comparison_settings settings;
	bool json;
};

static const char usage_text[] =
    "usage: rollbackctl compare --baseline FILE --canary FILE\n"
    "         [--direction increase|decrease|either] [--confidence RATIO]\n"
    "         [--tolerance RATIO] [--nan remove|zero] [--min-samples N]\n"
    "         [--cles NUMBER] [--d NUMBER] [--ratio NUMBER] [--json]\n"
    "One FILE may be -, for standard input.  RATIO: 98% or 0.98.\n";

static bool
read_path(struct request *r, const char *name, const char *text)
{
	if (strcmp(name, "canary") == 0)
		r->canary.path = text;
	else
		r->baseline.path = text;
	return *text != '\0';
}

static bool
pick_word(const struct option_word *words, const char *text, int *value)
{
	for (; words->word != NULL; words++) {
		if (strcmp(words->word, text) == 0) {
			*value = words->value;
			return true;
		}
	}
	return false;
}

static bool
read_word(struct request *r, const char *name, const char *text)
{
	if (strcmp(name, "nan") == 0)
		return pick_word(comparison_nans, text, &r->settings.nan);
	return pick_word(comparison_directions, text, &r->settings.direction);
}

/* "98%" or 0.98. */
static bool
read_within(const char *text, double *value, double min, double max)
{
	return (ratio_parse(text, value) || number_parse(text, value)) &&
	    *value >= min && *value <= max;
}

static bool
read_level(struct request *r, const char *name, const char *text)
{
	struct comparison_settings *s = &r->settings;

	if (strcmp(name, "confidence") == 0)
		return read_within(
		    text, &s->confidence, CONFIDENCE_MIN, CONFIDENCE_MAX);
	return read_within(text, &s->tolerance, 0, TOLERANCE_MAX);
}

static bool
read_limit(struct request *r, const char *name, const char *text)
{
	struct comparison_settings *s = &r->settings;

	if (strcmp(name, "cles") == 0)
		return read_within(text, &s->cles, 0.5, 1);
	if (strcmp(name, "d") == 0)
		return read_within(text, &s->d, 0, LIMIT_MAX);
	return read_within(text, &s->ratio, 1, LIMIT_MAX);
}

static bool
read_count(struct request *r, const char *name, const char *text)
{
	uint64_t count;

	(void)name; /* the only one */
	if (!count_parse(text, &count) || count < COMPARISON_SAMPLES_MIN ||
	    count > NUMBERS_MAX)
		return false;
	r->settings.min_samples = (unsigned)count;
	return true;
}

static const struct flag {
	const char *name;
	bool (*read)(struct request *r, const char *name, const char *text);
	const char *range;
} flags[] = {
	{ "baseline", read_path, "a file or -" },
	{ "canary", read_path, "a file or -" },
	{ "direction", read_word, "increase, decrease or either" },
	{ "nan", read_word, "remove or zero" },
	{ "confidence", read_level, "a ratio from 50% to 99.9999%" },
	{ "tolerance", read_level, "a ratio from 0% to 1000%" },
	{ "cles", read_limit, "a number from 0.5 to 1" },
	{ "d", read_limit, "a number from 0 to 1000000" },
	{ "ratio", read_limit, "a number from 1 to 1000000" },
	{ "min-samples", read_count, "a number from 5 to 100000" },
};

/* "--name=value", or "--name" with its value behind it. */
static bool
is_flag(const char *argument, const struct flag *flag, const char **value)
{
	size_t length = strlen(flag->name);

	if (strncmp(argument, "--", 2) != 0 ||
	    strncmp(argument + 2, flag->name, length) != 0)
		return false;
	*value = argument[2 + length] == '=' ? argument + 3 + length : NULL;
	return *value != NULL || argument[2 + length] == '\0';
}

static const struct flag *
flag_of(const char *argument, const char **value)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (is_flag(argument, &flags[i], value))
			return &flags[i];
	}
	return NULL;
}

/* Takes one argument, or two. */
static bool
read_argument(struct request *r, char *argv[], int *i)
{
	const char *argument = argv[*i], *value = NULL;
	const struct flag *flag = flag_of(argument, &value);

	if (strcmp(argument, "--json") == 0)
		return r->json = true;
	if (flag == NULL) {
		tool_complain("compare: \"%s\" is not known", argument);
		return false;
	}
	if (value == NULL)
		value = argv[++*i];
	if (value != NULL && flag->read(r, flag->name, value))
		return true;
	tool_complain("compare: --%s must be %s", flag->name, flag->range);
	return false;
}

static bool
read_request(struct request *r, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (!read_argument(r, argv, &i))
			return false;
	}
	if (r->canary.path == NULL || r->baseline.path == NULL) {
		tool_complain("compare: --%s is missing",
		    r->canary.path == NULL ? "canary" : "baseline");
		return false;
	}
	if (strcmp(r->canary.path, "-") == 0 &&
	    strcmp(r->baseline.path, "-") == 0) {
		tool_complain("compare: only one of both can be -");
		return false;
	}
	return true;
}

static bool
read_bytes(FILE *from, const char *name, char *bytes, size_t *length)
{
	*length = fread(bytes, 1, NUMBERS_MAX_BYTES + 1, from);
	if (ferror(from)) {
		tool_complain("%s: %s", name, strerror(errno));
		return false;
	}
	if (*length > NUMBERS_MAX_BYTES) {
		tool_complain(
		    "%s: more than %zu bytes", name, NUMBERS_MAX_BYTES);
		return false;
	}
	return true;
}

static bool
read_text(struct input *in, const char *bytes, size_t length, const char *name)
{
	struct error err = { "" };

	if (numbers_read(
		name, bytes, length, in->values, NUMBERS_MAX, &in->count, &err))
		return true;
	tool_complain("%s", err.text);
	return false;
}

static bool
read_input(struct input *in)
{
	bool is_standard = strcmp(in->path, "-") == 0;
	const char *name = is_standard ? "standard input" : in->path;
	FILE *from = is_standard ? stdin : fopen(in->path, "re");
	char *bytes = NULL;
	size_t length;
	bool good = false;

	if (from == NULL) {
		tool_complain("%s: %s", name, strerror(errno));
		return false;
	}
	in->values = malloc(NUMBERS_MAX * sizeof(*in->values));
	bytes = malloc(NUMBERS_MAX_BYTES + 1);
	if (in->values == NULL || bytes == NULL)
		tool_complain("out of memory");
	else
		good = read_bytes(from, name, bytes, &length) &&
		    read_text(in, bytes, length, name);
	free(bytes);
	if (!is_standard)
		(void)fclose(from); /* it was only read */
	return good;
}

static int
show(const struct request *r, const struct comparison *c,
    const struct comparison_room *room)
{
	struct text out = text_new(OUTPUT_MAX);
	bool good;

	if (r->json)
		compare_show_json(&out, c, &r->settings, &room->exact);
	else
		compare_show(&out, c, &r->settings, &room->exact);
	good = tool_print(&out);
	text_free(&out);
	if (!good)
		return CONTROL_EXIT_FAILED;
	if (c->verdict == COMPARISON_FAIL)
		return EXIT_FAIL;
	return c->verdict == COMPARISON_PASS ? CONTROL_EXIT_OK : EXIT_NODATA;
}

static int
compare(const struct request *r)
{
	double *doubles =
	    malloc(COMPARISON_ROOM(NUMBERS_MAX, MANN_WHITNEY_EXACT_MAX) *
		sizeof(*doubles));
	struct comparison_room room;
	struct comparison c;
	int status;

	if (doubles == NULL) {
		tool_complain("out of memory");
		return CONTROL_EXIT_FAILED;
	}
	room =
	    comparison_room_over(doubles, NUMBERS_MAX, MANN_WHITNEY_EXACT_MAX);
	c = comparison_make(&r->settings, r->canary.values, r->canary.count,
	    r->baseline.values, r->baseline.count, &room);
	status = show(r, &c, &room);
	free(doubles);
	return status;
}

int
tool_compare(int argc, char *argv[])
{
	struct request r = { .settings = {
				 .direction = COMPARISON_INCREASE,
				 .confidence = COMPARISON_CONFIDENCE,
				 .cles = COMPARISON_CLES,
				 .min_samples = COMPARISON_SAMPLES_MIN,
			     } };
	int status = CONTROL_EXIT_FAILED;

	if (argc == 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs(usage_text, stdout);
		return CONTROL_EXIT_OK;
	}
	if (!read_request(&r, argc, argv)) {
		(void)fputs(usage_text, stderr);
		return CONTROL_EXIT_USAGE;
	}
	if (read_input(&r.canary) && read_input(&r.baseline))
		status = compare(&r);
	free(r.canary.values);
	free(r.baseline.values);
	return status;
}
