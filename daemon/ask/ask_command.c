#include <math.h>
#include <stdlib.h>

#include "daemon/ask/asking.h"
#include "daemon/ask/commands.h"
#include "probe/command_judge.h"
#include "probe/version_read.h"

/* For runner and spawner to say how it ended, after it was killed. */
#define PATIENCE_MS 5000

struct ask_command {
	struct asking asking;
	struct commands *commands;
	const struct command_settings *settings;
	struct command_judge judge;
	bool wants_version;
	char version[SAMPLE_VERSION_MAX];
	struct command_run *run;
	int64_t timeout_ms;
	bool is_started;
};

static void
stop(struct asking *asking)
{
	struct ask_command *a = (struct ask_command *)asking;

	command_run_drop(a->run);
	a->run = NULL;
}

/* The question is put now; how long it waited says nothing of the target. */
static void
on_started(void *arg)
{
	struct ask_command *a = arg;

	a->is_started = true;
	asking_restart(
	    &a->asking, a->timeout_ms + COMMANDS_KILL_GRACE_MS + PATIENCE_MS);
}

static enum command_end
end_of(const struct helper_result *r)
{
	switch (r->end) {
	case HELPER_EXITED:
		return COMMAND_EXITED;
	case HELPER_KILLED:
		return COMMAND_KILLED;
	case HELPER_TIMED_OUT:
		return COMMAND_TIMED_OUT;
	case HELPER_NOT_STARTED:
	case HELPER_STOPPED:
		break;
	}
	return COMMAND_NOT_RUN;
}

static void
on_ran(void *arg, const struct helper_result *r)
{
	struct ask_command *a = arg;
	const struct command_answer answer = {
		.end = end_of(r),
		.status = r->status,
		.output = r->output,
		.length = r->output_length,
		.reason = r->reason,
	};
	struct probe_verdict v;

	a->run = NULL;
	v = command_judge_answer(&a->judge, &answer, &a->asking.value);
	a->asking.sample.value_count = isfinite(a->asking.value) ? 1 : 0;
	if (a->wants_version && answer.end == COMMAND_EXITED &&
	    version_read_line(r->output, r->output_length, a->version))
		a->asking.sample.version = a->version;
	asking_settle(&a->asking, &v);
	if (r->end == HELPER_EXITED)
		a->asking.sample.latency_ms = (double)r->took_ms;
}

/* Of the program its runner says so: here it is the runner that is late. */
static void
time_is_up(struct asking *asking, struct probe_verdict *v)
{
	static const struct failure trouble = { SAMPLE_LOST, "local.helper" };
	const struct ask_command *a = (const struct ask_command *)asking;

	*v = asking_verdict(&trouble,
	    a->is_started ? "nothing was heard of the program" :
			    "waited too long for its turn");
}

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_command *a = (struct ask_command *)self;
	const struct command_callbacks callbacks = { on_started, on_ran, a };

	if (!asking_begin(&a->asking, timeout_ms, done, arg))
		return false;
	a->timeout_ms = timeout_ms;
	a->is_started = false;
	a->run = commands_run(
	    a->commands, &a->settings->command, timeout_ms, fresh, &callbacks);
	if (a->run == NULL)
		asking_fail(&a->asking, &asking_no_memory, "");
	return true;
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	struct ask_command *a = (struct ask_command *)self;

	a->settings = settings->settings;
	/* One that waits for its turn has looked at the old ones. */
	if (a->run != NULL)
		command_run_resettle(a->run, &a->settings->command);
}

static void
release(struct asker *self)
{
	struct ask_command *a = (struct ask_command *)self;

	asking_close(&a->asking);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = asking_is_busy,
	.resettle = resettle,
	.release = release,
};

static const struct asking_ops asking_ops = {
	.time_is_up = time_is_up,
	.stop = stop,
};

struct asker *
ask_command_new(const struct asker_wish *wish, struct error *err)
{
	struct ask_command *a = calloc(1, sizeof(*a));

	if (a == NULL ||
	    !asking_init(&a->asking, wish->tools->loop, &ops, &asking_ops)) {
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
		free(a);
		return NULL;
	}
	a->commands = wish->tools->commands;
	a->settings = wish->settings->settings;
	a->wants_version = wish->settings->version != NULL;
	if (a->commands == NULL)
		(void)error_set(err, "probe %s: nobody can run programs",
		    wish->settings->name);
	else if (command_judge_init(&a->judge, a->settings, err))
		return &a->asking.base;
	release(&a->asking.base);
	return NULL;
}
