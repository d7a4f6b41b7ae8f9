#include "daemon/recorder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/ulid.h"
#include "base/version.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/recorder_file.h"
#include "daemon/recorder_lines.h"
#include "daemon/watched.h"
#include "evaluator/baseline.h"
#include "service/inputs.h"
#include "service/recording.h"

#define ROTATE_APART_BYTES 4096 /* where moving files fails */

struct recorder {
	struct monitor *m;
	struct recorder_file *file;   /* NULL: never was on */
	char path[RECORDER_PATH_MAX]; /* "": off */
	size_t max_bytes;
	unsigned keep;
	char stream[ULID_BYTES];
	char digest[DIGEST_TEXT_BYTES];
	unsigned part;
	uint64_t epoch;
	size_t given;     /* since the file began */
	uint64_t lost;    /* that did not fit */
	uint64_t seen;    /* of those lost, in all, that epoch knows of */
	bool is_lossy;    /* lines do not fit just now */
	bool is_failing;  /* cannot be written just now */
	struct text line; /* over buffer */
	char buffer[RECORDING_LINE_MAX_BYTES];
};

bool
recorder_is_on(const struct recorder *r)
{
	return r != NULL && r->path[0] != '\0';
}

static struct text *
begin(struct recorder *r, const char *event, const char *service)
{
	r->line = text_over(r->buffer, sizeof(r->buffer));
	recorder_begin(&r->line, loop_now_ms(r->m->loop), event, service);
	return &r->line;
}

static void
note_loss(struct recorder *r)
{
	r->lost++;
	if (!r->is_lossy)
		log_warning("the recording %s loses lines: the disk does not "
			    "keep up",
		    r->path);
	r->is_lossy = true;
}

/* What is longer than a line may be counts as lost, too. */
static bool
give(struct recorder *r)
{
	if (!text_ok(&r->line) ||
	    !recorder_file_give(r->file, text_str(&r->line), r->line.length)) {
		note_loss(r);
		return false;
	}
	r->given += r->line.length;
	return true;
}

static void
give_header(struct recorder *r)
{
	struct monitor *m = r->m;
	struct text *t = begin(r, "recording", NULL);

	recording_add_int(t, "format", RECORDING_FORMAT);
	recording_add_words(t, "program", "rollbackd " ROLLBACKD_VERSION);
	recording_add_words(t, "stream", r->stream);
	recording_add_int(t, "part", r->part);
	recording_add_words(t, "config", r->digest);
	recording_add_words(t, "boot_id", m->boot_id);
	recording_add_words(t, "host", m->host);
	recording_add_int(t, "wall_ms", loop_wall_ms());
	recording_add_flag(t, "ready", m->is_ready);
	recorder_end(t);
	(void)give(r);
}

static void
begin_file(struct recorder *r)
{
	r->part++;
	r->epoch++;
	r->given = 0;
	give_header(r);
}

/* Lines were lost: what is known is said again, the rest is a gap. */
static void
mend(struct recorder *r)
{
	struct error trouble;
	uint64_t lost = r->lost + recorder_file_lost(r->file, &trouble);
	struct text *t;

	if (lost == r->seen || trouble.text[0] != '\0')
		return;
	t = begin(r, "gap", NULL);
	recording_add_int(t, "lost", (int64_t)(lost - r->seen));
	recorder_end(t);
	if (!recorder_file_give(r->file, text_str(t), t->length))
		return;
	r->seen = lost;
	r->epoch++;
	if (r->is_lossy)
		log_notice("the recording %s goes on", r->path);
	r->is_lossy = false;
}

static void
make_room(struct recorder *r)
{
	if (recorder_file_size(r->file) < r->max_bytes ||
	    r->given < ROTATE_APART_BYTES || !recorder_file_rotate(r->file))
		return;
	begin_file(r);
}

/* What it holds for normal, where it has learned that. */
static void
give_baseline(
    struct recorder *r, struct watched *w, unsigned index, bool by_hand)
{
	const struct evaluator_settings *e =
	    &watched_settings(w)->evaluators[index];
	const struct baseline *b =
	    evaluator_baseline(service_evaluator(watched_core(w), index));
	struct text *t;

	if (b == NULL)
		return;
	t = begin(r, "baseline", watched_name(w));
	recording_add_words(t, "evaluator", e->name);
	recording_add_flag(t, "by_hand", by_hand);
	text_add(t, ",\"state\":");
	baseline_export(b, t);
	recorder_end(t);
	(void)give(r);
}

/*
 * Before each line about a service.  Never does a new file or a gap part a
 * sample from what was decided on it: a backtest would decide there and then,
 * by what surrounded the decision before.
 */
static void
prepare(struct recorder *r, struct watched *w, struct recorder_mark *mark)
{
	struct service_memory memory;
	struct text *t;

	if (!mark->is_deciding) {
		mend(r);
		make_room(r);
	}
	if (mark->epoch == r->epoch)
		return;
	memory = service_memory(watched_core(w));
	t = begin(r, "state", watched_name(w));
	recorder_state(t, mark, watched_settings(w), &memory);
	recorder_end(t);
	(void)give(r);
	for (unsigned i = 0; i < watched_settings(w)->evaluator_count; i++)
		give_baseline(r, w, i, false);
	mark->epoch = r->epoch;
	mark->has_around = false;
}

/* False: it is not in the recording. */
static bool
hear_sample(
    struct recorder *r, struct watched *w, const struct service_input *in)
{
	const struct service_settings *s = watched_settings(w);
	struct metric_name names[METRIC_NAMES_MAX];
	size_t count = service_metrics(s, in->probe, names);

	r->line = text_over(r->buffer, sizeof(r->buffer));
	recording_write_sample(&r->line, s->name, s->probes[in->probe].name,
	    in->sample, count > 0 ? names : NULL, loop_now_ms(r->m->loop));
	return give(r);
}

void
recorder_heard(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const struct service_input *in)
{
	struct text *t;

	if (!recorder_is_on(r))
		return;
	prepare(r, w, mark);
	if (in->kind == SERVICE_SAMPLE) {
		mark->is_deciding = hear_sample(r, w, in);
		return;
	}
	t = begin(r, recorder_event_word(in->kind), watched_name(w));
	recorder_input(t, in, loop_now_ms(r->m->loop));
	if (mark->is_deciding)
		recording_add_flag(t, "before_decision", true);
	recorder_end(t);
	(void)give(r);
}

void
recorder_relearned(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const char *evaluator)
{
	const struct service_settings *s = watched_settings(w);

	if (!recorder_is_on(r))
		return;
	prepare(r, w, mark);
	for (unsigned i = 0; i < s->evaluator_count; i++)
		if (strcmp(s->evaluators[i].name, evaluator) == 0)
			give_baseline(r, w, i, true);
}

static void
tell_around(struct recorder *r, struct watched *w, struct recorder_mark *mark,
    const struct surroundings *around)
{
	struct text *t = begin(r, "around", watched_name(w));
	size_t start = t->length;
	uint64_t digest;

	recorder_around(t, watched_core(w), around);
	digest = recorder_digest(text_str(t) + start, t->length - start);
	if (mark->has_around && mark->around == digest)
		return;
	mark->has_around = true;
	mark->around = digest;
	recording_add_flag(t, "before_decision", true);
	recorder_end(t);
	(void)give(r);
}

void
recorder_thought(struct recorder *r, struct watched *w,
    struct recorder_mark *mark, const struct surroundings *around,
    const struct service_decision *d)
{
	const struct decision *now = &d->decision;
	unsigned rule = now->action == ACTION_NONE ? 0 : d->rule + 1;
	struct text *t;

	if (!recorder_is_on(r))
		return;
	prepare(r, w, mark);
	tell_around(r, w, mark, around);
	mark->is_deciding = false;
	if (now->action == mark->action && now->guard == mark->guard &&
	    rule == mark->rule)
		return;
	mark->action = now->action;
	mark->guard = now->guard;
	mark->rule = rule;
	t = begin(r, "decision", watched_name(w));
	recorder_decision(t, watched_settings(w), mark);
	if (now->action != ACTION_NONE)
		recording_add_words(t, "reason", now->reason);
	recorder_end(t);
	(void)give(r);
}

void
recorder_removed(
    struct recorder *r, struct watched *w, struct recorder_mark *mark)
{
	if (!recorder_is_on(r))
		return;
	prepare(r, w, mark);
	recorder_end(begin(r, "removed", watched_name(w)));
	(void)give(r);
}

void
recorder_ready(struct recorder *r)
{
	if (!recorder_is_on(r))
		return;
	recorder_end(begin(r, "ready", NULL));
	(void)give(r);
}

void
recorder_look(struct recorder *r)
{
	struct error trouble;

	if (!recorder_is_on(r))
		return;
	(void)recorder_file_lost(r->file, &trouble);
	if (trouble.text[0] != '\0' && !r->is_failing)
		log_warning(
		    "what is seen cannot be recorded: %s", trouble.text);
	if (trouble.text[0] == '\0' && r->is_failing)
		log_notice("what is seen is recorded again: %s", r->path);
	r->is_failing = trouble.text[0] != '\0';
}

struct recorder *
recorder_new(struct monitor *m, struct error *err)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		(void)error_set(err, "no memory for a recording");
		return NULL;
	}
	r->m = m;
	return r;
}

void
recorder_free(struct recorder *r)
{
	if (r == NULL)
		return;
	recorder_file_free(r->file);
	free(r);
}

static void
switch_off(struct recorder *r)
{
	if (!recorder_is_on(r))
		return;
	recorder_file_open(r->file, NULL, 0);
	log_notice("nothing is recorded to %s any more", r->path);
	r->path[0] = '\0';
}

static void
switch_on(struct recorder *r, const struct record_settings *s)
{
	struct error err = { "" };

	if (r->file == NULL)
		r->file = recorder_file_new(&err);
	if (r->file == NULL) {
		log_error("what is seen is not recorded: %s", err.text);
		return;
	}
	(void)memccpy(r->path, s->file, '\0', sizeof(r->path) - 1);
	events_new_id(r->m, r->stream);
	r->part = 0;
	r->is_lossy = r->is_failing = false;
	r->seen = r->lost + recorder_file_lost(r->file, &err);
	recorder_file_open(r->file, r->path, s->keep);
	begin_file(r);
	log_notice("what is seen is recorded to %s", r->path);
}

void
recorder_configure(struct recorder *r, const struct config *c)
{
	const struct record_settings *s = &c->record;
	bool same = recorder_is_on(r) && s->file != NULL &&
	    strcmp(s->file, r->path) == 0 && s->keep == r->keep;

	if (r == NULL)
		return;
	r->max_bytes = (size_t)s->max_bytes;
	r->keep = s->keep;
	(void)memccpy(r->digest, c->digest, '\0', sizeof(r->digest));
	if (same) {
		recording_add_words(
		    begin(r, "reload", NULL), "config", r->digest);
		recorder_end(&r->line);
		(void)give(r);
		return;
	}
	switch_off(r);
	if (s->file != NULL)
		switch_on(r, s);
}
