#include "daemon/step/warrant.h"

#include <stdio.h>
#include <string.h>

#include "daemon/host/host.h"
#include "daemon/step/approved.h"
#include "daemon/step/budget.h"
#include "daemon/step/escalation.h"
#include "daemon/step/generation.h"

#define AUTOMATIC "automatic"
#define DRILL "drill"

static const struct {
	const char *word;
	enum warrant warrant;
} words[] = {
	{ "preparing", WARRANT_PREPARING },
	{ AUTOMATIC, WARRANT_AUTOMATIC },
	{ "operator", WARRANT_OPERATOR },
	{ APPROVED_WORD, WARRANT_APPROVAL },
	{ "parent", WARRANT_PARENT },
	{ DRILL, WARRANT_DRILL },
};

/* Before there were warrants, the first step said what it was. */
static enum warrant
of_old(const struct key *key, const struct claim *claim)
{
	if (key->step != 0 || key->attempt != 1 || key->check != 0 ||
	    key->undo != 0)
		return WARRANT_NONE;
	if (claim->parent != NULL)
		return WARRANT_PARENT;
	return strcmp(claim->cause, AUTOMATIC) == 0 ? WARRANT_AUTOMATIC :
						      WARRANT_OPERATOR;
}

enum warrant
warrant_of(const struct key *key, const struct claim *claim)
{
	if (claim->refusal != NULL)
		return WARRANT_NONE;
	if (claim->warrant == NULL)
		return of_old(key, claim);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(claim->warrant, words[i].word, length) == 0 &&
		    (claim->warrant[length] == '\0' ||
			claim->warrant[length] == ' '))
			return words[i].warrant;
	}
	return WARRANT_NONE;
}

bool
warrant_is_for_acting(enum warrant warrant)
{
	return warrant != WARRANT_NONE && warrant != WARRANT_PREPARING;
}

static bool
take(struct permit *p, const char *word)
{
	(void)snprintf(p->warrant, sizeof(p->warrant), "%s", word);
	return true;
}

static bool
prepare(
    struct permit *p, const struct state *s, bool is_first, struct error *err)
{
	if (!is_first)
		return true;
	return generation_was_current(p, host_wall_ms(), err) &&
	    budget_allows_preparing(p, s, err) && take(p, "preparing");
}

/* Who let it pass a gate in front of all approved this very plan. */
static bool
act_alone(struct permit *p, const struct state *s, struct error *err)
{
	return (p->gates.count > 0 ||
		   generation_was_current(p, host_wall_ms(), err)) &&
	    budget_allows(p, s, err) && take(p, AUTOMATIC);
}

/* permit_ask() has seen that root lists it for this, and where. */
static bool
break_on_purpose(struct permit *p, const struct state *s, struct error *err)
{
	return generation_was_current(p, host_wall_ms(), err) &&
	    budget_allows_drill(p, s, err) && take(p, DRILL);
}

/* Of an automatic run that did nothing, and so is not counted, it is counted
 * instead: else there could be any number of them. */
static bool
go_over(struct permit *p, const struct state *s, struct error *err)
{
	struct escalation e;

	if (!escalation_is_known(p, s, &e, err))
		return false;
	if (!s->is_system)
		return take(p, "parent");
	if (!generation_was_current(p, e.begun_wall_ms, err))
		return false;
	return e.is_in_vain ? act_alone(p, s, err) : take(p, "parent");
}

bool
warrant_find(
    struct permit *p, const struct state *s, bool is_first, struct error *err)
{
	bool is_automatic = strcmp(p->request.cause, AUTOMATIC) == 0;

	if (p->request.parent != NULL)
		return go_over(p, s, err);
	if (strcmp(p->request.cause, DRILL) == 0)
		return break_on_purpose(p, s, err);
	if (s->is_system)
		is_automatic = is_automatic && p->pin->authority.is_automatic;
	else if (is_automatic && p->pin->procedure.destructive &&
	    !p->pin->authority.is_automatic)
		return error_set(err,
		    "what procedure %s does cannot be taken back: it takes a "
		    "person",
		    p->pin->procedure.name);
	/* Begun before, it is within the budget already. */
	if (is_automatic && is_first)
		return act_alone(p, s, err);
	if (!s->is_system)
		return take(p, "operator");
	if (permit_step(p)->prepare)
		return prepare(p, s, is_first, err);
	return approved_by(p, s, err);
}
