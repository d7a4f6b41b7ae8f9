#include "daemon/steps_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/ulid.h"
#include "daemon/step/state.h"
#include "daemon/steps_attempt.h"
#include "daemon/steps_files.h"

#define HELPER_MS 20000
#define TESTS_MAX 3 /* until one has answered */

struct steps_trial {
	struct steps *steps;
	struct loop_timer *limit;
	char word[ULID_BYTES]; /* that the runner is to answer */
	unsigned tests;        /* begun */
	unsigned helpers;      /* under way, of this trial or of one before */
	bool awaits_helper;
	unsigned id; /* of the stage under way: news of older ones are old */
	char digest[DIGEST_TEXT_BYTES];
	char kept[DIGEST_TEXT_BYTES]; /* the runner has its copy of it */
	struct error no_steps;
	struct error no_helpers;
	steps_tried *tried; /* NULL: none is under way */
	void *arg;
};

static void
finish(struct steps_trial *t)
{
	const struct steps_trial_result r = {
		.no_steps =
		    t->no_steps.text[0] == '\0' ? NULL : t->no_steps.text,
		.no_helpers =
		    t->no_helpers.text[0] == '\0' ? NULL : t->no_helpers.text,
	};
	steps_tried *tried = t->tried;

	if (tried == NULL)
		return;
	t->tried = NULL;
	t->awaits_helper = false;
	t->id++;
	loop_timer_stop(t->limit);
	steps_files_unask(&t->steps->files, STEP_TEST_NAME);
	tried(t->arg, &r);
}

static void
on_helper(void *arg, bool ok, const char *reason)
{
	struct steps_trial *t = arg;

	/* Of a trial that was given up: one is as good as the other. */
	if (--t->helpers > 0 || !t->awaits_helper)
		return;
	t->awaits_helper = false;
	if (!ok)
		(void)error_set(
		    &t->no_helpers, "a command cannot be run: %s", reason);
	finish(t);
}

static void
make_word(struct steps_trial *t, char word[ULID_BYTES])
{
	uint8_t random[10] = { 0 };

	random[0] = (uint8_t)t->id;
	random[1] = (uint8_t)(t->id >> 8);
	ulid_make((uint64_t)loop_wall_ms(), random, word);
}

/* The runner itself is a program that is there and harmless. */
static bool
start_helper(struct steps_trial *t)
{
	const char *const argv[] = { t->steps->program, "--version", NULL };
	char id[ULID_BYTES];

	make_word(t, id);
	if (!steps_helper(t->steps, id, argv, HELPER_MS, "", on_helper, t))
		return false;
	t->helpers++;
	t->awaits_helper = true;
	return true;
}

static void
try_helper(struct steps_trial *t)
{
	struct error why;

	t->id++;
	if (start_helper(t))
		return;
	if (link_is_up(t->steps->link, &why))
		(void)error_set(&why, "it cannot be sent");
	(void)error_set(
	    &t->no_helpers, "a command cannot be run: %s", why.text);
	finish(t);
}

static bool
send(struct steps_trial *t, enum link_kind kind)
{
	const struct steps *s = t->steps;
	const struct link_order order = { .kind = kind,
		.id = ++t->id,
		.name = kind == LINK_KEEP ? t->digest : "test",
		.config_folder = s->config_folder,
		.state_folder = s->state_folder,
		.kill_grace_ms = s->kill_grace_ms };
	struct error why;

	make_word(t, t->word);
	if (kind == LINK_TEST &&
	    !steps_files_ask_test(&s->files, t->word, &t->no_steps))
		return false;
	if (link_send(s->link, &order))
		return true;
	if (link_is_up(s->link, &why))
		(void)error_set(&why, "it cannot be sent");
	(void)error_set(
	    &t->no_steps, "the runner cannot be started: %s", why.text);
	return false;
}

/* An edit that was not loaded yet does no harm to a copy that is there. */
static bool
is_kept(struct steps_trial *t, const struct link_news *news)
{
	if (news->number == 0)
		(void)snprintf(t->kept, sizeof(t->kept), "%s", t->digest);
	return news->number == 0 ||
	    (news->number == STEP_EXIT_CHANGED &&
		strcmp(t->kept, t->digest) == 0);
}

/* What it answered counts; with which status it ended may not be known. */
static bool
is_answered(struct steps_trial *t, const struct link_news *news)
{
	struct steps *s = t->steps;

	if (news->number != 0 && news->number != -1)
		return false;
	/* It has made its folders, if they were not there. */
	steps_see_results(s);
	if (steps_files_is_answered(&s->files, t->word))
		return true;
	if (news->number == 0)
		(void)error_set(&t->no_steps,
		    "the runner's answer is not in %s: what it does would not "
		    "be noticed",
		    s->runner_folder == NULL ? s->state_folder :
					       s->runner_folder);
	return false;
}

/*
 * PID 1 starts no second one while one is under way: the one that ended may
 * have been that of the trial before, and have answered its word.
 */
static bool
test_again(struct steps_trial *t, const struct link_news *news)
{
	if (news->kind != LINK_TEST || news->event != LINK_ENDED ||
	    (news->number != 0 && news->number != STEP_EXIT_NO_REQUEST) ||
	    ++t->tests >= TESTS_MAX)
		return false;
	t->no_steps.text[0] = '\0';
	return send(t, LINK_TEST);
}

static void
explain(struct steps_trial *t, const struct link_news *news)
{
	bool is_unit = t->steps->mode == STEPS_UNITS;
	const char *unit = news->kind == LINK_KEEP ? "keep-*" : "test";
	char where[64] = "";

	if (is_unit)
		(void)snprintf(where, sizeof(where),
		    ": see journalctl -u 'rollbackd-step@%s'", unit);
	if (news->event == LINK_FAILED)
		(void)error_set(&t->no_steps,
		    "the runner cannot be started: %s", news->detail);
	else if (news->event == LINK_LOST)
		(void)error_set(&t->no_steps, "the spawner died");
	else if (news->number == STEP_EXIT_STORAGE)
		(void)error_set(&t->no_steps,
		    "the runner cannot use its folders (status %ld)%s",
		    news->number, where);
	else if (news->kind == LINK_TEST &&
	    news->number == STEP_EXIT_NO_REQUEST)
		(void)error_set(&t->no_steps,
		    "the runner looks for requests elsewhere than in the state "
		    "folder%s",
		    where);
	else if (news->kind == LINK_KEEP && news->number == STEP_EXIT_CHANGED)
		(void)error_set(&t->no_steps,
		    "the configuration was changed since it was loaded: "
		    "reload");
	else if (news->kind == LINK_KEEP)
		(void)error_set(&t->no_steps,
		    "the runner does not take the configuration that is in "
		    "use (status %ld)%s",
		    news->number, where);
	else
		(void)error_set(&t->no_steps,
		    "the runner's own test ended with status %ld%s",
		    news->number, where);
}

static void
on_limit(void *arg)
{
	struct steps_trial *t = arg;

	if (t->no_steps.text[0] == '\0')
		(void)error_set(&t->no_steps,
		    "nothing was heard of the runner's own test for %d s",
		    STEPS_TRIAL_MS / 1000);
	finish(t);
}

struct steps_trial *
trial_new(struct steps *s)
{
	struct steps_trial *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->steps = s;
	t->limit = loop_timer_new(s->loop, on_limit, t);
	if (t->limit != NULL)
		return t;
	free(t);
	return NULL;
}

void
trial_free(struct steps_trial *t)
{
	if (t == NULL)
		return;
	loop_timer_free(t->limit);
	free(t);
}

void
trial_begin(
    struct steps_trial *t, const char *digest, steps_tried *tried, void *arg)
{
	bool keeps = t->steps->mode == STEPS_UNITS;

	(void)snprintf(t->digest, sizeof(t->digest), "%s", digest);
	t->no_steps.text[0] = t->no_helpers.text[0] = '\0';
	t->awaits_helper = false;
	t->tests = 0;
	t->tried = tried;
	t->arg = arg;
	loop_timer_start(t->limit, STEPS_TRIAL_MS);
	if (!send(t, keeps ? LINK_KEEP : LINK_TEST))
		/* Told from the loop, as all is. */
		loop_timer_start(t->limit, 0);
}

void
trial_news(struct steps_trial *t, const struct link_news *news)
{
	bool is_lost = news->event == LINK_LOST, goes_on;

	if (t->tried == NULL || news->event == LINK_STARTED ||
	    (!is_lost && news->id != t->id))
		return;
	goes_on = news->event == LINK_ENDED &&
	    (news->kind == LINK_TEST ? is_answered(t, news) : is_kept(t, news));
	if (!goes_on && test_again(t, news))
		return;
	if (!goes_on && t->no_steps.text[0] == '\0')
		explain(t, news);
	if (goes_on && news->kind == LINK_TEST)
		try_helper(t);
	else if (!goes_on || !send(t, LINK_TEST))
		finish(t);
}
