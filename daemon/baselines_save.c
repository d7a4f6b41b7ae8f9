#include "daemon/baselines_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/log.h"
#include "daemon/watched.h"

/* A baseline on its way to the disk. */
struct saved {
	struct baseline_line line;
	struct baseline *copy;
};

struct baselines_job {
	struct baselines_job *next;
	struct baselines *owner;
	struct saved *list;
	size_t count;
	uint64_t changes; /* as of the copies */
	struct error err;
};

static uint64_t
all_changes(struct baselines *b)
{
	uint64_t sum = b->told_changes;

	for (size_t i = 0; i < b->m->watched_count; i++) {
		struct watched *w = b->m->watched[i];

		for (unsigned k = 0; k < watched_settings(w)->evaluator_count;
		     k++) {
			const struct baseline *one = evaluator_baseline(
			    service_evaluator(watched_core(w), k));

			if (one != NULL)
				sum += baseline_changes(one);
		}
	}
	return sum;
}

static void
free_job(struct baselines_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		baseline_free(job->list[i].copy);
	free(job->list);
	free(job);
}

static bool
copy_one(struct baselines_job *job, struct watched *w, unsigned index)
{
	const struct evaluator_settings *e =
	    &watched_settings(w)->evaluators[index];
	const struct baseline *one =
	    evaluator_baseline(service_evaluator(watched_core(w), index));
	const struct baseline_line *told =
	    baselines_told(job->owner, watched_name(w), e->name);
	struct saved *more, *s;

	if (one == NULL)
		return true;
	more = reallocarray(job->list, job->count + 1, sizeof(*more));
	if (more == NULL)
		return false;
	job->list = more;
	s = &job->list[job->count];
	*s = (struct saved){ .copy = baseline_clone(one) };
	if (s->copy == NULL)
		return false;
	job->count++;
	if (told != NULL)
		s->line = *told;
	(void)snprintf(
	    s->line.service, sizeof(s->line.service), "%s", watched_name(w));
	(void)snprintf(
	    s->line.evaluator, sizeof(s->line.evaluator), "%s", e->name);
	baseline_subject(e, s->line.subject);
	return true;
}

static struct baselines_job *
make_job(struct baselines *b)
{
	struct baselines_job *job = calloc(1, sizeof(*job));
	bool ok = job != NULL;

	if (job == NULL)
		return NULL;
	job->owner = b;
	job->changes = all_changes(b);
	for (size_t i = 0; ok && i < b->m->watched_count; i++) {
		struct watched *w = b->m->watched[i];

		for (unsigned k = 0;
		     ok && k < watched_settings(w)->evaluator_count; k++)
			ok = copy_one(job, w, k);
	}
	if (ok)
		return job;
	free_job(job);
	return NULL;
}

/* On the store's thread, which has the copies for itself. */
static bool
write_all_lines(void *arg)
{
	struct baselines_job *job = arg;
	struct text lines = text_new(BASELINES_MAX_BYTES);
	bool ok;

	for (size_t i = 0; i < job->count; i++) {
		baseline_line_write(
		    &lines, &job->list[i].line, job->list[i].copy);
		text_add_char(&lines, '\n');
	}
	ok = baselines_file_write(job->owner->directory, &lines, &job->err);
	text_free(&lines);
	return ok;
}

static void
tell_trouble(struct baselines *b, bool ok, const char *why)
{
	if (!ok && !b->is_failing)
		log_error(
		    "what was learned cannot be kept, and will be tried again: %s",
		    why[0] == '\0' ? "the store fails" : why);
	else if (ok && b->is_failing)
		log_notice("what was learned is kept again");
	b->is_failing = !ok;
}

static void
on_written(void *arg, bool ok)
{
	struct baselines_job *job = arg;
	struct baselines *b = job->owner;
	struct baselines_job **at = &b->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (ok)
		b->saved_changes = job->changes;
	tell_trouble(b, ok, job->err.text);
	free_job(job);
	if (b->save_again)
		loop_timer_start(b->timer, 0);
}

void
baselines_save_now(struct baselines *b)
{
	struct baselines_job *job;

	if (!b->is_loaded || all_changes(b) == b->saved_changes)
		return;
	job = make_job(b);
	if (job == NULL) {
		tell_trouble(b, false, "no memory");
		return;
	}
	job->next = b->jobs;
	b->jobs = job;
	store_run(b->m->store, write_all_lines, on_written, job);
}

void
baselines_save(void *arg)
{
	struct baselines *b = arg;

	loop_timer_start(b->timer, BASELINES_SAVE_MS);
	b->save_again = b->jobs != NULL;
	if (!b->save_again)
		baselines_save_now(b);
}

void
baselines_drop_jobs(struct baselines *b)
{
	while (b->jobs != NULL) {
		struct baselines_job *job = b->jobs;

		b->jobs = job->next;
		free_job(job);
	}
}
