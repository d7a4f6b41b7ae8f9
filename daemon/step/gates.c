#include "daemon/step/gates.h"

#include "daemon/step/approved.h"
#include "daemon/step/history.h"
#include "daemon/step/permit.h"
#include "procedure/step_kind.h"

#define NONE_MS (-1)

void
gates_begin(struct gates *g)
{
	*g = (struct gates){ .ended_ms = NONE_MS, .since_ms = NONE_MS };
}

void
gates_told(struct gates *g, const struct permit *p, const struct next *next)
{
	const struct step_settings *step =
	    plan_step(p->plan, next->step)->settings;

	if (!step_is_of(step, "approval"))
		return;
	if (g->since_ms == NONE_MS)
		g->since_ms = g->ended_ms;
	g->limit_ms += step->timeout_ms;
	if (run_step_outcome(p->run, next->step) != STEP_DONE)
		return;
	if (g->count == GATES_AT_ONCE_MAX)
		g->are_too_many = true;
	else
		g->steps[g->count++] = next->step;
}

/* From the step before to what comes behind them. */
static void
count_wait(struct gates *g, int64_t until_ms)
{
	if (g->since_ms != NONE_MS && g->since_ms > until_ms)
		g->waited_ms += g->since_ms - until_ms;
	if (g->waited_ms > g->limit_ms)
		g->waited_ms = g->limit_ms;
	g->since_ms = NONE_MS;
}

/* How long ago it ended: not before it was claimed, nor after now. */
static int64_t
end_age_ms(const struct state *s, const struct claim *claim, int64_t age_ms)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	int64_t took_ms = 0;

	if (state_read_result(s, claim->key, &result, buffer))
		took_ms = result.ended_ms - claim->claimed_ms;
	if (took_ms < 0 || took_ms > age_ms)
		return age_ms;
	return age_ms - took_ms;
}

void
gates_claimed(struct gates *g, const struct state *s, const struct claim *claim,
    bool is_undo)
{
	int64_t age_ms = history_age_ms(s, claim);

	count_wait(g, age_ms);
	g->ended_ms = end_age_ms(s, claim, age_ms);
	if (!is_undo)
		g->count = 0;
}

bool
gates_are_open(
    struct gates *g, struct permit *p, const struct state *s, struct error *err)
{
	count_wait(g, 0);
	/* To undo takes nobody's word: it may have been refused as well. */
	if (!s->is_system || p->key.undo > 0)
		return true;
	if (g->are_too_many)
		return error_set(err, "too many approvals before one step");
	/* Of two runs at once one must see the other's claim. */
	if (g->count > 0)
		p->lock = state_lock(s, err);
	if (g->count > 0 && p->lock < 0)
		return false;
	for (unsigned i = 0; i < g->count; i++)
		if (!approved_gate(p, s, g->steps[i], err))
			return false;
	return true;
}
