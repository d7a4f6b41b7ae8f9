/*
 * rollbackd-external: does a step by a program of somebody's making, in any
 * language, that speaks JSON.  Started by the step runner, with the order on
 * its standard input.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "daemon/executors/charge.h"
#include "daemon/executors/intake.h"
#include "daemon/executors/rollbackd/executor.h"
#include "daemon/executors/trusted.h"
#include "executor/answer.h"

#define SCHEMA "rollbackd.executor/1"

extern char **environ;

struct task {
	char *argv[ORDER_ITEMS_MAX + 1]; /* ends with NULL */
	struct text line;                /* what it is told */
};

static struct json_object *
setting_json(const struct order *o, size_t at, const struct order_setting *s)
{
	struct json_object *list;

	if (!s->is_list)
		return json_object_new_string(order_setting_value(o, at, 0));
	list = json_object_new_array();
	for (size_t i = 0; i < s->count; i++)
		(void)json_object_array_add(list,
		    json_object_new_string(order_setting_value(o, at, i)));
	return list;
}

static void
add_settings(struct json_object *to, const struct order *o)
{
	struct json_object *all = json_object_new_object();
	struct order_setting s;

	for (size_t i = 0; order_setting(o, i, &s); i++)
		json_set(all, s.name, setting_json(o, i, &s));
	json_set(to, "settings", all);
}

static void
add_texts(struct json_object *to, const struct order *o)
{
	const struct {
		const char *key;
		const char *value;
	} texts[] = {
		{ "schema", SCHEMA },
		{ "key", o->key },
		{ "run", o->run },
		{ "step", o->step },
		{ "idempotency_key", o->idempotency_key },
		{ "service", intake_occasion("ROLLBACK_SERVICE") },
		{ "environment", intake_occasion("ROLLBACK_ENVIRONMENT") },
		{ "version", intake_occasion("ROLLBACK_VERSION") },
		{ "previous_version",
		    intake_occasion("ROLLBACK_PREVIOUS_VERSION") },
		{ "target_version",
		    intake_occasion("ROLLBACK_TARGET_VERSION") },
		{ "reason", intake_occasion("ROLLBACK_REASON") },
		{ "incident", intake_occasion("ROLLBACK_INCIDENT") },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_set_text(to, texts[i].key, texts[i].value);
}

static void
write_line(struct text *line, const struct order *o)
{
	struct json_object *all = json_object_new_object();

	add_texts(all, o);
	json_set_int(all, "attempt", o->attempt);
	json_set_int(all, "timeout_ms", o->timeout_ms / 20 * 19);
	add_settings(all, o);
	text_add(
	    line, json_object_to_json_string_ext(all, JSON_C_TO_STRING_PLAIN));
	text_add_char(line, '\n');
	json_object_put(all);
}

static bool
make_task(struct task *task, const struct order *o, struct error *err)
{
	*task = (struct task){ .line = text_new(CHARGE_WORDS_MAX) };
	for (size_t i = 0; i < ORDER_ITEMS_MAX; i++) {
		const char *item = order_item(o, "command", i);

		if (item == NULL)
			break;
		task->argv[i] = strdup(item);
		if (task->argv[i] == NULL)
			return error_set(err, "out of memory");
	}
	write_line(&task->line, o);
	if (!text_ok(&task->line))
		return error_set(err, "out of memory");
	return task->argv[0] != NULL ||
	    error_set(err, "the order names no program");
}

/* In the words that it would have used itself. */
static void __attribute__((noreturn))
answer_not_executed(int answers, const char *program)
{
	struct text line = text_new(ANSWER_LINE_MAX);
	struct error why;

	(void)error_set(
	    &why, "cannot execute %s: %s", program, strerror(errno));
	answer_write(&line, ANSWER_NOTHING_DONE, NULL, why.text);
	(void)!write(answers, text_str(&line), line.length);
	_exit(0);
}

static void
body(void *arg, int answers, int orders)
{
	const struct task *task = arg;
	int kept = fcntl(answers, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (dup2(orders, STDIN_FILENO) >= 0 &&
	    dup2(answers, STDOUT_FILENO) >= 0)
		(void)execve(task->argv[0], task->argv, environ);
	answer_not_executed(kept, task->argv[0]);
}

int
main(void)
{
	struct order order;
	struct error why;
	static struct task task; /* as long as the process */
	struct charge charge;

	if (!intake_read(&order, "external", &why)) {
		(void)fprintf(stderr, "the order is malformed: %s\n", why.text);
		return INTAKE_EXIT_MALFORMED;
	}
	charge.deadline_ms = intake_deadline_ms(&order);
	if (make_task(&task, &order, &why) &&
	    trusted_file(task.argv[0], &why) &&
	    charge_start(&charge, &task.line, body, &task, &why))
		return supervise(&charge);
	(void)fprintf(stderr, "%s\n", why.text);
	return ROLLBACKD_NOTHING_DONE;
}
