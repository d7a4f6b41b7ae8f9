#include "daemon/baselines_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/watched.h"
#include "report/event.h"

struct baseline_line *
baselines_told(struct baselines *b, const char *service, const char *evaluator)
{
	for (size_t i = 0; i < b->told_count; i++)
		if (strcmp(b->told[i].service, service) == 0 &&
		    strcmp(b->told[i].evaluator, evaluator) == 0)
			return &b->told[i];
	return NULL;
}

/* Found, or made. */
static struct baseline_line *
take_told(struct baselines *b, const char *service, const char *evaluator)
{
	struct baseline_line *line = baselines_told(b, service, evaluator);
	struct baseline_line *more;

	if (line != NULL)
		return line;
	more = reallocarray(b->told, b->told_count + 1, sizeof(*more));
	if (more == NULL)
		abort(); /* start again: a pin must not be forgotten */
	b->told = more;
	line = &b->told[b->told_count++];
	*line = (struct baseline_line){ .pinned_wall_ms = 0 };
	(void)snprintf(line->service, sizeof(line->service), "%s", service);
	(void)snprintf(
	    line->evaluator, sizeof(line->evaluator), "%s", evaluator);
	return line;
}

/* NULL when there is none that measures the same. */
static struct baseline *
find_baseline(struct baselines *b, const char *service, const char *evaluator,
    const char *subject)
{
	struct watched *w = monitor_watched(b->m, service);
	const struct service_settings *s;
	char digest[DIGEST_TEXT_BYTES];

	if (w == NULL)
		return NULL;
	s = watched_settings(w);
	for (unsigned i = 0; i < s->evaluator_count; i++) {
		if (strcmp(s->evaluators[i].name, evaluator) != 0)
			continue;
		baseline_subject(&s->evaluators[i], digest);
		if (strcmp(digest, subject) != 0)
			return NULL;
		return evaluator_baseline(
		    service_evaluator(watched_core(w), i));
	}
	return NULL;
}

/* One whose evaluator is gone, or measures something else, is dropped. */
static bool
take_line(void *arg, const struct baseline_line *line, const char *state,
    struct error *err)
{
	struct baselines *b = arg;
	struct baseline *baseline =
	    find_baseline(b, line->service, line->evaluator, line->subject);

	if (baseline == NULL)
		return true;
	if (!baseline_import(
		baseline, state, strlen(state), loop_now_ms(b->m->loop), err))
		return false;
	if (line->reset[0] != '\0' || line->pinned_by[0] != '\0')
		*take_told(b, line->service, line->evaluator) = *line;
	return true;
}

void
baselines_load(struct baselines *b)
{
	struct error err = { "" };
	size_t damaged = 0;

	if (!baselines_file_read(b->directory, take_line, b, &damaged, &err))
		log_error("what was learned is not known any more: it is kept "
			  "in " BASELINES_DAMAGED " and learned anew: %s",
		    err.text);
	else if (damaged > 0)
		log_error("%zu lines of %s/" BASELINES_FILE
			  " are damaged (%s): they are kept in "
			  "" BASELINES_DAMAGED " and learned anew",
		    damaged, b->directory, err.text);
	b->is_loaded = true;
	loop_timer_start(b->timer, BASELINES_SAVE_MS);
}

/* A member of an act, "" where it is missing. */
static const char *
word_of(struct json_object *data, const char *key)
{
	const char *word = json_text(data, key);

	return word == NULL ? "" : word;
}

static void
pin(struct baselines *b, const char *service, struct baseline *one,
    struct json_object *data, int64_t wall_ms)
{
	struct baseline_line *line =
	    take_told(b, service, word_of(data, "evaluator"));
	double value;

	if (!json_number(data, "value", &value) || !isfinite(value))
		return;
	baseline_pin(one, value);
	(void)snprintf(line->pinned_by, sizeof(line->pinned_by), "%s",
	    word_of(data, "by"));
	line->pinned_wall_ms = wall_ms;
}

static void
unpin(struct baselines *b, const char *service, struct baseline *one,
    struct json_object *data)
{
	struct baseline_line *line =
	    baselines_told(b, service, word_of(data, "evaluator"));

	baseline_unpin(one);
	if (line != NULL)
		line->pinned_by[0] = '\0';
}

/* The file knows of the resets that came before it was written. */
static void
reset(struct baselines *b, const char *service, struct baseline *one,
    struct json_object *data)
{
	struct baseline_line *line =
	    take_told(b, service, word_of(data, "evaluator"));
	const char *id = word_of(data, "id");

	if (strcmp(line->reset, id) == 0)
		return;
	baseline_reset(one);
	(void)snprintf(line->reset, sizeof(line->reset), "%s", id);
}

static bool
apply(struct baselines *b, const char *service, struct json_object *data,
    int64_t wall_ms)
{
	const char *act = word_of(data, "act");
	struct baseline *one = find_baseline(
	    b, service, word_of(data, "evaluator"), word_of(data, "subject"));

	if (one == NULL)
		return false;
	if (strcmp(act, "pin") == 0)
		pin(b, service, one, data, wall_ms);
	else if (strcmp(act, "unpin") == 0)
		unpin(b, service, one, data);
	else if (strcmp(act, "reset") == 0)
		reset(b, service, one, data);
	b->told_changes++;
	watched_relearned(
	    monitor_watched(b->m, service), word_of(data, "evaluator"));
	return true;
}

void
baselines_act(struct baselines *b, const char *service,
    struct json_object *data, int64_t wall_ms)
{
	if (!apply(b, service, data, wall_ms))
		return; /* reloaded away while it was stored */
	log_service(LOG_LEVEL_NOTICE, LOG_ID_NONE, service,
	    "baseline of %s: %s by %s", word_of(data, "evaluator"),
	    word_of(data, "act"), word_of(data, "by"));
	baselines_save(b);
}

/* Of several resets only the last one may be in the file. */
static bool
is_outdated(const struct store_event *rows, struct json_object *const *data,
    size_t count, size_t at)
{
	if (strcmp(word_of(data[at], "act"), "reset") != 0)
		return false;
	for (size_t i = at + 1; i < count; i++)
		if (strcmp(word_of(data[i], "act"), "reset") == 0 &&
		    strcmp(rows[i].service, rows[at].service) == 0 &&
		    strcmp(word_of(data[i], "evaluator"),
			word_of(data[at], "evaluator")) == 0)
			return true;
	return false;
}

void
baselines_recover(
    struct baselines *b, const struct store_event *rows, size_t count)
{
	struct json_object **data =
	    calloc(count + 1, sizeof(struct json_object *));
	struct error err;

	if (data == NULL)
		abort(); /* start again: a pin must not be forgotten */
	for (size_t i = 0; i < count; i++)
		data[i] = json_parse(rows[i].data, strlen(rows[i].data), &err);
	for (size_t i = 0; i < count; i++)
		if (!is_outdated(rows, data, count, i))
			(void)apply(
			    b, rows[i].service, data[i], rows[i].wall_ms);
	for (size_t i = 0; i < count; i++)
		json_object_put(data[i]);
	free(data);
}

static void
set_known(struct json_object *o, const char *key, double value)
{
	if (isfinite(value))
		json_set_number(o, key, value);
}

struct json_object *
baselines_json(struct baselines *b, struct watched *w, unsigned evaluator)
{
	const struct baseline *one =
	    evaluator_baseline(service_evaluator(watched_core(w), evaluator));
	const struct baseline_line *line = baselines_told(b, watched_name(w),
	    watched_settings(w)->evaluators[evaluator].name);
	struct baseline_view v;
	struct json_object *o;

	if (one == NULL)
		return NULL;
	v = baseline_view(one);
	o = json_object_new_object();
	set_known(o, "value", v.value);
	set_known(o, "learned", v.learned);
	set_known(o, "spread", v.spread);
	json_set_bool(o, "may_judge", v.may_judge);
	json_set_int(o, "age_ms", v.age_ms);
	json_set_int(o, "min_age_ms", v.min_age_ms);
	json_set_int(o, "samples", (int64_t)v.samples);
	json_set_int(o, "min_samples", v.min_samples);
	json_set_int(o, "held_back_ms", v.held_back_ms);
	json_set_int(o, "held_back", (int64_t)v.held_back);
	json_set_text(o, "learning", learning_word(v.learning));
	json_set_bool(o, "pinned", v.is_pinned);
	if (v.is_pinned && line != NULL && line->pinned_by[0] != '\0') {
		json_set_text(o, "pinned_by", line->pinned_by);
		json_set_int(o, "pinned_wall_ms", line->pinned_wall_ms);
	}
	return o;
}

void
baselines_close(struct baselines *b)
{
	if (b != NULL)
		baselines_save_now(b);
}

struct baselines *
baselines_new(struct monitor *m, const char *directory)
{
	struct baselines *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->m = m;
	(void)snprintf(b->directory, sizeof(b->directory), "%s", directory);
	b->timer = loop_timer_new(m->loop, baselines_save, b);
	if (b->timer != NULL)
		return b;
	free(b);
	return NULL;
}

void
baselines_free(struct baselines *b)
{
	if (b == NULL)
		return;
	baselines_drop_jobs(b);
	loop_timer_free(b->timer);
	free(b->told);
	free(b);
}
