#include "daemon/executors/systemd_unit.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "executor/executor.h"

#define MANAGER SYSTEMD_NAME ".Manager"
#define JOB SYSTEMD_NAME ".Job"
#define PROPERTIES "org.freedesktop.DBus.Properties"
/* So often a job is asked after, should PID 1 not tell of its end. */
#define LOOK_MS 1000
/* What was told before the answer to a question is read by now. */
#define HEAR_MS 300
#define LAST_MS 500

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* "active (running)" */
static struct error
state_of(const struct systemd_unit *u)
{
	struct error words;

	(void)error_set(&words, "%s (%s)", u->active, u->sub);
	return words;
}

/* What its service says of its last end; "" where there is nothing. */
static struct error
result_of(struct systemd_bus *b, const struct systemd_unit *u)
{
	sd_bus_message *reply = NULL;
	struct error words = { "" }, ignored;
	const char *result;

	if (systemd_ask(b, u->path, PROPERTIES, "Get", &reply, &ignored, "ss",
		SYSTEMD_NAME ".Service", "Result") == SYSTEMD_ANSWERED &&
	    sd_bus_message_read(reply, "v", "s", &result) > 0 &&
	    !is(result, "success"))
		(void)error_set(&words, ", result %.60s", result);
	(void)sd_bus_message_unref(reply);
	return words;
}

/* Waiting for a job */

static bool
is_job_gone(struct systemd_bus *b, const char *job)
{
	sd_bus_message *reply = NULL;
	struct error ignored;
	enum systemd_answer answer = systemd_ask(
	    b, job, PROPERTIES, "Get", &reply, &ignored, "ss", JOB, "State");

	(void)sd_bus_message_unref(reply);
	return answer == SYSTEMD_GONE;
}

/* What waits for another job need not begin when nobody waits for it. */
static bool
take_back(struct systemd_bus *b, const char *job)
{
	sd_bus_message *reply = NULL;
	struct error ignored;
	const char *state = "";
	bool is_back = false;

	if (systemd_ask(b, job, PROPERTIES, "Get", &reply, &ignored, "ss", JOB,
		"State") == SYSTEMD_ANSWERED &&
	    sd_bus_message_read(reply, "v", "s", &state) > 0 &&
	    is(state, "waiting"))
		is_back = systemd_ask(b, job, JOB, "Cancel", NULL, &ignored,
			      NULL) == SYSTEMD_ANSWERED;
	(void)sd_bus_message_unref(reply);
	return is_back;
}

/*
 * How it ended; NULL with the reason: it is over before the job is; "": the
 * job is gone, and nobody told.
 */
static const char *
await(struct systemd_bus *b, const char *job, struct error *why)
{
	const char *result;

	for (;;) {
		bool was_gone;

		result = systemd_ended(b, job);
		if (result != NULL)
			return result;
		if (systemd_is_over(b, why))
			return NULL;
		systemd_wait(b, LOOK_MS);
		if (systemd_ended(b, job) != NULL)
			continue;
		was_gone = is_job_gone(b, job);
		result = systemd_ended(b, job);
		if (was_gone && result == NULL) {
			systemd_wait(b, HEAR_MS);
			result = systemd_ended(b, job);
			return result == NULL ? "" : result;
		}
	}
}

/* Acting */

static bool
wants_it_up(const struct unit_action *action)
{
	return action->aim == UNIT_AIM_ACTIVE ||
	    action->aim == UNIT_AIM_RESTARTED;
}

static void
say(struct systemd_end *end, int status, const struct systemd_unit *u,
    const char *what, struct systemd_bus *b)
{
	struct error state = state_of(u);
	struct error result =
	    is(u->active, "failed") ? result_of(b, u) : (struct error){ "" };

	end->status = status;
	(void)error_set(&end->words, "%.255s: %.100s; it is %.64s%.80s",
	    u->name, what, state.text, result.text);
}

/* PID 1 says that it was done: is it as one would think? */
static void
judge_done(struct systemd_bus *b, const struct unit_action *action,
    struct systemd_unit *u, struct systemd_end *end)
{
	if (wants_it_up(action) && is(u->active, "failed"))
		say(end, EXECUTOR_EXIT_FAILED, u, "it failed at once", b);
	else if (wants_it_up(action) && is(u->active, "inactive") &&
	    !u->condition)
		say(end, EXECUTOR_EXIT_FAILED, u,
		    "it was not started, as a condition in its unit file is "
		    "not met",
		    b);
	else
		say(end, EXECUTOR_EXIT_DONE, u, unit_result_words("done"), b);
}

/* Nobody told how the job ended. */
static void
judge_untold(struct systemd_bus *b, const struct unit_action *action,
    const struct unit_look *before, struct systemd_unit *u,
    struct systemd_end *end)
{
	const struct unit_look after = { u->active, u->activated_us };

	switch (unit_judge(action, before, &after)) {
	case UNIT_DONE:
		judge_done(b, action, u, end);
		return;
	case UNIT_FAILED:
		say(end, EXECUTOR_EXIT_FAILED, u, unit_result_words("failed"),
		    b);
		return;
	case UNIT_UNKNOWN:
		break;
	}
	say(end, EXECUTOR_EXIT_UNKNOWN, u, "PID 1 did not say how it ended", b);
}

/* What is left of the step's time is enough to look once more. */
static void
judge_over(struct systemd_bus *b, const char *job, struct systemd_unit *u,
    struct systemd_end *end, const struct error *why)
{
	struct systemd_bus last = { .deadline_ms = b->deadline_ms + LAST_MS,
		.stop = -1 };
	struct error ignored, state;
	bool is_back = take_back(&last, job);

	(void)systemd_unit_look(&last, u, &ignored);
	systemd_close(&last);
	state = state_of(u);
	end->status = is_back ? EXECUTOR_EXIT_FAILED : EXECUTOR_EXIT_UNKNOWN;
	(void)error_set(&end->words, "%.255s: %.60s; %s; it is %.64s", u->name,
	    why->text,
	    is_back ? "its job had not begun, and was taken back" :
		      "its job goes on, and nobody waits for its end",
	    state.text);
}

/* Waits for the job and says how it ended. */
static void
follow(struct systemd_bus *b, const struct unit_action *action, const char *job,
    const struct unit_look *before, struct systemd_unit *u,
    struct systemd_end *end)
{
	struct error why;
	const char *result = await(b, job, &why);

	if (result == NULL)
		judge_over(b, job, u, end, &why);
	else if (!systemd_unit_look(b, u, &why)) {
		end->status = EXECUTOR_EXIT_UNKNOWN;
		(void)error_set(&end->words, "%.255s: its job ended; %.100s",
		    u->name, why.text);
	} else if (is(result, ""))
		judge_untold(b, action, before, u, end);
	else if (is(result, "done"))
		judge_done(b, action, u, end);
	else
		say(end, EXECUTOR_EXIT_FAILED, u, unit_result_words(result), b);
}

/* The answer did not come: there may be a job, or it may be over. */
static void
follow_unheard(struct systemd_bus *b, const struct unit_action *action,
    const struct unit_look *before, struct systemd_unit *u,
    struct systemd_end *end)
{
	char job[SYSTEMD_JOB_BYTES];
	struct error why;

	while (!systemd_unit_look(b, u, &why)) {
		if (systemd_is_over(b, &why)) {
			end->status = EXECUTOR_EXIT_UNKNOWN;
			(void)error_set(&end->words,
			    "%.255s: PID 1 did not answer; %.60s; done or "
			    "not, nobody knows",
			    u->name, why.text);
			return;
		}
		systemd_wait(b, LOOK_MS);
	}
	(void)snprintf(job, sizeof(job), "%s", u->job);
	if (job[0] == '\0')
		judge_untold(b, action, before, u, end);
	else
		follow(b, action, job, before, u, end);
}

static void
say_refused(struct systemd_end *end, const struct systemd_unit *u,
    const struct error *why)
{
	const struct passwd *p = getpwuid(geteuid());

	end->status = EXECUTOR_EXIT_NOTHING_DONE;
	(void)error_set(&end->words,
	    "%.255s: PID 1 refuses that to user %.32s: %.150s", u->name,
	    p == NULL ? "?" : p->pw_name, why->text);
}

/* Public functions */

void
systemd_unit_act(struct systemd_bus *b, const struct unit_action *action,
    struct systemd_unit *u, struct systemd_end *end)
{
	const uint64_t activated_us = u->activated_us;
	char active[SYSTEMD_WORD_BYTES], job[SYSTEMD_JOB_BYTES];
	const struct unit_look before = { active, activated_us };
	sd_bus_message *reply = NULL;
	const char *path = NULL;
	struct error why;

	(void)snprintf(active, sizeof(active), "%s", u->active);
	switch (systemd_ask(b, SYSTEMD_PATH, MANAGER, action->method, &reply,
	    &why, "ss", u->name, action->mode)) {
	case SYSTEMD_ANSWERED:
		break;
	case SYSTEMD_LOST:
		follow_unheard(b, action, &before, u, end);
		return;
	case SYSTEMD_UNASKED:
		end->status = EXECUTOR_EXIT_NOTHING_DONE;
		(void)error_set(
		    &end->words, "%.255s: %.150s", u->name, why.text);
		return;
	case SYSTEMD_REFUSED:
	case SYSTEMD_GONE:
		say_refused(end, u, &why);
		return;
	}
	(void)snprintf(job, sizeof(job), "%s",
	    sd_bus_message_read(reply, "o", &path) > 0 ? path : "");
	(void)sd_bus_message_unref(reply);
	follow(b, action, job, &before, u, end);
}
