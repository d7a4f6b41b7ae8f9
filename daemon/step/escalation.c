#include "daemon/step/escalation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/follow.h"
#include "daemon/step/history.h"
#include "daemon/step/warrant.h"

#define ON_FAILURE_PROCEDURE "procedure:"
#define WEEK_MS INT64_C(604800000)
#define SLACK_MS 60000 /* the monitor counts from before the claim */

/* A run as its pin, claims and results tell it. */
struct ancestor {
	char run[ULID_BYTES];
	char parent[ULID_BYTES]; /* "": none */
	bool has_begun;
	bool has_acted;      /* by somebody's word */
	bool is_in_vain;     /* by a rule's, and nothing came of it */
	bool is_of_incident; /* of that of the request */
	int64_t begun_age_ms;
	int64_t begun_wall_ms;
	struct pin *pin;
	struct plan *plan;
	struct run *steps;
	struct next next;
	bool is_contradicted; /* it was told otherwise before */
	char parent_told[TOLD_MAX_BYTES + 1];
};

static struct pin *
read_pin(const struct state *s, const char *run)
{
	char *text = malloc(PIN_MAX_BYTES + 1);
	struct pin *pin = NULL;
	struct error why;
	size_t length;

	if (text != NULL &&
	    file_read(s->pins, run, geteuid(), text, PIN_MAX_BYTES, &length,
		&why) == FILE_OK)
		pin = pin_parse(text, length, &why);
	free(text);
	return pin;
}

/* What was told once stands, of the run and of those before it. */
static void
read_request(struct ancestor *a, const struct claim *claim, const char *told)
{
	static char bytes[REQUEST_MAX_BYTES + 1];
	struct request before;
	struct error why;

	if (claim->request == NULL || claim->request_length > REQUEST_MAX_BYTES)
		return;
	memcpy(bytes, claim->request, claim->request_length);
	bytes[claim->request_length] = '\0';
	if (!step_request_parse(&before, bytes, claim->request_length, &why))
		return;
	if (!told_goes_on(told, before.told))
		a->is_contradicted = true;
	if (before.parent_told != NULL)
		memcpy(a->parent_told, before.parent_told,
		    strlen(before.parent_told) + 1);
}

static void
read_claim(struct ancestor *a, const struct permit *p, const struct state *s,
    const char *name, const char *told)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	enum warrant warrant;
	struct claim claim;
	struct key key;

	if (!key_parse(name, &key) ||
	    !state_read_claim(s, name, &claim, buffer) || claim.refusal != NULL)
		return;
	warrant = warrant_of(&key, &claim);
	read_request(a, &claim, told);
	if (warrant_is_for_acting(warrant))
		a->has_acted = true;
	if (warrant == WARRANT_AUTOMATIC)
		a->is_in_vain = history_came_to_nothing(s, &claim);
	if (a->has_begun)
		return;
	a->has_begun = true;
	a->begun_age_ms = history_age_ms(s, &claim);
	a->begun_wall_ms = claim.wall_ms;
	a->is_of_incident = strcmp(claim.incident, p->request.incident) == 0;
	if (claim.parent != NULL && ulid_is_valid(claim.parent))
		memcpy(a->parent, claim.parent, ULID_BYTES);
}

static void
ancestor_clear(struct ancestor *a)
{
	run_free(a->steps);
	plan_free(a->plan);
	pin_free(a->pin);
}

static bool
ancestor_read(struct ancestor *a, const struct permit *p, const struct state *s,
    const char *run, const char *told, struct error *err)
{
	const char *left = told;
	char key[KEY_BYTES];

	*a = (struct ancestor){ .has_begun = false };
	memcpy(a->run, run, ULID_BYTES);
	a->pin = read_pin(s, run);
	if (a->pin == NULL)
		return error_set(err, "its parent run has no pin");
	a->plan = plan_new(&a->pin->procedure, &a->pin->service.params, err);
	if (a->plan != NULL)
		a->steps = run_new(a->plan);
	if (a->steps == NULL)
		return error_set(err, "the plan of its parent run is no good");
	for (;;) {
		a->next = run_next(a->steps);
		if (!follow_key(a->run, &a->next, key))
			break;
		if (!run_is_told(a->steps))
			read_claim(a, p, s, key, told);
		if (!follow_result(s, a->steps, &a->next, key, &left))
			break;
	}
	if (a->is_contradicted || (left != NULL && *left != '\0'))
		return error_set(
		    err, "what is told of its parent run cannot be");
	if (!a->has_begun)
		return error_set(err, "its parent run was never begun");
	return a->is_of_incident ||
	    error_set(err, "its parent is of another incident");
}

static bool
goes_over_to(const struct procedure_settings *from, const char *name)
{
	size_t prefix = strlen(ON_FAILURE_PROCEDURE);

	if (from->escalate != NULL && strcmp(from->escalate, name) == 0)
		return true;
	for (size_t i = 0; i < from->step_count; i++) {
		const char *on = from->steps[i].on_failure;

		if (on != NULL &&
		    strncmp(on, ON_FAILURE_PROCEDURE, prefix) == 0 &&
		    strcmp(on + prefix, name) == 0)
			return true;
	}
	return false;
}

/*
 * It failed, or the monitor may have found that it did not help, or its time
 * is over: then, and only then, that procedure is next.
 */
static bool
leads_to(const struct ancestor *a, const char *procedure, struct error *err)
{
	const struct procedure_settings *from = &a->pin->procedure;
	bool is_escalation =
	    from->escalate != NULL && strcmp(from->escalate, procedure) == 0;

	if (!a->has_acted)
		return error_set(err, "nobody stood behind its parent run");
	if (a->next.kind != NEXT_FINISHED)
		return (is_escalation && a->next.kind == NEXT_STEP &&
			   a->begun_age_ms > from->budget_ms - SLACK_MS) ||
		    error_set(err, "its parent run has not ended");
	if (a->next.outcome == RUN_FAILED && a->next.procedure != NULL &&
	    strcmp(a->next.procedure, procedure) == 0)
		return true;
	if (is_escalation &&
	    (a->next.outcome == RUN_FAILED || a->next.outcome == RUN_DONE))
		return true;
	return error_set(err,
	    "its parent run did not end so that procedure %s follows",
	    procedure);
}

struct siblings {
	const struct permit *permit;
	bool found;
};

static bool
saw(void *arg, const struct key *key, const struct claim *claim)
{
	struct siblings *found = arg;
	const struct permit *p = found->permit;

	/* Behind what a step named may come what its procedure names. */
	found->found = claim->refusal == NULL && claim->parent != NULL &&
	    strcmp(claim->parent, p->request.parent) == 0 &&
	    claim->procedure != NULL &&
	    strcmp(claim->procedure, p->request.procedure) == 0 &&
	    strcmp(key->run, p->key.run) != 0;
	return !found->found;
}

static bool
is_only_child(const struct permit *p, const struct state *s, struct error *err)
{
	struct siblings siblings = { .permit = p };

	if (!history_read(s, WEEK_MS, saw, &siblings, err))
		return false;
	return !siblings.found ||
	    error_set(err, "a run of it follows its parent run already");
}

static bool
depth_is_allowed(const struct permit *p, const struct state *s,
    const struct ancestor *parent, struct error *err)
{
	char run[ULID_BYTES], told[TOLD_MAX_BYTES + 1];
	static struct ancestor a;

	memcpy(run, parent->parent, sizeof(run));
	memcpy(told, parent->parent_told, sizeof(told));
	for (int depth = 1; run[0] != '\0'; depth++) {
		bool ok;

		if (depth == ESCALATION_DEPTH_MAX)
			return error_set(
			    err, "it would be the third in a row to escalate");
		ok = ancestor_read(&a, p, s, run, told, err);
		memcpy(run, a.parent, sizeof(run));
		memcpy(told, a.parent_told, sizeof(told));
		ancestor_clear(&a);
		if (!ok)
			return false;
	}
	return true;
}

static bool
follows(const struct permit *p, const struct state *s,
    const struct ancestor *parent, struct error *err)
{
	const char *procedure = p->request.procedure;

	if (strcmp(parent->pin->service.name, p->request.service) != 0 ||
	    !goes_over_to(&parent->pin->procedure, procedure))
		return error_set(err,
		    "procedure %s is not what its parent run goes over to",
		    procedure);
	if (p->pin->procedure.destructive &&
	    !parent->pin->procedure.destructive)
		return error_set(err,
		    "what procedure %s does cannot be taken back, and nobody "
		    "was asked",
		    procedure);
	if (s->is_system &&
	    (!leads_to(parent, procedure, err) || !is_only_child(p, s, err)))
		return false;
	return depth_is_allowed(p, s, parent, err);
}

bool
escalation_is_known(const struct permit *p, const struct state *s,
    struct escalation *e, struct error *err)
{
	struct ancestor parent;
	bool known = ancestor_read(&parent, p, s, p->request.parent,
			 p->request.parent_told, err) &&
	    follows(p, s, &parent, err);

	*e = (struct escalation){ parent.begun_wall_ms, parent.is_in_vain };
	ancestor_clear(&parent);
	return known;
}
