/*
 * rollbackctl metrics parse: an exposition page as JSON lines, and whether it
 * is a good one.  Nothing is printed of a page that is not.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "control/reply.h"
#include "daemon/ctl/tool.h"
#include "probe/promtext.h"
#include "probe/selector.h"

#define PIECE_BYTES ((size_t)64 * 1024)
#define OUTPUT_MAX ((size_t)1 << 30)
#define SELECTORS_MAX 256
#define NUMBER_MAX 32

/* More than a daemon would read: here nobody else waits. */
#define PAGE_BYTES_MAX (INT64_C(1) << 30)
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define LABELS_MAX 1024
#define SERIES_MAX 1000000

struct order {
	enum promtext_format format;
	bool is_strict;
	bool wants_help;
	struct selector *selectors[SELECTORS_MAX];
	size_t count;
};

static const char help_text[] =
    "usage: rollbackctl metrics parse [--format text|openmetrics] [--strict]\n"
    "           [SELECTOR ...] < FILE\n"
    "Prints the samples of an exposition page as JSON lines.\n"
    "  --format   text (the default) or openmetrics\n"
    "  --strict   take only what the format's specification allows\n"
    "  SELECTOR   name{label=\"x\",other=~\"re\"}: only these samples\n";

static void
add_string(struct text *t, struct metric_slice s)
{
	size_t done = 0;

	text_add_char(t, '"');
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.bytes[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		text_add_bytes(t, s.bytes + done, i - done);
		done = i + 1;
		if (c == '\n')
			text_add(t, "\\n");
		else if (c == '"' || c == '\\')
			text_addf(t, "\\%c", c);
		else
			text_addf(t, "\\u%04x", c);
	}
	text_add_bytes(t, s.bytes + done, s.length - done);
	text_add_char(t, '"');
}

/* The shortest that is read back as the same. */
static void
add_number(struct text *t, double value)
{
	char digits[NUMBER_MAX];

	if (isnan(value)) {
		text_add(t, "\"NaN\"");
		return;
	}
	if (isinf(value)) {
		text_add(t, value > 0 ? "\"+Inf\"" : "\"-Inf\"");
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(
		    digits, sizeof(digits), "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	text_add(t, digits);
}

static void
on_sample(void *arg, const struct promtext_sample *s)
{
	struct text *t = arg;

	text_add(t, "{\"name\":");
	add_string(t, s->name);
	text_add(t, ",\"labels\":{");
	for (size_t i = 0; i < s->label_count; i++) {
		if (i > 0)
			text_add_char(t, ',');
		add_string(t, s->labels[i].name);
		text_add_char(t, ':');
		add_string(t, s->labels[i].value);
	}
	text_add(t, "},\"value\":");
	add_number(t, s->value);
	if (s->has_timestamp)
		text_addf(
		    t, ",\"timestamp_ms\":%lld", (long long)s->timestamp_ms);
	text_add(t, "}\n");
}

static bool
feed_all(struct promtext *p)
{
	static char piece[PIECE_BYTES];

	for (;;) {
		ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

		if (n == 0)
			return promtext_finish(p);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			tool_complain("cannot read: %s", strerror(errno));
			return false;
		}
		if (!promtext_feed(p, piece, (size_t)n))
			return false;
	}
}

static int
parse(const struct order *o)
{
	struct promtext_settings settings = {
		.is_strict = o->is_strict,
		.limits = { PAGE_BYTES_MAX, LINE_BYTES_MAX, LABELS_MAX,
		    SERIES_MAX, INT64_MAX },
	};
	struct text out = text_new(OUTPUT_MAX);
	struct error err = { "" };
	struct promtext *p = promtext_new(
	    &settings, o->selectors, o->count, on_sample, &out, &err);
	int status = CONTROL_EXIT_FAILED;

	if (p == NULL) {
		tool_complain("%s", err.text);
		return status;
	}
	promtext_begin(p, o->format);
	if (feed_all(p))
		status =
		    tool_print(&out) ? CONTROL_EXIT_OK : CONTROL_EXIT_FAILED;
	else if (promtext_error(p)[0] != '\0') {
		/* What it shows of the page is made safe already. */
		(void)fprintf(stderr, "rollbackctl: %s\n", promtext_error(p));
		status = CONTROL_EXIT_USAGE;
	}
	promtext_free(p);
	text_free(&out);
	return status;
}

static bool
set_format(struct order *o, const char *word)
{
	if (word != NULL && strcmp(word, "text") == 0)
		o->format = PROMTEXT_TEXT;
	else if (word != NULL && strcmp(word, "openmetrics") == 0)
		o->format = PROMTEXT_OPENMETRICS;
	else {
		tool_complain("--format is text or openmetrics");
		return false;
	}
	return true;
}

static bool
add_selector(struct order *o, const char *text)
{
	struct error err = { "" };

	if (o->count == SELECTORS_MAX) {
		tool_complain("more than %d selectors", SELECTORS_MAX);
		return false;
	}
	o->selectors[o->count] = selector_new(text, &err);
	if (o->selectors[o->count] == NULL) {
		tool_complain("%s: %s", text, err.text);
		return false;
	}
	o->count++;
	return true;
}

static bool
read_arguments(struct order *o, int argc, char *argv[])
{
	static const char format[] = "--format=";
	bool only_selectors = false;

	for (int i = 0; i < argc; i++) {
		const char *a = argv[i];

		if (only_selectors || a[0] != '-') {
			if (!add_selector(o, a))
				return false;
		} else if (strcmp(a, "--") == 0)
			only_selectors = true;
		else if (strcmp(a, "--strict") == 0)
			o->is_strict = true;
		else if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0)
			o->wants_help = true;
		else if (strncmp(a, format, sizeof(format) - 1) == 0) {
			if (!set_format(o, a + sizeof(format) - 1))
				return false;
		} else if (strcmp(a, "--format") == 0) {
			if (!set_format(o, i + 1 < argc ? argv[++i] : NULL))
				return false;
		} else {
			tool_complain("there is no option %s", a);
			return false;
		}
	}
	return true;
}

static int
show_help(void)
{
	struct text out = text_new(sizeof(help_text));
	int status = CONTROL_EXIT_OK;

	text_add(&out, help_text);
	if (!tool_print(&out))
		status = CONTROL_EXIT_FAILED;
	text_free(&out);
	return status;
}

int
tool_metrics(int argc, char *argv[])
{
	struct order o = { .format = PROMTEXT_TEXT };
	bool is_help = argc > 1 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
	int status = CONTROL_EXIT_USAGE;

	if (is_help)
		return show_help();
	if (argc < 2 || strcmp(argv[1], "parse") != 0) {
		(void)fputs(help_text, stderr);
		return status;
	}
	if (read_arguments(&o, argc - 2, argv + 2))
		status = o.wants_help ? show_help() : parse(&o);
	for (size_t i = 0; i < o.count; i++)
		selector_free(o.selectors[i]);
	return status;
}
