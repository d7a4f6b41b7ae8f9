#include "decision/decision.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "base/utf8.h"
#include "decision/guard_impl.h"

#define SECOND_MS 1000

/* "rule dead holds 40s after version v2 was deployed, so ..." */
static void
say_go(const struct rule_settings *rule, const struct situation *s,
    struct decision *d)
{
	bool deployed = s->deployed_ms != NEVER_MS && reason_knows(s->version);
	const char *why = rule->when == RULE_WHEN_CLEARED ?
	    ", as what had tripped is well again" :
	    "";
	char past[DURATION_TEXT_MAX], when[NAME_MAX_BYTES + 64] = "";

	if (deployed)
		(void)snprintf(when, sizeof(when),
		    " %s after version %s was deployed",
		    reason_span(s->now_ms - s->deployed_ms, past), s->version);
	if (s->needs_target)
		reason_set(d, "rule %s holds%s%s, so %s goes back to %s",
		    rule->name, when, why, rule->procedure, s->target_version);
	else
		reason_set(d, "rule %s holds%s%s, so %s is run", rule->name,
		    when, why, rule->procedure);
}

static struct decision
nothing_to_do(const struct rule_settings *rule, enum verdict verdict)
{
	struct decision d = { .action = ACTION_NONE, .until_ms = NEVER_MS };

	if (verdict == VERDICT_HEALTHY)
		reason_set(&d, "rule %s does not hold", rule->name);
	else
		reason_set(
		    &d, "too little is known to judge rule %s", rule->name);
	return d;
}

void
reason_set(struct decision *d, const char *fmt, ...)
{
	size_t good = 0, step, length;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(d->reason, sizeof(d->reason), fmt, ap);
	va_end(ap);

	length = strlen(d->reason);
	while (good < length) {
		step = utf8_length(d->reason + good, length - good);
		if (step == 0)
			break;
		good += step;
	}
	d->reason[good] = '\0';
}

const char *
reason_span(int64_t ms, char buffer[DURATION_TEXT_MAX])
{
	if (ms >= SECOND_MS)
		ms -= ms % SECOND_MS;
	return duration_text(ms, buffer);
}

bool
reason_knows(const char *text)
{
	return text != NULL && text[0] != '\0';
}

const char *
action_word(enum action action)
{
	static const char *const words[] = {
		[ACTION_NONE] = "none",
		[ACTION_HOLD] = "hold",
		[ACTION_SHADOW] = "shadow",
		[ACTION_PROPOSE] = "propose",
		[ACTION_AWAIT] = "await_approval",
		[ACTION_ROLL_BACK] = "roll_back",
	};

	return words[action];
}

struct decision
decide(const struct rule_settings *rule, enum verdict verdict,
    const struct situation *s)
{
	struct decision d = { .until_ms = NEVER_MS };

	if (verdict != VERDICT_TRIPPED)
		return nothing_to_do(rule, verdict);

	for (enum guard g = GUARD_NONE + 1; g <= GUARD_CONFIRM; g++) {
		if (!guard_objects(g, rule, s, &d))
			continue;
		/* By rechecks alone nobody is asked either. */
		if (d.action != ACTION_HOLD && s->is_hasty) {
			d.until_ms = NEVER_MS;
			(void)guard_objects(GUARD_CONFIRM, rule, s, &d);
		}
		return d;
	}
	d.action = ACTION_ROLL_BACK;
	say_go(rule, s, &d);
	return d;
}
