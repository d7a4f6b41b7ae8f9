/* rollbackctl backtest: what would this configuration have done? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "control/reply.h"
#include "daemon/ctl/backtest_lines.h"
#include "daemon/ctl/backtest_options.h"
#include "daemon/ctl/backtest_prometheus.h"
#include "daemon/ctl/tool.h"
#include "service/backtest.h"

#define OUT_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define OUT_FLUSH_BYTES ((size_t)64 * 1024)
#define UNHEARD_SHOWN_MAX 20

enum exit_status {
	BACKTEST_RAN = CONTROL_EXIT_OK,
	BACKTEST_USAGE = CONTROL_EXIT_USAGE,
	BACKTEST_DIFFERS = CONTROL_EXIT_REFUSED,
	BACKTEST_UNREADABLE = CONTROL_EXIT_NOT_FOUND,
	BACKTEST_UNREACHABLE = CONTROL_EXIT_UNREACHABLE,
	BACKTEST_WRONG = CONTROL_EXIT_FAILED,
	BACKTEST_BAD_CONFIG = CONTROL_EXIT_BAD_CONFIG,
};

/* Written as it comes: the output may be larger than the input. */
static bool
flush(struct text *out)
{
	bool ok = tool_print(out);

	text_clear(out);
	return ok;
}

struct feeding {
	struct backtest *backtest;
	struct text out;
	bool cannot_write;
};

static bool
flush_some(struct feeding *f, struct error *err)
{
	if (f->out.length < OUT_FLUSH_BYTES || flush(&f->out))
		return true;
	f->cannot_write = true;
	return error_set(err, "the output cannot be written");
}

static bool
feed_line(void *arg, const char *bytes, size_t length, struct error *err)
{
	struct feeding *f = arg;

	return backtest_line(f->backtest, bytes, length, err) &&
	    flush_some(f, err);
}

static bool
feed_sample(void *arg, const struct recording_line *line, struct error *err)
{
	struct feeding *f = arg;

	return backtest_take(f->backtest, line, err) && flush_some(f, err);
}

static int
feed_files(struct feeding *f, const struct backtest_wish *w, struct error *err)
{
	struct error cut;
	enum lines_end outcome = w->sort ?
	    lines_sorted(w->files, w->file_count, feed_line, f, &cut, err) :
	    lines_read(w->files, w->file_count, feed_line, f, &cut, err);

	if (cut.text[0] != '\0')
		tool_complain("%s", cut.text);
	switch (outcome) {
	case LINES_DONE:
		return BACKTEST_RAN;
	case LINES_UNREADABLE:
		return BACKTEST_UNREADABLE;
	case LINES_WRONG:
		return BACKTEST_WRONG;
	}
	return BACKTEST_WRONG;
}

static int
feed_queries(struct feeding *f, const struct backtest_wish *w,
    const struct config *c, struct error *err)
{
	switch (prometheus_read(&w->prometheus, c, feed_sample, f, err)) {
	case PROMETHEUS_DONE:
		return BACKTEST_RAN;
	case PROMETHEUS_USAGE:
		return BACKTEST_USAGE;
	case PROMETHEUS_UNREACHABLE:
		return BACKTEST_UNREACHABLE;
	case PROMETHEUS_WRONG:
		return BACKTEST_WRONG;
	}
	return BACKTEST_WRONG;
}

/* What may make the answer mean less than it seems to. */
static void
tell_doubts(const struct backtest *b, const struct backtest_wish *w,
    const struct config *c)
{
	struct text name = text_new(1024);
	const char *digest = backtest_recorded_digest(b), *probe;

	if (w->verify && digest[0] != '\0' && strcmp(digest, c->digest) != 0)
		tool_complain("it was recorded under another configuration "
			      "(%.12s): differences are to be expected",
		    digest);
	for (size_t i = 0; (probe = backtest_unheard(b, i, &name)) != NULL;
	     i++) {
		if (i < UNHEARD_SHOWN_MAX)
			tool_complain("no sample of probe %s: what looks at it "
				      "was not tried",
			    probe);
		if (i == UNHEARD_SHOWN_MAX)
			tool_complain("and of others");
	}
	if (backtest_skipped(b) > 0)
		tool_complain("%llu lines or values were left out: see "
			      "\"unknown\" in the summary",
		    (unsigned long long)backtest_skipped(b));
	text_free(&name);
}

static int
run(const struct backtest_wish *w, const struct config *c)
{
	struct backtest_settings settings = { .services = c->services,
		.service_count = c->service_count,
		.procedures = c->procedures,
		.procedure_count = c->procedure_count,
		.rollbacks_per_hour = c->limits.rollbacks_per_hour,
		.acts = w->acts,
		.skip_unknown = w->skip_unknown,
		.verify = w->verify };
	struct feeding f = { .out = text_new(OUT_MAX_BYTES) };
	struct error err = { "memory is short" };
	int status = BACKTEST_WRONG;

	f.backtest = backtest_new(&settings, &f.out);
	if (f.backtest != NULL)
		status = w->prometheus.url != NULL ?
		    feed_queries(&f, w, c, &err) :
		    feed_files(&f, w, &err);
	if (status == BACKTEST_RAN)
		backtest_end(f.backtest);
	if (!f.cannot_write && !flush(&f.out))
		status = BACKTEST_WRONG;
	if (status != BACKTEST_RAN)
		tool_complain("%s", err.text);
	else
		tell_doubts(f.backtest, w, c);
	if (status == BACKTEST_RAN && w->verify &&
	    backtest_differences(f.backtest) > 0)
		status = BACKTEST_DIFFERS;
	backtest_free(f.backtest);
	text_free(&f.out);
	return status;
}

static struct config *
load(const char *path)
{
	struct config_rules rules = { .owner_uid = geteuid() };
	struct complaints *complaints = complaints_new();
	struct config *c;
	const char *line;

	if (complaints == NULL) {
		tool_complain("memory is short");
		return NULL;
	}
	c = config_load(path, &rules, complaints);
	for (size_t i = 0;
	     c == NULL && (line = complaints_line(complaints, i)) != NULL; i++)
		tool_complain("%s", line);
	complaints_free(complaints);
	return c;
}

int
tool_backtest(int argc, char *argv[])
{
	struct backtest_wish w;
	struct error err = { "" };
	struct config *c;
	int status;

	if (!backtest_options(argc, argv, &w, &err)) {
		tool_complain("%s", err.text);
		(void)fputs(backtest_usage, stderr);
		return BACKTEST_USAGE;
	}
	if (w.help) {
		(void)fputs(backtest_usage, stdout);
		return BACKTEST_RAN;
	}
	c = load(w.config);
	if (c == NULL)
		return BACKTEST_BAD_CONFIG;
	status = run(&w, c);
	config_free(c);
	return status;
}
