#include "daemon/step/time_left.h"

#include <string.h>

#include "daemon/step/history.h"

/* Was it begun by then, and how long ago? */
static bool
began(const struct permit *p, const struct state *s, unsigned step,
    int64_t *ago_ms)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct key key = { .step = step, .attempt = 1 };
	char name[KEY_BYTES];
	struct claim claim;

	memcpy(key.run, p->key.run, sizeof(key.run));
	key_text(&key, name);
	if (!state_read_claim(s, name, &claim, buffer) || claim.refusal != NULL)
		return false;
	*ago_ms = history_age_ms(s, &claim);
	return true;
}

static int64_t
left_ms(const struct permit *p, const struct state *s)
{
	/* What it waited for people does not count. */
	int64_t budget_ms = p->pin->procedure.budget_ms + p->gates.waited_ms;
	int64_t ago_ms;

	for (unsigned i = 0; i < plan_step_count(p->plan); i++)
		if (!plan_step(p->plan, i)->settings->prepare &&
		    began(p, s, i, &ago_ms))
			return ago_ms < budget_ms ? budget_ms - ago_ms : 0;
	return p->pin->procedure.budget_ms;
}

bool
time_left_find(struct permit *p, const struct state *s, struct error *err)
{
	const struct step_settings *step = permit_step(p);

	p->time_left_ms = left_ms(p, s);
	p->limit_ms = step->timeout_ms;
	if (p->key.undo > 0 && step->undo_timeout_ms > 0)
		p->limit_ms = step->undo_timeout_ms;
	if (p->key.undo > 0 || p->key.check > 0 || step->prepare)
		return true;
	if (p->time_left_ms == 0)
		return error_set(err, "the time budget of the run is used up");
	if (p->limit_ms > p->time_left_ms)
		p->limit_ms = p->time_left_ms;
	return true;
}
