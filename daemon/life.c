#include "daemon/life.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "daemon/able.h"
#include "daemon/acts.h"
#include "daemon/drill.h"
#include "daemon/events.h"
#include "daemon/hold_alarm.h"
#include "daemon/host/retention.h"
#include "daemon/log.h"
#include "daemon/poller.h"
#include "daemon/recorder.h"
#include "daemon/retired.h"
#include "daemon/silence.h"
#include "daemon/watched.h"
#include "daemon/witness.h"
#include "service/service.h"

#define BEAT_MS 500
#define CHECK_EVERY_BEATS 20
#define CHECK_AT_ONCE 200
#define PRUNE_EVERY_BEATS (3600 * 1000 / BEAT_MS)
#define PRUNE_STEPS_BEAT 60
#define STUCK_MS 10000 /* without progress: no ping, systemd ends us */

struct life {
	struct monitor *m;
	struct loop_timer *beat;
	int64_t beat_ms; /* CLOCK_BOOTTIME of the last beat */
	int64_t beat_wall_ms;
	uint64_t heartbeats; /* of the store, as last seen ... */
	int64_t store_ms;    /* ... and when they last went on */
	unsigned beats;
	size_t checked;  /* the service looked at last */
	bool is_watched; /* systemd wants pings */
	bool is_ready;
	struct silence *silence;
};

int64_t
life_tilt_ms(int64_t expected_ms, int64_t boot_gap_ms, int64_t wall_gap_ms)
{
	int64_t missed_ms = boot_gap_ms - expected_ms;
	int64_t moved_ms = wall_gap_ms - boot_gap_ms;

	if (moved_ms < 0)
		moved_ms = -moved_ms;
	return missed_ms > moved_ms ? missed_ms : moved_ms;
}

/* What was collected before the pause is old; what is asked now is not. */
static void
tilt(struct life *l, int64_t away_ms)
{
	struct monitor *m = l->m;
	int64_t now_ms = loop_now_ms(m->loop);

	m->tilt_until_ms = now_ms + TILT_HOLD_MS;
	for (size_t i = 0; i < m->watched_count; i++)
		watched_wake(m->watched[i]);
	witnesses_wake(m->witnesses);
	log_service(LOG_LEVEL_WARNING, LOG_ID_PAUSED, NULL,
	    "was paused, or the clock moved, by %.1f s: forgets all samples "
	    "and holds for %d s",
	    (double)away_ms / 1000, TILT_HOLD_MS / 1000);
}

static void
look_at_clocks(struct life *l)
{
	int64_t now_ms = loop_now_ms(l->m->loop);
	int64_t wall_ms = loop_wall_ms();
	int64_t away_ms = life_tilt_ms(
	    BEAT_MS, now_ms - l->beat_ms, wall_ms - l->beat_wall_ms);

	l->beat_ms = now_ms;
	l->beat_wall_ms = wall_ms;
	if (away_ms > TILT_MS)
		tilt(l, away_ms);
}

/* No probe is long overdue; a share of the services each time. */
static bool
polls_go_on(struct life *l)
{
	struct monitor *m = l->m;
	int64_t now_ms = loop_now_ms(m->loop);

	for (size_t i = 0; i < CHECK_AT_ONCE && i < m->watched_count; i++) {
		l->checked = (l->checked + 1) % m->watched_count;
		if (watched_late_ms(m->watched[l->checked], now_ms) >= STUCK_MS)
			return false;
	}
	return true;
}

/*
 * Alive means progress: the store's thread answers, the loop comes round and
 * probes are asked when they are due.
 */
static bool
goes_on(struct life *l)
{
	uint64_t heartbeats = store_heartbeats(l->m->store);
	int64_t now_ms = loop_now_ms(l->m->loop);

	if (heartbeats != l->heartbeats) {
		l->heartbeats = heartbeats;
		l->store_ms = now_ms;
	}
	store_beat(l->m->store);
	return now_ms - l->store_ms < STUCK_MS && polls_go_on(l);
}

void
life_status(struct life *l)
{
	struct monitor *m = l->m;
	size_t bad = 0, acting = 0;

	for (size_t i = 0; i < m->watched_count; i++) {
		const struct rollback *r = watched_rollback(m->watched[i]);

		bad += service_verdict(watched_core(m->watched[i])) ==
		    VERDICT_TRIPPED;
		acting += r != NULL && rollback_acts(r);
	}
	(void)sd_notifyf(0,
	    "STATUS=%zu services, %zu bad, %zu rolling back%s%s",
	    m->watched_count, bad, acting,
	    m->shadow ? "; SHADOW: the configuration is broken" : "",
	    m->cannot_act ? "; NOT able to act" : "");
}

static void
on_beat(void *arg)
{
	struct life *l = arg;

	loop_timer_start(l->beat, BEAT_MS);
	look_at_clocks(l);
	if (goes_on(l) && l->is_watched)
		(void)sd_notify(0, "WATCHDOG=1");
	holds_expire(&l->m->holds, loop_now_ms(l->m->loop));
	reports_expire(l->m);
	retired_sweep(l->m);
	drills_look(l->m);
	recorder_look(l->m->recorder);
	if (l->beats % PRUNE_EVERY_BEATS == 0)
		store_prune(l->m->store, loop_wall_ms() - RETENTION_MS);
	/* Not before it is known what was under way. */
	if (l->beats % PRUNE_EVERY_BEATS == PRUNE_STEPS_BEAT)
		steps_prune(l->m->steps);
	if (l->beats++ % CHECK_EVERY_BEATS != 0)
		return;
	able_look(l->m->able);
	if (!l->is_ready)
		return;
	hold_alarm_look(l->m, loop_now_ms(l->m->loop));
	silence_look(l->silence, loop_now_ms(l->m->loop));
	life_status(l);
}

static void
on_signal(void *arg, int signal)
{
	struct life *l = arg;

	switch (signal) {
	case SIGHUP:
		acts_reload(l->m, NULL);
		return;
	case SIGUSR1:
		for (size_t i = 0; i < l->m->watched_count; i++)
			watched_poll_now(l->m->watched[i]);
		return;
	default:
		log_service(LOG_LEVEL_NOTICE, LOG_ID_STOPPING, NULL,
		    "stops: signal %d", signal);
		(void)sd_notify(0, "STOPPING=1");
		loop_stop(l->m->loop);
	}
}

struct life *
life_new(struct monitor *m)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	struct life *l = calloc(1, sizeof(*l));
	uint64_t usec;

	if (l == NULL)
		return NULL;
	l->m = m;
	l->is_watched = sd_watchdog_enabled(0, &usec) > 0;
	l->beat_ms = l->store_ms = loop_now_ms(m->loop);
	l->beat_wall_ms = loop_wall_ms();
	l->beat = loop_timer_new(m->loop, on_beat, l);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!loop_on_signal(m->loop, signals[i], on_signal, l)) {
			life_free(l);
			return NULL;
		}
	l->silence = silence_new(m);
	if (l->beat == NULL || l->silence == NULL) {
		life_free(l);
		return NULL;
	}
	loop_timer_start(l->beat, BEAT_MS);
	return l;
}

void
life_free(struct life *l)
{
	if (l == NULL)
		return;
	loop_timer_free(l->beat);
	silence_free(l->silence);
	free(l);
}

void
life_ready(struct life *l)
{
	l->is_ready = true;
	(void)sd_notify(0, "READY=1");
	life_status(l);
}

void
life_reloading(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

void
life_reloaded(void)
{
	(void)sd_notify(0, "READY=1");
}
