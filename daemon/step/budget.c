#include "daemon/step/budget.h"

#include <stdint.h>
#include <string.h>

#include "base/bug.h"
#include "daemon/step/history.h"
#include "daemon/step/warrant.h"
#include "decision/cooldown.h"

/* Other runs that began, and when. */
struct tally {
	const struct permit *permit;
	const struct state *state;
	unsigned runs; /* within BUDGET_COUNTS_MS */
	unsigned of_service;
	unsigned grown;       /* within COOLDOWN_COUNTS_MS */
	int64_t plain_age_ms; /* of the last that is waited for at all */
	int64_t grown_age_ms; /* of the last that makes it longer */
	unsigned prepared;    /* within BUDGET_COUNTS_MS */
	unsigned prepared_of_service;
};

static bool
is_put_back(const struct permit *p, const char *procedure)
{
	return procedure != NULL &&
	    strings_contain(&p->pin->cleared, procedure);
}

/* What is run when all is well again waits for nothing but its own kind. */
static bool
makes_it_wait(const struct permit *p, const struct claim *claim)
{
	const char *procedure = p->request.procedure;

	return !is_put_back(p, procedure) || claim->procedure == NULL ||
	    strcmp(claim->procedure, procedure) == 0;
}

static void
youngest(int64_t *age_ms, int64_t other_ms)
{
	if (other_ms < *age_ms)
		*age_ms = other_ms;
}

static void
count_automatic(struct tally *t, const struct claim *claim, int64_t age_ms)
{
	const struct permit *p = t->permit;
	bool is_ours = strcmp(claim->service, p->request.service) == 0;

	if (age_ms < BUDGET_COUNTS_MS) {
		t->runs++;
		t->of_service += is_ours;
	}
	if (!is_ours || !makes_it_wait(p, claim))
		return;
	youngest(&t->plain_age_ms, age_ms);
	if (is_put_back(p, claim->procedure))
		return;
	youngest(&t->grown_age_ms, age_ms);
	t->grown += age_ms < COOLDOWN_COUNTS_MS;
}

static bool
saw(void *arg, const struct key *key, const struct claim *claim)
{
	struct tally *t = arg;
	const struct permit *p = t->permit;
	enum warrant warrant = warrant_of(key, claim);
	int64_t age_ms;

	if (strcmp(key->run, p->key.run) == 0 ||
	    (warrant != WARRANT_AUTOMATIC && warrant != WARRANT_PREPARING))
		return true;
	/* Of another service only the last hour counts. */
	age_ms = history_age_ms(t->state, claim);
	if ((age_ms >= BUDGET_COUNTS_MS &&
		strcmp(claim->service, p->request.service) != 0) ||
	    history_came_to_nothing(t->state, claim))
		return true;
	if (warrant == WARRANT_AUTOMATIC)
		count_automatic(t, claim, age_ms);
	else if (age_ms < BUDGET_COUNTS_MS) {
		t->prepared++;
		t->prepared_of_service +=
		    strcmp(claim->service, p->request.service) == 0;
	}
	return true;
}

static bool
count(const struct permit *p, const struct state *s, struct tally *t,
    struct error *err)
{
	const struct service_settings *service = &p->pin->service;
	int64_t span_ms = COOLDOWN_COUNTS_MS;

	if (service->cooldown_ms > span_ms)
		span_ms = service->cooldown_ms;
	if (service->cooldown_max_ms > span_ms)
		span_ms = service->cooldown_max_ms;
	*t = (struct tally){ .permit = p,
		.state = s,
		.plain_age_ms = INT64_MAX,
		.grown_age_ms = INT64_MAX };
	return history_read(s, span_ms, saw, t, err);
}

static bool
is_too_soon(const struct permit *p, const struct tally *t)
{
	const struct service_settings *service = &p->pin->service;

	if (BUG(RUNNER_TRUSTS_MONITOR))
		return false;
	if (t->plain_age_ms < service->cooldown_ms)
		return true;
	return !is_put_back(p, p->request.procedure) &&
	    t->grown_age_ms < cooldown_grown_ms(service->cooldown_ms,
				  service->cooldown_max_ms, t->grown);
}

bool
budget_allows(const struct permit *p, const struct state *s, struct error *err)
{
	struct tally t;

	if (!count(p, s, &t, err))
		return false;
	if (is_too_soon(p, &t))
		return error_set(err,
		    "%s was rolled back automatically less than its "
		    "cooldown ago",
		    p->request.service);
	if (t.of_service >= p->pin->service.budget)
		return error_set(err, "%s had %u automatic runs within an hour",
		    p->request.service, t.of_service);
	if (t.runs >= p->pin->limits.rollbacks_per_hour)
		return error_set(
		    err, "there were %u automatic runs within an hour", t.runs);
	return true;
}

bool
budget_allows_preparing(
    const struct permit *p, const struct state *s, struct error *err)
{
	struct tally t;

	if (!count(p, s, &t, err))
		return false;
	if (t.prepared_of_service >= SERVICE_PREPARED_PER_HOUR_MAX)
		return error_set(err,
		    "%s had %u runs within an hour that nobody approved",
		    p->request.service, t.prepared_of_service);
	if (t.prepared >= PREPARED_PER_HOUR_MAX)
		return error_set(err,
		    "there were %u runs within an hour that nobody approved",
		    t.prepared);
	return true;
}

struct drill_tally {
	const struct permit *permit;
	const struct state *state;
	unsigned runs;
};

static bool
saw_drill(void *arg, const struct key *key, const struct claim *claim)
{
	struct drill_tally *t = arg;

	t->runs += warrant_of(key, claim) == WARRANT_DRILL &&
	    strcmp(key->run, t->permit->key.run) != 0 &&
	    strcmp(claim->service, t->permit->request.service) == 0 &&
	    history_age_ms(t->state, claim) < BUDGET_COUNTS_MS;
	return true;
}

bool
budget_allows_drill(
    const struct permit *p, const struct state *s, struct error *err)
{
	struct drill_tally t = { .permit = p, .state = s };

	if (!history_read(s, BUDGET_COUNTS_MS, saw_drill, &t, err))
		return false;
	return t.runs < SERVICE_DRILL_RUNS_PER_HOUR_MAX ||
	    error_set(err, "%s had %u runs of drills within an hour",
		p->request.service, t.runs);
}
