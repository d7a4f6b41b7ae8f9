#include "daemon/able.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ulid.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/users.h"
#include "procedure/step_kind.h"

#define PATH_BYTES 4096

struct able {
	struct monitor *m;
	struct loop_timer *again;   /* looks once more where it doubts */
	struct users_asking *users; /* of the trial under way */
	bool is_trying;
	bool is_doubtful;
	bool has_no_helpers; /* people were told */
	int64_t due_ms;      /* of the next trial */
	struct error trial;  /* why the last one failed; "" */
};

static bool
uses_units(const struct able *a)
{
	return steps_mode(a->m->steps) == STEPS_UNITS;
}

/*
 * In direct mode the runner reads procedures from the copy alone; else it has
 * its own, which the trial has it make.
 */
static bool
copy_is_there(const struct able *a, struct error *err)
{
	const struct config *c = a->m->generation->config;
	char path[PATH_BYTES];

	if (uses_units(a))
		return true;
	(void)snprintf(path, sizeof(path), "%s/config/%s/%s",
	    c->state_directory, c->digest, c->files[0].path);
	return access(path, R_OK) == 0 ||
	    error_set(err,
		"no copy of the configuration is there (%s: %s): reload "
		"makes one",
		path, strerror(errno));
}

static bool
is_able(const struct able *a, struct error *err)
{
	if (!steps_can_act(a->m->steps, err) || !copy_is_there(a, err))
		return false;
	return a->trial.text[0] == '\0' || error_set(err, "%s", a->trial.text);
}

static void
page(struct monitor *m, const char *summary)
{
	struct notice alarm = { .event = "alarm", .summary = summary };
	char key[ULID_BYTES];

	events_new_id(m, key);
	events_page(m, &alarm, key);
}

static void
be_able(struct monitor *m)
{
	static const char words[] = "rollbackd is able to act again";

	m->cannot_act = false;
	m->cannot_act_why[0] = '\0';
	log_notice("is able to act again");
	page(m, words);
}

static void
be_unable(struct monitor *m, const struct error *why)
{
	m->cannot_act = true;
	log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, NULL,
	    "is not able to act: %s", why->text);
	page(m, why->text);
}

static void
judge(void *arg)
{
	struct able *a = arg;
	struct monitor *m = a->m;
	struct error why = { "" };
	bool ok = is_able(a, &why);

	/* PID 1 and the bus come back by themselves; so nobody is woken. */
	if (!ok && !m->cannot_act && uses_units(a) && !a->is_doubtful) {
		a->is_doubtful = true;
		loop_timer_start(a->again, ABLE_DOUBT_MS);
		return;
	}
	if (ok || !loop_timer_runs(a->again))
		a->is_doubtful = false;
	else
		return;
	if (ok && m->cannot_act)
		be_able(m);
	else if (!ok && !m->cannot_act)
		be_unable(m, &why);
	if (!ok)
		(void)snprintf(m->cannot_act_why, sizeof(m->cannot_act_why),
		    "%.200s", why.text);
}

/* Told once; the log is where one looks for why nobody was told more. */
static void
judge_helpers(struct able *a, const char *no_helpers)
{
	struct monitor *m = a->m;
	bool fails = no_helpers != NULL;

	(void)snprintf(m->cannot_tell_why, sizeof(m->cannot_tell_why), "%.200s",
	    fails ? no_helpers : "");
	if (fails == a->has_no_helpers)
		return;
	a->has_no_helpers = fails;
	if (!fails) {
		log_notice("commands of probes and notifiers run again");
		return;
	}
	log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, NULL,
	    "commands of probes and notifiers do not run: %s", no_helpers);
	page(m, no_helpers);
}

static void
end_trial(struct able *a)
{
	bool ok = a->trial.text[0] == '\0' && !a->has_no_helpers;

	a->is_trying = false;
	a->due_ms =
	    loop_now_ms(a->m->loop) + (ok ? ABLE_EVERY_MS : ABLE_AGAIN_MS);
	judge(a);
}

static void
on_users(void *arg, bool ok, const struct error *why)
{
	struct able *a = arg;

	a->users = NULL;
	if (!ok)
		(void)error_set(&a->trial, "a step cannot run: %s", why->text);
	end_trial(a);
}

static bool
add_user(const char *names[USERS_MAX], size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	if (*count == USERS_MAX)
		return false;
	names[(*count)++] = name;
	return true;
}

/* False where a step names none, without which it is refused. */
static bool
list_users(const struct config *c, const char *names[USERS_MAX], size_t *count,
    struct error *err)
{
	for (size_t i = 0; i < c->procedure_count; i++)
		for (size_t k = 0; k < c->procedures[i].step_count; k++) {
			const struct step_settings *s =
			    &c->procedures[i].steps[k];

			/* What the monitor does itself runs as nobody else. */
			if (!step_is_claimed(s))
				continue;
			if (s->user == NULL)
				return error_set(err,
				    "step %s of procedure %s names no user to "
				    "run as",
				    s->name, c->procedures[i].name);
			/* More than can be asked: the rest is trusted. */
			(void)add_user(names, count, s->user);
		}
	return true;
}

static void
ask_users(struct able *a)
{
	const char *names[USERS_MAX];
	size_t count = 0;

	if (!list_users(a->m->generation->config, names, &count, &a->trial)) {
		end_trial(a);
		return;
	}
	a->users = users_ask(a->m->loop, names, count, on_users, a);
	if (a->users == NULL)
		end_trial(a); /* no memory: the next trial asks */
}

static void
on_tried(void *arg, const struct steps_trial_result *r)
{
	struct able *a = arg;

	a->trial.text[0] = '\0';
	if (r->no_steps != NULL)
		(void)error_set(&a->trial, "%s", r->no_steps);
	else
		judge_helpers(a, r->no_helpers);
	if (r->no_steps == NULL && uses_units(a))
		ask_users(a);
	else
		end_trial(a);
}

struct able *
able_new(struct monitor *m)
{
	struct able *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->m = m;
	a->again = loop_timer_new(m->loop, judge, a);
	if (a->again != NULL)
		return a;
	free(a);
	return NULL;
}

void
able_free(struct able *a)
{
	if (a == NULL)
		return;
	users_drop(a->users);
	loop_timer_free(a->again);
	free(a);
}

void
able_try(struct able *a)
{
	struct error ignored;

	users_drop(a->users);
	a->users = NULL;
	a->due_ms = 0;
	/* What cannot be reached is tried when it can be. */
	a->is_trying = steps_can_start(a->m->steps, &ignored);
	if (!a->is_trying)
		return;
	steps_try(a->m->steps, a->m->generation->config->digest, on_tried, a);
}

void
able_look(struct able *a)
{
	if (!a->is_trying && loop_now_ms(a->m->loop) >= a->due_ms)
		able_try(a);
	judge(a);
}

void
able_metrics(const struct monitor *m, struct text *page)
{
	bool able = m->is_ready && !m->shadow && !m->cannot_act &&
	    store_state(m->store) == STORE_OK;

	text_add(page,
	    "# HELP rollbackd_able_to_act Whether a step could be run now.\n"
	    "# TYPE rollbackd_able_to_act gauge\n");
	text_addf(page, "rollbackd_able_to_act %d\n", able ? 1 : 0);
}
