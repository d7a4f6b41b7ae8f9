#include "daemon/step/attempt.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/failpoint.h"
#include "base/units.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/claims.h"
#include "daemon/step/effect.h"
#include "daemon/step/order_input.h"
#include "daemon/step/output.h"
#include "daemon/step/permit.h"
#include "procedure/step_command.h"

#define MARK_BYTES (sizeof(STEP_MARK) + KEY_BYTES + 1)

struct attempt {
	const struct state *state;
	const struct attempt_settings *settings;
	struct permit permit;
	struct draft result; /* its room was taken before the claim */
	struct effect effect;
	struct output *output;
	struct error reason;
};

static enum step_exit
store_result(struct attempt *a, const struct result *r)
{
	struct text file = text_new(RESULT_MAX_BYTES);
	struct error err;
	enum file_put status = FILE_FAILED;

	result_write(&file, r);
	FAILPOINT("runner.before-result");
	if (text_ok(&file))
		status = draft_commit(
		    &a->result, text_str(&file), file.length, FILE_NEW, &err);
	else
		(void)error_set(&err, "out of memory");
	FAILPOINT("runner.after-result");
	text_free(&file);
	if (status == FILE_STORED)
		return STEP_EXIT_OK;
	warnx("%s: the result is lost: %s", r->key, err.text);
	return STEP_EXIT_STORAGE;
}

/* An end without an effect. */
static enum step_exit
end_without(struct attempt *a, enum step_outcome outcome, const char *reason)
{
	const struct result r = {
		.key = a->settings->key,
		.outcome = step_outcome_word(outcome),
		.reason = reason,
		.ended_ms = host_boot_ms(),
	};

	return store_result(a, &r);
}

/* What a helper says by its status, see executor.h. */
static const char *
meaning(const struct permit *p, int status)
{
	if (p->order.length == 0)
		return "";
	if (status == EXECUTOR_EXIT_NOTHING_DONE)
		return ": nothing was done";
	if (status == EXECUTOR_EXIT_UNKNOWN)
		return ": whether it was done is not known";
	if (status == EXECUTOR_EXIT_MALFORMED)
		return ": it was told what makes no sense";
	return "";
}

static enum step_outcome
judge_exit(struct attempt *a, const char **capture)
{
	const struct effect *e = &a->effect;
	bool captures = a->permit.key.check == 0 && a->permit.key.undo == 0 &&
	    permit_step(&a->permit)->capture != NULL;

	if (captures)
		*capture = output_capture(a->output, &a->reason);
	if (e->signal != 0) {
		(void)error_set(&a->reason, "killed by signal %d (%s)",
		    e->signal, strsignal(e->signal));
		return STEP_FAILED;
	}
	if (e->exit_status != 0) {
		(void)error_set(&a->reason, "exit status %d%s", e->exit_status,
		    meaning(&a->permit, e->exit_status));
		return STEP_FAILED;
	}
	if (captures && *capture == NULL)
		return STEP_FAILED;
	(void)error_set(&a->reason, "exit status 0");
	return STEP_DONE;
}

static bool
is_cut(const struct permit *p)
{
	return p->key.undo == 0 && p->limit_ms < permit_step(p)->timeout_ms;
}

static enum step_outcome
judge(struct attempt *a, const char **capture)
{
	const struct effect *e = &a->effect;
	char limit[DURATION_TEXT_MAX];

	switch (e->end) {
	case EFFECT_NOT_STARTED:
		a->reason = e->reason;
		return STEP_REFUSED;
	case EFFECT_EXITED:
		return judge_exit(a, capture);
	case EFFECT_TIMED_OUT:
		(void)error_set(&a->reason,
		    "not done within %s%s; all its processes were ended",
		    duration_text(a->permit.limit_ms, limit),
		    is_cut(&a->permit) ?
			", all the time that the run had left" :
			"");
		return STEP_TIMED_OUT;
	case EFFECT_STOPPED:
		(void)error_set(&a->reason,
		    "its runner was told to stop; all its processes were "
		    "ended");
		return STEP_INTERRUPTED;
	case EFFECT_UNKILLABLE:
		(void)error_set(&a->reason,
		    "its time is over, but %zu of its processes cannot be "
		    "killed",
		    e->left_behind);
		return STEP_INTERRUPTED;
	}
	return STEP_INTERRUPTED;
}

static enum step_exit
end_with_effect(struct attempt *a)
{
	struct text tail = text_new(RESULT_MAX_BYTES);
	const struct effect *e = &a->effect;
	const char *capture = NULL;
	enum step_outcome outcome = judge(a, &capture);
	struct result r = {
		.key = a->settings->key,
		.outcome = step_outcome_word(outcome),
		.reason = a->reason.text,
		.exit_status = e->exit_status,
		.started_ms = e->started_ms,
		.ended_ms = e->ended_ms,
		.started_wall_ms = e->started_wall_ms,
		.output_bytes = output_total_bytes(a->output),
		.left_behind = (int64_t)e->left_behind,
		.capture = capture,
	};
	enum step_exit status;

	if (e->end == EFFECT_NOT_STARTED)
		r.ended_ms = host_boot_ms();
	output_tail(a->output, &tail);
	r.tail = text_str(&tail);
	status = store_result(a, &r);
	text_free(&tail);
	return status;
}

static enum step_exit
run_effect(struct attempt *a)
{
	char mark[MARK_BYTES];
	int file = openat(a->state->outputs, a->settings->key,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int input = order_input(&a->permit.order, &a->reason);
	const struct effect_settings settings = {
		.command = &a->permit.command,
		.mark = mark,
		.input = input,
		.timeout_ms = a->permit.limit_ms,
		.kill_grace_ms = a->settings->kill_grace_ms,
		.user = a->state->is_system ? &a->permit.user : NULL,
	};
	enum step_exit status;

	(void)snprintf(mark, sizeof(mark), STEP_MARK "=%s", a->settings->key);
	a->output = output_new(file);
	if (a->output == NULL || input < 0)
		return end_without(a, STEP_REFUSED,
		    input < 0 ? a->reason.text : "out of memory");
	FAILPOINT("runner.before-effect");
	effect_run(&settings, a->output, &a->effect);
	FAILPOINT("runner.after-effect");
	output_finish(a->output);
	status = end_with_effect(a);
	output_free(a->output);
	(void)close(input);
	if (file >= 0)
		(void)close(file); /* for people; nothing depends on it */
	return status;
}

/* Also a refusal takes the key: see struct claim. */
static enum step_exit
claim_and_run(struct attempt *a, enum permit_answer answer)
{
	const char *refusal = answer == PERMIT_REFUSED ? a->reason.text : NULL;
	enum claim_status claimed;
	struct error err;

	claimed =
	    claim_take(a->state, &a->permit, a->settings->key, refusal, &err);
	permit_unlock(&a->permit);
	switch (claimed) {
	case CLAIM_TAKEN:
		break;
	case CLAIM_HELD:
		draft_drop(&a->result);
		return STEP_EXIT_CLAIMED;
	case CLAIM_TORN:
		return end_without(a, STEP_REFUSED, err.text);
	case CLAIM_FAILED:
		draft_drop(&a->result);
		warnx("%s: %s", a->settings->key, err.text);
		return STEP_EXIT_STORAGE;
	}
	if (refusal != NULL)
		return end_without(a, STEP_REFUSED, refusal);
	if (!permit_stands(&a->permit, a->state))
		return end_without(
		    a, STEP_WITHDRAWN, "taken back before it was started");
	return run_effect(a);
}

static bool
open_result(struct attempt *a)
{
	if (!draft_open(&a->result, a->state->results, a->settings->key,
		RESULT_MAX_BYTES, &a->reason))
		return false;
	if (state_show(a->state, a->result.fd))
		return true;
	draft_drop(&a->result);
	return error_set(&a->reason, "the result cannot be shown");
}

static bool
is_taken(const struct state *s, const char *key)
{
	return (!BUG(CLAIM_TWICE) && file_exists(s->claims, key)) ||
	    file_exists(s->results, key);
}

enum step_exit
attempt_run(const struct state *s, const struct attempt_settings *settings)
{
	static struct attempt a;
	enum permit_answer answer;
	enum step_exit status = STEP_EXIT_STORAGE;

	a = (struct attempt){ .state = s, .settings = settings };
	if (is_taken(s, settings->key))
		return STEP_EXIT_CLAIMED;
	answer = permit_ask(
	    &a.permit, s, settings->config, settings->key, &a.reason);
	if (answer == PERMIT_NO_REQUEST)
		status = STEP_EXIT_NO_REQUEST;
	else if (answer == PERMIT_STORAGE || !open_result(&a))
		warnx("%s: %s", settings->key, a.reason.text);
	else
		status = claim_and_run(&a, answer);
	permit_free(&a.permit);
	return status;
}
