/*
 * rollbackd-plugin: does a step by a shared object of somebody's making.
 * Started by the step runner, with the order on its standard input.
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/executors/charge.h"
#include "daemon/executors/intake.h"
#include "daemon/executors/plugin_child.h"
#include "daemon/executors/trusted.h"

struct task {
	const char *path;
	struct rollbackd_step step;
};

/* All there is, for as long as the process lives. */
static void *
take(size_t count, size_t size)
{
	void *memory = calloc(count == 0 ? 1 : count, size);

	if (memory != NULL)
		return memory;
	(void)fprintf(stderr, "out of memory\n");
	exit(ROLLBACKD_NOTHING_DONE);
}

static void
fill_setting(struct rollbackd_setting *to, const struct order *o, size_t at,
    const struct order_setting *from)
{
	const char **values = take(from->count + 1, sizeof(*values));

	for (size_t i = 0; i < from->count; i++)
		values[i] = order_setting_value(o, at, i);
	*to = (struct rollbackd_setting){ from->name, values, from->count };
}

static void
fill_settings(struct rollbackd_step *step, const struct order *o)
{
	struct rollbackd_setting *all = take(ORDER_ITEMS_MAX, sizeof(*all));
	struct order_setting one;

	while (step->setting_count < ORDER_ITEMS_MAX &&
	    order_setting(o, step->setting_count, &one)) {
		fill_setting(
		    &all[step->setting_count], o, step->setting_count, &one);
		step->setting_count++;
	}
	step->settings = all;
}

static void
fill_step(struct rollbackd_step *step, const struct order *o, int64_t deadline)
{
	*step = (struct rollbackd_step){
		.size = sizeof(*step),
		.key = o->key,
		.run = o->run,
		.step = o->step,
		.attempt = (unsigned)o->attempt,
		.idempotency_key = o->idempotency_key,
		.service = intake_occasion("ROLLBACK_SERVICE"),
		.environment = intake_occasion("ROLLBACK_ENVIRONMENT"),
		.version = intake_occasion("ROLLBACK_VERSION"),
		.previous_version =
		    intake_occasion("ROLLBACK_PREVIOUS_VERSION"),
		.target_version = intake_occasion("ROLLBACK_TARGET_VERSION"),
		.reason = intake_occasion("ROLLBACK_REASON"),
		.incident = intake_occasion("ROLLBACK_INCIDENT"),
		.deadline_ms = deadline,
	};
	fill_settings(step, o);
}

static void
body(void *arg, int answers, int orders)
{
	const struct task *task = arg;

	plugin_child(task->path, &task->step, answers, orders);
}

int
main(void)
{
	struct order order;
	struct error why;
	static struct task task; /* as long as the process */
	struct charge charge;

	if (!intake_read(&order, "plugin", &why)) {
		(void)fprintf(stderr, "the order is malformed: %s\n", why.text);
		return INTAKE_EXIT_MALFORMED;
	}
	charge.deadline_ms = intake_deadline_ms(&order);
	task.path = order_text(&order, "plugin");
	fill_step(&task.step, &order, charge.deadline_ms);
	if (task.path == NULL)
		(void)error_set(&why, "the order names no plug-in");
	else if (trusted_file(task.path, &why) &&
	    charge_start(&charge, NULL, body, &task, &why))
		return supervise(&charge);
	(void)fprintf(stderr, "%s\n", why.text);
	return ROLLBACKD_NOTHING_DONE;
}
