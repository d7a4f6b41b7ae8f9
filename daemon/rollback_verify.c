#include <string.h>

#include "base/failpoint.h"
#include "daemon/life.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"

static void
verified_is_stored(struct rollback *r)
{
	FAILPOINT("monitor.after-verified");
	rollback_advance(r);
}

/* The core has come to a verdict when it wants something else. */
static bool
has_ended(struct rollback *r)
{
	struct todo todo;
	struct json_object *data;
	bool recovered;

	todo = incident_todo(r->core, loop_now_ms(r->m->loop));
	if (todo.kind == TODO_WAIT)
		return false;
	r->is_verifying = false;
	loop_timer_stop(r->timer);
	recovered =
	    todo.kind == TODO_CLOSE && todo.outcome == INCIDENT_RECOVERED;
	log_service(recovered ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR,
	    LOG_ID_VERIFIED, r->service, "%s: %s",
	    recovered ? "verified" : "not verified", incident_reason(r->core));
	data = json_object_new_object();
	json_set_bool(data, "recovered", recovered);
	json_set_text(data, "reason", incident_reason(r->core));
	json_set_int(data, "good_samples", r->good);
	json_set_int(data, "bad_samples", r->bad);
	FAILPOINT("monitor.before-verified");
	rollback_write(r, EVENT_VERIFIED, data, NULL, verified_is_stored);
	return true;
}

/*
 * Time in which we did not run is not time in which it failed to recover: the
 * verification begins again.
 */
static void
look_at_pause(struct rollback *r)
{
	int64_t now_ms = loop_now_ms(r->m->loop);
	int64_t away_ms = now_ms - r->verify_turn_ms - r->verify->interval_ms;

	r->verify_turn_ms = now_ms;
	if (away_ms <= TILT_MS)
		return;
	log_service(LOG_LEVEL_WARNING, LOG_ID_PAUSED, r->service,
	    "was paused for %.1f s while it verified: begins again",
	    (double)away_ms / 1000);
	incident_verifying(r->core, now_ms);
}

static void
ask(struct rollback *r)
{
	const struct verify_settings *verify = r->verify;

	if (!r->is_verifying)
		return;
	look_at_pause(r);
	incident_tick(r->core, loop_now_ms(r->m->loop));
	if (!r->is_verifying || has_ended(r))
		return;
	for (size_t i = 0; i < verify->probes.count; i++)
		watched_verify_ask(
		    r->asks == NULL ? r->w : r->asks, verify->probes.items[i]);
	rollback_later(r, verify->interval_ms, ask);
}

void
rollback_verify_sample(
    struct rollback *r, const char *probe, const struct sample *s)
{
	const struct verify_settings *verify = r->verify;

	if (r->own != NULL) {
		rollback_own_sample(r, probe, s);
		return;
	}
	if (!r->is_verifying)
		return;
	look_at_pause(r);
	rollback_count(r, s);
	for (unsigned i = 0; i < verify->probes.count; i++)
		if (strcmp(verify->probes.items[i], probe) == 0)
			incident_verify_sample(r->core, i, s);
	(void)has_ended(r);
}

static void
verifying_is_stored(struct rollback *r)
{
	FAILPOINT("monitor.after-verifying");
	r->good = r->bad = 0;
	incident_verifying(r->core, loop_now_ms(r->m->loop));
	/* Aborted in the meantime: there is nothing left to prove. */
	if (incident_is_aborted(r->core)) {
		rollback_advance(r);
		return;
	}
	r->is_verifying = true;
	r->verify_turn_ms = loop_now_ms(r->m->loop);
	ask(r);
}

void
rollback_verify(struct rollback *r)
{
	const struct verify_settings *verify = r->verify;
	struct json_object *data = json_object_new_object();
	struct json_object *probes = json_object_new_array();

	for (size_t i = 0; i < verify->probes.count; i++)
		(void)json_object_array_add(
		    probes, json_object_new_string(verify->probes.items[i]));
	json_set(data, "probes", probes);
	json_set_int(data, "successes", verify->successes);
	json_set_int(data, "within_ms", verify->within_ms);
	log_service(LOG_LEVEL_NOTICE, LOG_ID_VERIFYING, r->service,
	    "verifies: %u successes in a row", verify->successes);
	FAILPOINT("monitor.before-verifying");
	rollback_write(r, EVENT_VERIFYING, data, NULL, verifying_is_stored);
}
