/*
 * rollbackd-systemd: does a step by having PID 1 start, stop or reload units,
 * one after the other.  Started by the step runner, with the order on its
 * standard input.  Prints a line for each unit that was done.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include "daemon/executors/intake.h"
#include "daemon/executors/systemd_unit.h"
#include "executor/executor.h"

struct task {
	const struct unit_action *action;
	size_t count;
	struct systemd_unit units[UNIT_STEP_UNITS_MAX];
};

/* Readable once we are told to stop. */
static int
watch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* What the order says makes sense. */
static bool
read_order(const struct order *o, struct task *task, struct error *err)
{
	const char *action = order_text(o, "action");

	if (action == NULL)
		return error_set(err, "it names no action");
	if (!unit_action_check(action, err))
		return false;
	task->action = unit_action_find(action);
	task->count = order_count(o, "units");
	if (task->count == 0 || task->count > UNIT_STEP_UNITS_MAX)
		return error_set(err, "it names %zu units: from 1 to %d",
		    task->count, UNIT_STEP_UNITS_MAX);
	if (task->action->ability == UNIT_CAN_ISOLATE && task->count > 1)
		return error_set(err, "only one unit can be isolated");
	for (size_t i = 0; i < task->count; i++)
		if (!unit_name_check(order_item(o, "units", i), err))
			return false;
	return true;
}

static int
fail(int status, const char *words, const char *more)
{
	(void)fprintf(stderr, "%s%s\n", words, more);
	return status;
}

/* All are looked at before the first is touched. */
static bool
check_all(struct systemd_bus *b, const struct order *o, struct task *task,
    struct error *why)
{
	for (size_t i = 0; i < task->count; i++)
		if (!systemd_unit_check(b, order_item(o, "units", i),
			task->action, &task->units[i], why))
			return false;
	return true;
}

static int
act(struct systemd_bus *b, struct task *task)
{
	struct systemd_end end;

	for (size_t i = 0; i < task->count; i++) {
		systemd_unit_act(b, task->action, &task->units[i], &end);
		if (end.status != EXECUTOR_EXIT_DONE) {
			(void)fprintf(stderr, "%s: %s\n", task->action->name,
			    end.words.text);
			if (i == 0)
				return end.status;
			(void)fprintf(stderr,
			    "%zu of %zu units were done before it\n", i,
			    task->count);
			return end.status == EXECUTOR_EXIT_NOTHING_DONE ?
			    EXECUTOR_EXIT_FAILED :
			    end.status;
		}
		(void)printf("%s: %s\n", task->action->name, end.words.text);
		(void)fflush(stdout);
	}
	return EXECUTOR_EXIT_DONE;
}

int
main(void)
{
	static struct task task;
	struct systemd_bus bus = { .stop = watch_signals() };
	struct order order;
	struct error why;
	int status;

	if (!intake_read(&order, "systemd", &why) ||
	    !read_order(&order, &task, &why))
		return fail(EXECUTOR_EXIT_MALFORMED,
		    "the order is malformed: ", why.text);
	if (bus.stop < 0)
		return fail(EXECUTOR_EXIT_NOTHING_DONE,
		    "out of memory; nothing was done", "");
	bus.deadline_ms = intake_deadline_ms(&order);
	if (!check_all(&bus, &order, &task, &why))
		status = fail(
		    EXECUTOR_EXIT_NOTHING_DONE, why.text, "; nothing was done");
	else
		status = act(&bus, &task);
	systemd_close(&bus);
	return status;
}
