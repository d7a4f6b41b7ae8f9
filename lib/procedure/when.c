#include "procedure/when.h"

#include <string.h>

#include "base/units.h"
#include "procedure/flatten.h"
#include "procedure/variables.h"

struct condition {
	char subject[NAME_MAX_BYTES + 1];
	bool on_text; /* else on the outcome of a step */
	bool negated;
	enum step_outcome outcome;
	const char *text;
	size_t text_length;
};

static const char *
skip_space(const char *p)
{
	return p + strspn(p, " \t");
}

/* Steps over the word if it stands there alone. */
static bool
take_word(const char **p, const char *word)
{
	size_t length = strcspn(*p, " \t");

	if (strlen(word) != length || strncmp(*p, word, length) != 0)
		return false;
	*p = skip_space(*p + length);
	return true;
}

static bool
take_subject(const char **p, struct condition *c)
{
	size_t length = strcspn(*p, " \t=!");

	if (length > NAME_MAX_BYTES)
		return false;
	memcpy(c->subject, *p, length);
	c->subject[length] = '\0';
	*p = skip_space(*p + length);
	return name_is_valid(c->subject);
}

/* "text", 'text' or a word, and nothing behind it. */
static bool
take_text(const char *p, struct condition *c)
{
	if (*p == '"' || *p == '\'') {
		const char *end = strchr(p + 1, *p);

		if (end == NULL)
			return false;
		c->text = p + 1;
		c->text_length = (size_t)(end - c->text);
		return *skip_space(end + 1) == '\0';
	}
	c->text = p;
	c->text_length = strcspn(p, " \t\"'");
	return c->text_length > 0 && *skip_space(p + c->text_length) == '\0';
}

/* A run does not go on behind the other outcomes. */
static bool
can_be_seen(enum step_outcome outcome)
{
	return outcome != STEP_INTERRUPTED && outcome != STEP_WITHDRAWN;
}

static bool
take_outcome(const char *p, struct condition *c)
{
	char word[16];
	size_t length = strcspn(p, " \t");

	if (length >= sizeof(word) || *skip_space(p + length) != '\0')
		return false;
	memcpy(word, p, length);
	word[length] = '\0';
	return step_outcome_parse(word, &c->outcome) && can_be_seen(c->outcome);
}

static bool
parse(const char *text, struct condition *c, struct error *err)
{
	const char *p = skip_space(text);

	*c = (struct condition){ .on_text = false };
	if (!take_subject(&p, c))
		return error_set(err,
		    "when \"%s\": must begin with the name of a step, a "
		    "captured output or a parameter",
		    text);
	c->on_text = (*p == '=' || *p == '!') && p[1] == '=';
	if (c->on_text) {
		c->negated = *p == '!';
		if (take_text(skip_space(p + 2), c))
			return true;
		return error_set(
		    err, "when \"%s\": must end with one text", text);
	}
	if (!take_word(&p, "is"))
		return error_set(err,
		    "when \"%s\": write STEP is OUTCOME, STEP is not OUTCOME, "
		    "NAME == 'text' or NAME != 'text'",
		    text);
	c->negated = take_word(&p, "not");
	if (take_outcome(p, c))
		return true;
	return error_set(err,
	    "when \"%s\": the outcome must be one of done, failed, timed_out, "
	    "refused, skipped",
	    text);
}

/* Do both go through the same list, or the one that captures through none? */
static bool
is_of_same_item(
    const struct step_settings *source, const struct step_settings *here)
{
	return source->for_each == NULL ||
	    (here->for_each != NULL &&
		strcmp(source->for_each, here->for_each) == 0);
}

static bool
is_param(const struct procedure_settings *procedure, const char *name)
{
	for (size_t i = 0; i < procedure->param_count; i++)
		if (strcmp(procedure->params[i].name, name) == 0)
			return true;
	return false;
}

static bool
check_text(const char *text, const struct condition *c,
    const struct procedure_settings *procedure, size_t step_index,
    struct error *err)
{
	bool found = is_param(procedure, c->subject);

	for (size_t i = 0; i < step_index; i++) {
		const struct step_settings *s = &procedure->steps[i];

		if (s->capture == NULL || strcmp(s->capture, c->subject) != 0)
			continue;
		if (!is_of_same_item(s, &procedure->steps[step_index]))
			return error_set(err,
			    "when \"%s\": step %s has for_each, so that its "
			    "output is one text only for a step with the same "
			    "for_each",
			    text, s->name);
		found = true;
	}
	return found ||
	    error_set(err,
		"when \"%s\": no earlier step captures %s, and no parameter "
		"is called so",
		text, c->subject);
}

static bool
check_step(const char *text, const struct condition *c,
    const struct procedure_settings *procedure, size_t step_index,
    struct error *err)
{
	for (size_t i = 0; i < step_index; i++)
		if (strcmp(procedure->steps[i].name, c->subject) == 0 ||
		    step_is_within(&procedure->steps[i], c->subject))
			return true;
	return error_set(
	    err, "when \"%s\": there is no earlier step %s", text, c->subject);
}

static bool
text_equals(const struct condition *c, const struct plan *plan, unsigned step,
    const struct run *run)
{
	const char *value = variable(c->subject, NULL, plan, step, run);

	return value != NULL && strlen(value) == c->text_length &&
	    memcmp(value, c->text, c->text_length) == 0;
}

/* Is that group left when this one is: is it the same, or within it? */
static bool
is_left_with(const char *subject, const char *left)
{
	size_t length = strlen(left);

	return strncmp(subject, left, length) == 0 &&
	    (subject[length] == '\0' ||
		subject[length] == FLATTEN_SEPARATOR[0]);
}

/* What a procedure within this one has come to: see when.h. */
static bool
group_is(const struct condition *c, const struct plan *plan, unsigned step,
    const struct run *run)
{
	enum step_outcome outcome = STEP_SKIPPED;

	for (unsigned i = 0; i < step; i++) {
		const struct step_settings *s = plan_step(plan, i)->settings;
		enum step_outcome its = run_step_outcome(run, i);

		if (!step_is_within(s, c->subject) || its == STEP_SKIPPED)
			continue;
		outcome = STEP_DONE;
		if (its != STEP_DONE && step_leaves(s) != NULL &&
		    is_left_with(c->subject, step_leaves(s)))
			return its == c->outcome;
	}
	return outcome == c->outcome;
}

static bool
is_group(const char *subject, const struct plan *plan, unsigned step)
{
	for (unsigned i = 0; i < step; i++)
		if (step_is_within(plan_step(plan, i)->settings, subject))
			return true;
	return false;
}

static bool
step_is(const struct condition *c, const struct plan *plan, unsigned step,
    const struct run *run)
{
	unsigned instances = 0, matching = 0;

	if (is_group(c->subject, plan, step))
		return group_is(c, plan, step, run);
	for (unsigned i = 0; i < step; i++) {
		const char *name = plan_step(plan, i)->settings->name;

		if (strcmp(name, c->subject) != 0)
			continue;
		instances++;
		matching += run_step_outcome(run, i) == c->outcome;
	}
	if (c->outcome == STEP_DONE)
		return instances > 0 && matching == instances;
	return matching > 0;
}

bool
when_check(const char *condition, const struct procedure_settings *procedure,
    size_t step_index, struct error *err)
{
	struct condition c;

	if (!parse(condition, &c, err))
		return false;
	if (c.on_text)
		return check_text(condition, &c, procedure, step_index, err);
	return check_step(condition, &c, procedure, step_index, err);
}

bool
when_fits(const char *condition, const struct plan *plan, unsigned step,
    struct error *err)
{
	const struct param *p;
	struct condition c;

	if (!parse(condition, &c, err))
		return false;
	p = c.on_text ? params_find(plan_params(plan), c.subject) : NULL;
	if (p == NULL || !p->is_list ||
	    variable(c.subject, NULL, plan, step, NULL) != NULL)
		return true;
	return error_set(
	    err, "when \"%s\": %s is a list", condition, c.subject);
}

bool
when_holds(const char *condition, const struct plan *plan, unsigned step,
    const struct run *run)
{
	struct condition c;
	struct error ignored = { "" }; /* when_check() has told it */

	if (!parse(condition, &c, &ignored))
		return false;
	if (c.on_text)
		return text_equals(&c, plan, step, run) != c.negated;
	return step_is(&c, plan, step, run) != c.negated;
}
