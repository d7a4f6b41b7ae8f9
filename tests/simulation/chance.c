/* What happens, and when: all of it follows from the seed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

/* xorshift64*: Marsaglia 2003, Vigna 2016. */
uint64_t
roll(uint64_t sides)
{
	sim.dice ^= sim.dice >> 12;
	sim.dice ^= sim.dice << 25;
	sim.dice ^= sim.dice >> 27;
	return (sim.dice * UINT64_C(2685821657736338717) >> 32) % sides;
}

bool
one_in(uint64_t sides)
{
	return roll(sides) == 0;
}

int64_t
span_between(int64_t from_ms, int64_t to_ms)
{
	return from_ms + (int64_t)roll((uint64_t)(to_ms - from_ms + 1));
}

static unsigned releases[ESTATE_SERVICES];

static void
deploy(void)
{
	unsigned i = (unsigned)roll(ESTATE_SERVICES);
	struct estate_service s = estate_service(0, i);
	char args[256], version[16], previous[64] = "";
	bool is_bad = one_in(3);
	bool verified = !is_bad && one_in(2);

	if (!one_in(8))
		releases[i]++; /* else the same once more */
	(void)snprintf(version, sizeof(version), "v%u", releases[i]);
	if (releases[i] > 1 && one_in(3))
		(void)snprintf(previous, sizeof(previous),
		    ",\"previous\":\"v%u\"",
		    releases[i] - 1 - (one_in(4) && releases[i] > 2));
	(void)snprintf(args, sizeof(args),
	    "{\"service\":\"%s\",\"version\":\"%s\"%s%s}", s.name, version,
	    previous, verified ? ",\"verified\":true" : "");
	truth_deployed(i, version, is_bad);
	say("%s of %s is %s", version, s.name, is_bad ? "bad" : "good");
	sim.deployments++;
	host_order(VERB_DEPLOY, args);
}

static void
release(void)
{
	char args[128];

	(void)snprintf(
	    args, sizeof(args), "{\"service\":\"%s\"}", oracle_any_hold());
	host_order(VERB_RELEASE, args);
}

static void
hold(void)
{
	char args[256], scope[64] = "", span[64] = "";

	if (oracle_any_hold() != NULL && !one_in(3)) {
		release();
		return;
	}
	if (one_in(2))
		(void)snprintf(scope, sizeof(scope), ",\"service\":\"%s\"",
		    estate_service(0, (unsigned)roll(ESTATE_SERVICES)).name);
	if (!one_in(4) || scope[0] != '\0')
		(void)snprintf(span, sizeof(span), ",\"for_ms\":%" PRId64,
		    span_between(MINUTE_MS, 40 * MINUTE_MS));
	(void)snprintf(
	    args, sizeof(args), "{\"reason\":\"why not\"%s%s}", scope, span);
	host_order(VERB_HOLD, args);
}

static void
order(void)
{
	char args[128];

	unsigned service = (unsigned)roll(ESTATE_SERVICES);

	/* Nothing else sets off what asks in the middle. */
	if (one_in(3))
		service = estate_find("mail");
	(void)snprintf(args, sizeof(args),
	    "{\"service\":\"%s\",\"reason\":\"because\"}",
	    estate_service(0, service).name);
	host_order(VERB_ROLLBACK, args);
}

/* A step that asks, if there is one: mostly yes. */
static void
answer(void)
{
	const char *id = oracle_any_open();
	char args[128];

	if (id == NULL)
		return;
	(void)snprintf(args, sizeof(args),
	    "{\"incident\":\"%s\",\"reason\":\"as it seems\"}", id);
	host_order(one_in(3) ? VERB_REJECT : VERB_APPROVE, args);
}

static void
abort_one(void)
{
	const char *id = oracle_any_open();
	char args[128];

	if (id == NULL)
		return;
	(void)snprintf(args, sizeof(args),
	    "{\"incident\":\"%s\",\"reason\":\"enough\"}", id);
	host_order(VERB_ABORT, args);
}

/* The whole host stands still, or only the wall clock jumps. */
static void
pause_host(void)
{
	int64_t ms = span_between(4 * SECOND_MS, 3 * MINUTE_MS);

	if (one_in(3)) {
		sim.wall_ahead_ms += one_in(2) ? ms : -ms;
		say("the wall clock jumps by %d s", (int)(ms / SECOND_MS));
	} else {
		sim.now_ms += ms;
		say("nothing ran for %d s", (int)(ms / SECOND_MS));
	}
	oracle_paused();
}

static void
reload(void)
{
	sim.variant_on_disk = (unsigned)roll(ESTATE_VARIANTS);
	say("configuration %u is put in place", sim.variant_on_disk);
	host_reload();
}

static struct loop_timer *start_timer, *crash_timer;

static void
on_start(void *arg)
{
	(void)arg;
	host_start();
}

static void
crash_for(int64_t ms)
{
	if (!sim.is_up)
		return;
	host_crash();
	loop_timer_start(start_timer, ms);
}

static void
on_crash(void *arg)
{
	(void)arg;
	crash_for(span_between(300, 2500));
}

static void
crash(void)
{
	crash_for(span_between(300, 20 * SECOND_MS));
}

static void
reboot(void)
{
	say("the host reboots");
	steps_reboot();
	sim.boot++;
	crash_for(span_between(10 * SECOND_MS, 2 * MINUTE_MS));
}

static struct loop_timer *disk_timer;

static void
on_disk_works(void *arg)
{
	(void)arg;
	say("the disk works again");
	sim.disk_fails = false;
}

static void
break_disk(void)
{
	say("the disk fails");
	sim.disk_fails = true;
	loop_timer_start(disk_timer, span_between(100, 4 * MINUTE_MS));
}

static const struct happening {
	void (*happen)(void);
	int64_t every_ms; /* on the average */
	bool needs_daemon;
} happenings[] = {
	{ deploy, 20 * MINUTE_MS, true },
	{ hold, 90 * MINUTE_MS, true },
	{ order, 90 * MINUTE_MS, true },
	{ answer, 4 * MINUTE_MS, true },
	{ abort_one, 20 * MINUTE_MS, true },
	{ pause_host, 240 * MINUTE_MS, true },
	{ reload, 150 * MINUTE_MS, true },
	{ crash, 240 * MINUTE_MS, true },
	{ reboot, 480 * MINUTE_MS, true },
	{ break_disk, 360 * MINUTE_MS, false },
	{ truth_trouble, 45 * MINUTE_MS, false },
};

#define HAPPENINGS (sizeof(happenings) / sizeof(happenings[0]))

static struct loop_timer *timers[HAPPENINGS];

static void
on_happening(void *arg)
{
	const struct happening *h = arg;
	size_t i = (size_t)(h - happenings);

	if (sim.is_quiet) {
		if (sim.is_up && sim.monitor->is_ready && oracle_any_hold())
			release();
		loop_timer_start(timers[i], MINUTE_MS);
		return;
	}
	loop_timer_start(timers[i], span_between(1, 2 * h->every_ms));
	if (!h->needs_daemon ||
	    (sim.is_up && sim.monitor != NULL && sim.monitor->is_ready))
		h->happen();
}

/* The worst moments are those right behind something was stored. */
void
chance_row(const char *kind)
{
	bool is_grave = strcmp(kind, EVENT_NOTIFIED) != 0 &&
	    strcmp(kind, EVENT_DEPLOY) != 0;

	if (!sim.is_quiet && one_in(is_grave ? 25 : 400) &&
	    !loop_timer_runs(crash_timer))
		loop_timer_start(crash_timer, span_between(0, 30));
}

static struct loop_timer *look_timer;

static void
on_look(void *arg)
{
	(void)arg;
	loop_timer_start(look_timer, MINUTE_MS);
	oracle_look();
}

void
chance_begin(void)
{
	memset(releases, 0, sizeof(releases));
	start_timer = world_timer(on_start, NULL);
	crash_timer = world_timer(on_crash, NULL);
	disk_timer = world_timer(on_disk_works, NULL);
	look_timer = world_timer(on_look, NULL);
	loop_timer_start(look_timer, MINUTE_MS);
	for (size_t i = 0; i < HAPPENINGS; i++) {
		timers[i] = world_timer(
		    on_happening, (void *)(uintptr_t)&happenings[i]);
		loop_timer_start(
		    timers[i], span_between(1, 2 * happenings[i].every_ms));
	}
}
