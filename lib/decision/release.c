/* What would let a guard go, for people. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "decision/guard_impl.h"

__attribute__((format(printf, 2, 3))) static void
say(struct decision *d, const char *fmt, ...)
{
	size_t good = 0, step, length;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(d->release, sizeof(d->release), fmt, ap);
	va_end(ap);

	length = strlen(d->release);
	while (good < length) {
		step = utf8_length(d->release + good, length - good);
		if (step == 0)
			break;
		good += step;
	}
	d->release[good] = '\0';
}

/* "it ends by itself in 4m, or else: ..." */
static void
say_ends(const struct situation *s, struct decision *d, const char *otherwise)
{
	char left[DURATION_TEXT_MAX];

	if (d->until_ms == NEVER_MS)
		say(d, "%s", otherwise);
	else
		say(d, "it ends by itself in %s; or %s",
		    reason_span(d->until_ms - s->now_ms, left), otherwise);
}

static void
say_blind(const struct situation *s, struct decision *d)
{
	if (s->blind_witness == NULL)
		say(d, "when a witness answers");
	else
		say(d, "when witness %s or another one answers",
		    s->blind_witness);
}

static void
say_lock(const struct situation *s, struct decision *d)
{
	say(d, "when the run of %s ends; or rollbackctl abort",
	    reason_knows(s->lock_holder) ? s->lock_holder :
					   "the other service");
}

static void
say_no_target(const struct situation *s, struct decision *d)
{
	if (reason_knows(s->target_version))
		say(d, "deploy another version, or: rollbackctl rollback --to");
	else
		say(d,
		    "mark a version to go back to: rollbackctl mark SERVICE "
		    "VERSION --verified; or rollbackctl rollback --to");
}

void
release_say(enum guard guard, const struct situation *s, struct decision *d)
{
	static const char by_hand[] = "rollbackctl rollback";

	switch (guard) {
	case GUARD_NONE:
		return;
	case GUARD_NO_STORE:
		say(d,
		    "when the store can be written to again; see "
		    "rollbackctl status");
		return;
	case GUARD_HOLD:
		say_ends(s, d, "rollbackctl release");
		return;
	case GUARD_SHADOW:
		say(d, "mend the configuration, then: rollbackctl reload");
		return;
	case GUARD_BLIND:
		say_blind(s, d);
		return;
	case GUARD_CORRELATED:
		say(d, "when no more than half of the groups are bad; or %s",
		    by_hand);
		return;
	case GUARD_STALE:
		say(d, "when evaluator %s hears of its probe again",
		    s->stale_evaluator);
		return;
	case GUARD_RUNNING:
		say(d, "when that run ends; or rollbackctl abort");
		return;
	case GUARD_LOCK:
		say_lock(s, d);
		return;
	case GUARD_MAINTENANCE:
	case GUARD_WINDOW:
	case GUARD_TILT:
	case GUARD_SETTLING:
	case GUARD_COOLDOWN:
	case GUARD_BUDGET:
		say_ends(s, d, by_hand);
		return;
	case GUARD_NO_TARGET:
		say_no_target(s, d);
		return;
	case GUARD_DISMISSED:
		say_ends(s, d, "once it was healthy, or after a deployment");
		return;
	case GUARD_UNARMED:
	case GUARD_SEVERITY:
	case GUARD_MODE:
		say(d, "a person starts it: %s", by_hand);
		return;
	case GUARD_APPROVAL:
		say(d, "a person approves it: rollbackctl approve");
		return;
	case GUARD_CONFIRM:
		say(d, "when fresh samples say the same");
		return;
	}
}
