#include "config/check_step_impl.h"

#include <string.h>

#include "config/suggest.h"
#include "executor/executor.h"
#include "procedure/flatten.h"
#include "procedure/match.h"
#include "procedure/retry.h"
#include "procedure/step_kind.h"
#include "procedure/templates.h"
#include "procedure/variables.h"
#include "procedure/when.h"

#define PROCEDURE_PREFIX "procedure:"

/* A step of a procedure that is being told about. */
struct at_kind {
	struct at_step *at;
	const struct step_settings *s;
};

static void
saw_wrong(const char *wrong, void *arg)
{
	const struct at_kind *k = arg;

	check_wrong(
	    k->at->check, k->at->where, "step \"%s\": %s", k->s->name, wrong);
}

static void
check_executor(struct at_step *at, const struct step_settings *s)
{
	struct at_kind kind = { .at = at, .s = s };
	struct suggestion near = suggest_new(s->executor);
	char buffer[HINT_BYTES];

	if (executor_find(s->executor) != NULL) {
		step_kind_check(s, at->check->was_read_well, saw_wrong, &kind);
		return;
	}
	for (size_t i = 0; executor_kinds[i] != NULL; i++)
		suggest_consider(&near, executor_kinds[i]->name);
	check_wrong(at->check, at->where,
	    "step \"%s\": there is no executor \"%s\"%s", s->name, s->executor,
	    suggest_text(&near, buffer));
}

static void
check_user(struct at_step *at, const struct step_settings *s)
{
	const struct config *c = at->check->config;

	if (s->user != NULL || c->runner.mode == RUNNER_DIRECT ||
	    !step_is_claimed(s))
		return;
	if (c->runner.mode == RUNNER_SYSTEMD)
		check_wrong(at->check, at->where,
		    "step \"%s\" names no user, and in systemd mode it has "
		    "to: user = \"NAME\", also where that is \"root\"",
		    s->name);
	else if (at->check->users_are_named)
		check_doubt(at->check, at->where,
		    "step \"%s\" names no user, as others do: in systemd "
		    "mode it would be refused",
		    s->name);
}

/* What comes when it does not help: nobody is asked again. */
static void
check_follow(struct at_step *at, const char *key, const char *name)
{
	const struct procedure_settings *next =
	    check_find_procedure(at->check, at->where, key, name);

	if (next != NULL && next->destructive && at->flat != NULL &&
	    !at->flat->destructive)
		check_wrong(at->check, at->where,
		    "%s: what procedure \"%s\" does cannot be taken back, and "
		    "nobody would be asked: only a destructive procedure may "
		    "go over to it",
		    key, name);
}

static void
check_on_failure(struct at_step *at, const struct step_settings *s)
{
	const char *text = s->on_failure;

	if (text == NULL || strcmp(text, "stop") == 0 ||
	    strcmp(text, "continue") == 0)
		return;
	if (strncmp(text, PROCEDURE_PREFIX, strlen(PROCEDURE_PREFIX)) != 0)
		check_wrong(at->check, at->where,
		    "step \"%s\": on_failure = \"%s\": write \"stop\", "
		    "\"continue\" or \"procedure:NAME\"",
		    s->name, text);
	else
		check_follow(at, "on_failure", text + strlen(PROCEDURE_PREFIX));
}

static void
check_resume(struct at_step *at, const struct step_settings *s)
{
	if (s->resume == RESUME_CHECK && s->check.count == 0)
		check_wrong(at->check, at->where,
		    "step \"%s\": resume = \"check\" needs a check command "
		    "that says whether it was done",
		    s->name);
	if (s->resume != RESUME_CHECK && s->check.count > 0)
		check_doubt(at->check, at->where,
		    "step \"%s\": its check is never asked without resume = "
		    "\"check\"",
		    s->name);
}

static void
check_attempts(struct at_step *at, const struct step_settings *s)
{
	struct error err;

	if (!retry_on_check(&s->retry_on, &err))
		check_wrong(
		    at->check, at->where, "step \"%s\": %s", s->name, err.text);
	if (s->attempts > 1 && step_is_claimed(s) &&
	    step_resume(s) == RESUME_ASK && !retry_is_said(s))
		check_wrong(at->check, at->where,
		    "step \"%s\": attempts = %u: when it fails half of it may "
		    "be done; write resume = \"rerun\" if it may be run twice, "
		    "\"check\" with a check, or in retry_on the statuses by "
		    "which it says that nothing was done",
		    s->name, s->attempts);
	if (s->attempts == 1 && s->retry_on.count > 0)
		check_doubt(at->check, at->where,
		    "step \"%s\": retry_on says when it may be tried again, "
		    "and attempts = 1 that it never is",
		    s->name);
}

static void
check_undo(struct at_step *at, const struct step_settings *s)
{
	if (s->prepare && s->undo.count > 0)
		check_wrong(at->check, at->where,
		    "step \"%s\": what only prepares changes nothing: there "
		    "is nothing to undo",
		    s->name);
	if (s->undo.count == 0 && s->undo_timeout_ms > 0)
		check_doubt(at->check, at->where,
		    "step \"%s\": undo_timeout without an undo is for nothing",
		    s->name);
}

static void
check_names_of_step(struct at_step *at, const struct step_settings *s)
{
	const struct procedure_settings *p = at->procedure;
	struct suggestion near;
	char buffer[HINT_BYTES];

	if (s->for_each != NULL && !at_is_param(p, s->for_each)) {
		near = suggest_new(s->for_each);
		for (size_t i = 0; i < p->param_count; i++)
			suggest_consider(&near, p->params[i].name);
		check_wrong(at->check, at->where,
		    "step \"%s\": for_each = \"%s\": declare it in params%s",
		    s->name, s->for_each, suggest_text(&near, buffer));
	}
	if (s->capture == NULL)
		return;
	if (at_is_param(p, s->capture) ||
	    (at->flat != NULL &&
		at_is_captured_before(at->flat, at->step, s->capture)))
		check_wrong(at->check, at->where,
		    "step \"%s\": capture = \"%s\": the name has a meaning "
		    "already, choose another",
		    s->name, s->capture);
}

static void
check_environment(struct at_step *at, const struct step_settings *s)
{
	for (size_t i = 0; i < s->environment.count; i++) {
		const struct param *e = &s->environment.items[i];

		if (e->is_list)
			check_wrong(at->check, at->where,
			    "environment: %s must be one text", e->name);
		if (strncmp(e->name, "ROLLBACK", strlen("ROLLBACK")) == 0 ||
		    strchr(e->name, '-') != NULL)
			check_wrong(at->check, at->where,
			    "environment: %s: a name has letters, digits and "
			    "\"_\", and does not begin with ROLLBACK, which "
			    "are set by rollbackd",
			    e->name);
	}
}

static void
check_step(struct at_step *at, const struct step_settings *s)
{
	struct error err;

	check_executor(at, s);
	if (s->procedure != NULL)
		(void)check_find_procedure(
		    at->check, at->where, "procedure", s->procedure);
	check_user(at, s);
	check_program_path(at->check, at->where, "command", &s->command);
	check_program_path(at->check, at->where, "check", &s->check);
	check_program_path(at->check, at->where, "undo", &s->undo);
	(void)templates_of(s, at_saw_template, at);
	check_environment(at, s);
	check_on_failure(at, s);
	check_attempts(at, s);
	check_resume(at, s);
	check_undo(at, s);
	check_names_of_step(at, s);
	for (size_t i = 0; at->flat != NULL && i < s->when.count; i++)
		if (!when_check(s->when.items[i], at->flat, at->step, &err))
			check_wrong(at->check, at->where, "step \"%s\": %s",
			    s->name, err.text);
}

static void
check_param(struct check *c, const struct param_spec *p)
{
	struct error err;
	bool good = p->match == NULL || match_check(p->match, &err);

	if (!good)
		check_wrong(c, p->source, "parameter \"%s\": match: %s",
		    p->name, err.text);
	if (p->required && p->fallback != NULL)
		check_wrong(c, p->source,
		    "parameter \"%s\": required and default contradict each "
		    "other; leave one out",
		    p->name);
	if (good && p->match != NULL && p->fallback != NULL &&
	    !match_whole(p->match, p->fallback, &err))
		check_wrong(c, p->source, "parameter \"%s\": default: %s",
		    p->name, err.text);
	for (size_t i = 0; occasion_names[i] != NULL; i++)
		if (strcmp(p->name, occasion_names[i]) == 0)
			check_wrong(c, p->source,
			    "parameter \"%s\": the name has a meaning "
			    "already, choose another",
			    p->name);
}

static void
saw_in_lock(const char *name, void *arg)
{
	const struct at_step *at = arg;

	if (strcmp(name, "service") != 0 && strcmp(name, "environment") != 0 &&
	    !at_is_param(at->procedure, name))
		check_wrong(at->check, at->where,
		    "lock: ${%s} differs from run to run and would lock "
		    "nothing; use ${service}, ${environment} or a parameter",
		    name);
}

static bool
steps_are_named(const struct procedure_settings *p)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].name == NULL)
			return false;
	return true;
}

void
check_programs_of(struct check *c, const struct procedure_settings *p)
{
	for (size_t i = 0; i < p->step_count; i++) {
		const struct step_settings *s = &p->steps[i];

		check_program_is_there(c, s->source, "command", &s->command);
		check_program_is_there(c, s->source, "check", &s->check);
		check_program_is_there(c, s->source, "undo", &s->undo);
	}
}

/* Where a step stands once the procedure is flat. */
static size_t
flat_index(const struct at_step *at, const struct step_settings *s)
{
	size_t i = 0;

	while (at->flat != NULL && i < at->flat->step_count &&
	    strcmp(at->flat->steps[i].name, s->name) != 0 &&
	    !step_is_within(&at->flat->steps[i], s->name))
		i++;
	return i;
}

static void
check_values(struct check *c, const struct procedure_settings *p)
{
	for (size_t i = 0; i < p->values.count; i++)
		if (!at_is_param(p, p->values.items[i].name))
			check_wrong(c, p->source,
			    "values: \"%s\" is no parameter: declare it in "
			    "params",
			    p->values.items[i].name);
}

void
check_procedure(struct check *c, const struct procedure_settings *p,
    const struct procedure_settings *flat)
{
	struct at_step at = { .check = c, .procedure = p };
	struct error err;

	if (p->name == NULL || !steps_are_named(p))
		return;
	check_duplicates(c, p->steps, p->step_count, sizeof(*p->steps), "step");
	for (size_t i = 0; i < p->param_count; i++)
		check_param(c, &p->params[i]);
	if (!procedure_is_nested(flat))
		at.flat = flat;
	check_values(c, p);
	for (size_t i = 0; i < p->step_count; i++) {
		at.step = flat_index(&at, &p->steps[i]);
		at.where = p->steps[i].source;
		check_step(&at, &p->steps[i]);
	}
	at.where = p->source;
	if (p->escalate != NULL)
		check_follow(&at, "escalate", p->escalate);
	if (p->lock != NULL && !variables_scan(p->lock, saw_in_lock, &at, &err))
		check_wrong(c, p->source, "lock: %s", err.text);
}
