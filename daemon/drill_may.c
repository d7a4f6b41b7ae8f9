/* What speaks against breaking a service on purpose just now. */
#include <string.h>

#include "daemon/drill_kill.h"
#include "daemon/drill_private.h"
#include "daemon/rollback.h"
#include "service/versions.h"

static bool
is_of_ourselves(const char *fault)
{
	return fault != NULL &&
	    (strcmp(fault, DRILL_FAULT_KILL) == 0 ||
		strcmp(fault, DRILL_FAULT_BLIND) == 0);
}

static bool
is_allowed(struct monitor *m, struct watched *w, struct error *err)
{
	const struct service_settings *s = watched_settings(w);

	if (!config_allows_drills(m->generation->config, s->environment))
		return error_set(err,
		    "environment %s allows no drills: nothing is broken on "
		    "purpose there unless environments says drills = true",
		    s->environment);
	return s->drill.is_given ||
	    error_set(err, "service %s has no drill configured", s->name);
}

static bool
is_known(const struct service_settings *s, const char *fault, struct error *err)
{
	if (is_of_ourselves(fault))
		return true;
	if (fault == NULL)
		return s->drill.procedure != NULL ||
		    error_set(err,
			"the drill of %s names no version that is known to be "
			"bad: name a fault",
			s->name);
	return drill_fault_procedure(&s->drill, fault) != NULL ||
	    error_set(
		err, "the drill of %s has no fault \"%.64s\"", s->name, fault);
}

static bool
is_able(struct monitor *m, struct error *err)
{
	if (!m->is_ready)
		return error_set(err, "the daemon is still starting");
	if (m->shadow || m->cannot_act || store_state(m->store) != STORE_OK)
		return error_set(err,
		    "the daemon cannot act just now, so nothing would be "
		    "mended: see status");
	if (m->is_reloading)
		return error_set(err, "the configuration is being read");
	return true;
}

/* It must be well before, or nobody knows what was noticed. */
static bool
is_well(struct monitor *m, struct watched *w, struct error *err)
{
	const struct service *core = watched_core(w);
	const struct hold *hold =
	    holds_find(&m->holds, watched_name(w), loop_now_ms(m->loop));
	const struct rollback *r = watched_rollback(w);

	if (m->drills->on != NULL)
		return error_set(err, "drill %s of %s is on", m->drills->on->id,
		    m->drills->on->service);
	if (r != NULL)
		return error_set(err, "incident %s is open", rollback_id(r));
	if (hold != NULL)
		return error_set(
		    err, "it is held by %s: %s", hold->author, hold->reason);
	if (service_verdict(core) != VERDICT_HEALTHY ||
	    service_is_failing(core))
		return error_set(
		    err, "service %s is not well: see why", watched_name(w));
	return true;
}

/* Would the rules act?  Then nothing but their own times is in the way. */
static bool
is_free(struct monitor *m, struct watched *w, const char *version,
    struct error *err)
{
	struct surroundings around = monitor_surroundings(m, w);
	struct service_decision d;

	if (service_settings(watched_core(w))->rule_count == 0)
		return error_set(err, "service %s has no rule that could act",
		    watched_name(w));
	d = service_rehearse(watched_core(w), &around, version);
	return (d.decision.action != ACTION_NONE &&
		   d.decision.action != ACTION_HOLD) ||
	    error_set(err, "no rule could act now: %s",
		d.decision.reason[0] == '\0' ? "none is for what is bad" :
					       d.decision.reason);
}

static bool
has_version(struct watched *w, const char *version, struct error *err)
{
	const char *now = service_version(watched_core(w));

	if (now[0] == '\0')
		return error_set(err,
		    "no version is known to be in place, so none could be "
		    "brought back: say deploy");
	return version == NULL || strcmp(now, version) != 0 ||
	    error_set(err, "version %s is in place already", now);
}

/* It is a part of every environment that it watches. */
static bool
may_be_killed(struct monitor *m, struct error *err)
{
	const struct config *c = m->generation->config;

	for (size_t i = 0; i < c->service_count; i++)
		if (!config_allows_drills(c, c->services[i].environment))
			return error_set(err,
			    "it also watches %s in environment %s, which "
			    "allows no drills",
			    c->services[i].name, c->services[i].environment);
	if (m->rollbacks != NULL)
		return error_set(err, "an incident of %s is open",
		    rollback_service(m->rollbacks));
	return drill_kill_is_mended() ||
	    error_set(err,
		"it was not started by systemd, so nobody would start it "
		"again");
}

bool
drills_may_begin(struct monitor *m, struct watched *w,
    const struct drill_order *o, struct error *err)
{
	const struct service_settings *s = watched_settings(w);
	const char *version = o->fault == NULL ? s->drill.version : NULL;

	if (!is_allowed(m, w, err) || !is_known(s, o->fault, err) ||
	    !is_able(m, err) || !is_well(m, w, err))
		return false;
	if (o->fault != NULL && strcmp(o->fault, DRILL_FAULT_KILL) == 0)
		return may_be_killed(m, err);
	if (is_of_ourselves(o->fault))
		return true;
	return has_version(w, version, err) && is_free(m, w, version, err);
}
