#include "procedure/step_command.h"

#include <string.h>

#include "base/text.h"

/* What everything about one step is made from. */
struct making {
	const struct plan *plan;
	unsigned step;
	const struct occasion *occasion;
	const struct run *run;
	struct command *out;
};

static bool
add_argument(const struct making *m, const char *template, struct error *err)
{
	struct text argument = text_new(COMMAND_BYTES_MAX);
	bool good = variables_expand(template, m->occasion, m->plan, m->step,
			m->run, &argument, err) &&
	    command_add_argument(m->out, text_str(&argument), err);

	text_free(&argument);
	return good;
}

static bool
add_arguments(
    const struct making *m, const struct strings *command, struct error *err)
{
	if (command->count == 0)
		return error_set(err, "there is no command");
	for (size_t i = 0; i < command->count; i++)
		if (!add_argument(m, command->items[i], err))
			return false;
	if (m->out->argv[0][0] != '/')
		return error_set(
		    err, "\"%s\" is no absolute path", m->out->argv[0]);
	return true;
}

static bool
set_declared(const struct making *m, const struct param *e, struct error *err)
{
	struct text value = text_new(COMMAND_BYTES_MAX);
	bool good = variables_expand_value(e->values.items[0], m->occasion,
			m->plan, m->step, m->run, &value, err) &&
	    command_set_variable(m->out, e->name, text_str(&value), err);

	text_free(&value);
	return good;
}

static bool
set_own(const struct making *m, struct error *err)
{
	const struct occasion *o = m->occasion;
	const struct {
		const char *name;
		const char *value; /* NULL: not known */
	} own[] = {
		{ STEP_MARK, o->key },
		{ "ROLLBACK_SERVICE", o->service },
		{ "ROLLBACK_ENVIRONMENT", o->environment },
		{ "ROLLBACK_VERSION", o->version },
		{ "ROLLBACK_PREVIOUS_VERSION", o->previous_version },
		{ "ROLLBACK_TARGET_VERSION", o->target_version },
		{ "ROLLBACK_REASON", o->reason },
		{ "ROLLBACK_INCIDENT", o->incident },
		{ "ROLLBACK_RUN", o->run },
		{ "ROLLBACK_TIME_LEFT", o->time_left },
		{ "ROLLBACK_KEY", o->key },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].value != NULL &&
		    !command_set_variable(
			m->out, own[i].name, own[i].value, err))
			return false;
	return true;
}

/* Ours come last and win, whatever a step declares. */
static bool
set_environment(const struct making *m, struct error *err)
{
	const struct params *declared =
	    &plan_step(m->plan, m->step)->settings->environment;

	if (!command_set_variable(m->out, "PATH", STEP_PATH, err) ||
	    !command_set_variable(m->out, "LANG", STEP_LOCALE, err))
		return false;
	for (size_t i = 0; i < declared->count; i++)
		if (!set_declared(m, &declared->items[i], err))
			return false;
	return set_own(m, err);
}

/* An undo may have to do with half of it. */
static bool
set_outcome(const struct making *m, struct error *err)
{
	return command_set_variable(m->out, "ROLLBACK_STEP_OUTCOME",
	    step_outcome_word(run_step_outcome(m->run, m->step)), err);
}

bool
step_command(const struct plan *plan, unsigned step, enum step_part part,
    const struct occasion *occasion, const struct run *run, struct command *out,
    struct error *err)
{
	const struct step_settings *s = plan_step(plan, step)->settings;
	const struct making m = { plan, step, occasion, run, out };
	const struct strings *const commands[] = {
		[STEP_ITSELF] = &s->command,
		[STEP_CHECK] = &s->check,
		[STEP_UNDO] = &s->undo,
	};

	if (set_environment(&m, err) &&
	    (part != STEP_UNDO || set_outcome(&m, err)) &&
	    add_arguments(&m, commands[part], err))
		return true;
	command_clear(out);
	return false;
}

bool
step_command_of_helper(const struct plan *plan, unsigned step,
    const char *helper, const struct occasion *occasion, const struct run *run,
    struct command *out, struct error *err)
{
	const struct making m = { plan, step, occasion, run, out };

	if (set_environment(&m, err) && command_add_argument(out, helper, err))
		return true;
	command_clear(out);
	return false;
}
