#include "daemon/step/halt.h"

#include <poll.h>
#include <string.h>

#include "daemon/host/files.h"
#include "daemon/step/claims.h"

#define LOOKS 40
#define LOOK_MS 50
#define HALT_WORDS "the run has ended before it, and is undone"

/* A check that is asked for no more is that of an abort. */
static void
halt(struct run *run)
{
	if (!run_stop(run, HALT_WORDS))
		run_abort(run);
}

static bool
is_claimed_so(const struct state *s, const char *asked, bool *is_cut)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct claim claim;

	*is_cut = !state_read_claim(s, asked, &claim, buffer);
	return !*is_cut && claim.refusal != NULL &&
	    strcmp(claim.refusal, HALT_WORDS) == 0;
}

bool
halt_was_made(const struct state *s, struct run *run, const char *asked)
{
	bool is_cut;

	if (!is_claimed_so(s, asked, &is_cut))
		return false;
	halt(run);
	return true;
}

/* Another runner, for the same undo, may be writing it just now. */
static bool
is_being_made(const struct state *s, const char *asked)
{
	bool is_cut = true;

	for (int i = 0; is_cut && i < LOOKS; i++) {
		if (is_claimed_so(s, asked, &is_cut))
			return true;
		if (is_cut)
			(void)poll(NULL, 0, LOOK_MS);
	}
	return false;
}

/* Is it what the run asks for next? */
static bool
is_asked_for(const struct permit *p)
{
	struct next next = run_next(p->run);

	return next.kind == NEXT_UNDO && next.step == p->key.step &&
	    next.attempt == p->key.attempt && next.undo == p->key.undo;
}

bool
halt_make(struct permit *p, const struct state *s, const char *asked,
    struct error *err)
{
	struct next next = run_next(p->run);
	struct error why = { "" };
	enum claim_status status = CLAIM_HELD;

	if (p->key.undo == 0)
		return error_set(err,
		    "it is not its turn: the run is at step %u, attempt %u",
		    next.step + 1, next.attempt);
	halt(p->run);
	if (!is_asked_for(p))
		return error_set(err, "it is not its turn to be undone");
	if (!file_exists(s->claims, asked))
		status = claim_take(s, p, asked, HALT_WORDS, &why);
	if (status == CLAIM_TAKEN)
		return true;
	if (status != CLAIM_HELD)
		return error_set(err, "the run cannot be ended: %s", why.text);
	return is_being_made(s, asked) ||
	    error_set(err, "it is not its turn: a step is under way");
}
