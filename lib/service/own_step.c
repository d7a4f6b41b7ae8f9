#include "service/own_step.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "procedure/step_kind.h"
#include "verify/verification.h"

struct own_step {
	const struct step_settings *settings;
	enum own_step_kind kind;
	struct verify_settings verify;     /* of it alone */
	struct verification *verification; /* NULL: it asks no probe */
	const char *until[1];
	int64_t ends_ms;
	int64_t limit_ms; /* for people: what it had to itself */
	bool is_cut;      /* by the time that the run had left */
	bool has_ended;
	enum step_outcome outcome;
	char reason[OWN_STEP_REASON_MAX];
};

static enum own_step_kind
kind_of(const struct step_settings *s)
{
	if (step_is_of(s, "approval"))
		return OWN_STEP_APPROVAL;
	if (step_is_of(s, "verify"))
		return OWN_STEP_VERIFY;
	return s->until != NULL ? OWN_STEP_UNTIL : OWN_STEP_TIME;
}

/* What the step says, or else the service. */
static void
set_verify(struct own_step *o, const struct verify_settings *verify)
{
	const struct step_settings *s = o->settings;

	o->verify = *verify;
	if (o->kind == OWN_STEP_UNTIL) {
		o->until[0] = s->until;
		o->verify.probes = (struct strings){ o->until, 1 };
	} else if (s->probes.count > 0) {
		o->verify.probes = s->probes;
	}
	if (s->successes > 0)
		o->verify.successes = s->successes;
	o->verify.within_ms = step_limit_ms(s);
}

struct own_step *
own_step_new(
    const struct step_settings *s, const struct verify_settings *verify)
{
	struct own_step *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->settings = s;
	o->kind = kind_of(s);
	if (o->kind != OWN_STEP_UNTIL && o->kind != OWN_STEP_VERIFY)
		return o;
	set_verify(o, verify);
	o->verification = verification_new(&o->verify);
	if (o->verification == NULL) {
		free(o);
		return NULL;
	}
	return o;
}

void
own_step_free(struct own_step *o)
{
	if (o == NULL)
		return;
	verification_free(o->verification);
	free(o);
}

enum own_step_kind
own_step_kind(const struct own_step *o)
{
	return o->kind;
}

/* No later than that. */
static void
cut(struct own_step *o, int64_t now_ms, int64_t left_ms)
{
	if (left_ms < 0)
		left_ms = 0;
	o->is_cut = o->ends_ms - now_ms > left_ms;
	if (!o->is_cut)
		return;
	o->ends_ms = now_ms + left_ms;
	o->limit_ms = left_ms;
}

void
own_step_begin(
    struct own_step *o, int64_t asked_ms, int64_t now_ms, int64_t left_ms)
{
	o->has_ended = false;
	o->limit_ms = step_limit_ms(o->settings);
	if (o->kind == OWN_STEP_TIME)
		o->limit_ms = o->settings->wait_ms;
	if (o->verification != NULL)
		asked_ms = now_ms;
	o->ends_ms = asked_ms + o->limit_ms;
	if (o->kind != OWN_STEP_APPROVAL)
		cut(o, now_ms, left_ms);
	if (o->verification == NULL)
		return;
	o->verify.within_ms = o->ends_ms - now_ms;
	verification_begin(o->verification, now_ms);
}

const struct strings *
own_step_probes(const struct own_step *o)
{
	return &o->verify.probes;
}

int64_t
own_step_interval_ms(const struct own_step *o)
{
	return o->verify.interval_ms;
}

int64_t
own_step_ends_ms(const struct own_step *o)
{
	return o->ends_ms;
}

static void __attribute__((format(printf, 3, 4)))
end(struct own_step *o, enum step_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(o->reason, sizeof(o->reason), fmt, ap);
	va_end(ap);
	o->outcome = outcome;
	o->has_ended = true;
}

/* Of the probe that is furthest from it. */
static unsigned
furthest(const struct own_step *o)
{
	unsigned worst = 0;

	for (unsigned i = 1; i < o->verify.probes.count; i++)
		if (verification_successes(o->verification, i) <
		    verification_successes(o->verification, worst))
			worst = i;
	return worst;
}

static const char *
all_there_was(const struct own_step *o)
{
	return o->is_cut ? ", all the time that the run had left" : "";
}

static void
end_unproven(struct own_step *o)
{
	unsigned probe = furthest(o);
	char within[DURATION_TEXT_MAX];

	end(o, o->kind == OWN_STEP_VERIFY ? STEP_FAILED : STEP_TIMED_OUT,
	    "probe %s had %u of %u successes in a row within %s%s",
	    o->verify.probes.items[probe],
	    verification_successes(o->verification, probe), o->verify.successes,
	    duration_text(o->limit_ms, within), all_there_was(o));
}

static void
look(struct own_step *o, enum verification_state state)
{
	switch (state) {
	case VERIFICATION_PENDING:
		return;
	case VERIFICATION_PASSED:
		end(o, STEP_DONE, "%u success%s in a row of %s%s",
		    o->verify.successes, o->verify.successes == 1 ? "" : "es",
		    o->verify.probes.count == 1 ? "probe " : "each probe",
		    o->verify.probes.count == 1 ? o->verify.probes.items[0] :
						  "");
		return;
	case VERIFICATION_FAILED:
		end_unproven(o);
		return;
	}
}

void
own_step_sample(struct own_step *o, const char *probe, const struct sample *s)
{
	const struct strings *probes = &o->verify.probes;

	for (unsigned i = 0; i < probes->count && !o->has_ended; i++)
		if (strcmp(probes->items[i], probe) == 0)
			look(o, verification_observe(o->verification, i, s));
}

void
own_step_tick(struct own_step *o, int64_t now_ms)
{
	char time[DURATION_TEXT_MAX];

	if (o->has_ended)
		return;
	if (o->verification != NULL) {
		look(o, verification_tick(o->verification, now_ms));
		return;
	}
	if (now_ms < o->ends_ms)
		return;
	duration_text(o->limit_ms, time);
	if (o->kind == OWN_STEP_APPROVAL)
		end(o, STEP_TIMED_OUT, "nobody approved it within %s", time);
	else if (o->is_cut)
		end(o, STEP_TIMED_OUT, "not over within %s%s", time,
		    all_there_was(o));
	else
		end(o, STEP_DONE, "waited %s", time);
}

void
own_step_said(
    struct own_step *o, bool is_approved, const char *by, const char *reason)
{
	if (o->kind == OWN_STEP_APPROVAL && !o->has_ended)
		end(o, is_approved ? STEP_DONE : STEP_REFUSED, "%s by %s%s%s",
		    is_approved ? "approved" : "rejected", by,
		    reason == NULL || *reason == '\0' ? "" : ": ",
		    reason == NULL ? "" : reason);
}

bool
own_step_has_ended(
    const struct own_step *o, enum step_outcome *outcome, const char **reason)
{
	*outcome = o->outcome;
	*reason = o->reason;
	return o->has_ended;
}

void
own_step_progress(const struct own_step *o, struct text *out)
{
	unsigned probe;

	if (o->verification == NULL)
		return;
	probe = furthest(o);
	text_addf(out, "%u of %u successes of probe %s",
	    verification_successes(o->verification, probe), o->verify.successes,
	    o->verify.probes.items[probe]);
}
