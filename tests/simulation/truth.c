/* What is really so, which the daemon can only ask about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/sim.h"

#define RELEASES_MAX 512

enum trouble {
	TROUBLE_NONE,
	TROUBLE_FLAPS, /* every other answer or so */
	TROUBLE_DOWN,  /* bad, whatever the release */
	TROUBLE_LOST,  /* we cannot even ask */
	TROUBLE_KINDS
};

struct release {
	char version[16];
	bool is_bad;
};

struct host_service {
	struct release releases[RELEASES_MAX];
	unsigned count;
	bool is_bad; /* what runs there */
	enum trouble trouble;
	int64_t trouble_until_ms;
};

static struct host_service hosts[ESTATE_SERVICES];
static int64_t blind_from_ms, blind_until_ms; /* our own uplink */

void
truth_begin(void)
{
	memset(hosts, 0, sizeof(hosts));
	blind_from_ms = blind_until_ms = SIM_NEVER;
}

bool
truth_is_blind(void)
{
	return sim.now_ms >= blind_from_ms && sim.now_ms < blind_until_ms;
}

static struct release *
find(struct host_service *h, const char *version)
{
	for (unsigned i = h->count; i > 0; i--)
		if (strcmp(h->releases[i - 1].version, version) == 0)
			return &h->releases[i - 1];
	return NULL;
}

void
truth_deployed(unsigned service, const char *version, bool is_bad)
{
	struct host_service *h = &hosts[service];
	struct release *r = find(h, version);

	if (r == NULL && h->count < RELEASES_MAX)
		r = &h->releases[h->count++];
	if (r == NULL)
		return;
	(void)snprintf(r->version, sizeof(r->version), "%s", version);
	r->is_bad = is_bad;
	h->is_bad = is_bad;
}

void
truth_switched(unsigned service, const char *version)
{
	const struct release *r =
	    version == NULL ? NULL : find(&hosts[service], version);

	if (r != NULL)
		hosts[service].is_bad = r->is_bad;
}

/* Whether it was that, who knows. */
void
truth_restarted(unsigned service)
{
	if (one_in(2))
		hosts[service].is_bad = false;
}

bool
truth_is_bad(unsigned service)
{
	return hosts[service].is_bad;
}

static struct answer
good(void)
{
	return (struct answer){ SAMPLE_OK, 5 + (int64_t)roll(200) };
}

static struct answer
bad(void)
{
	struct answer a = { SAMPLE_FAILED, 5 + (int64_t)roll(200) };

	if (one_in(4))
		a.latency_ms = ESTATE_TIMEOUT_MS;
	return a;
}

struct answer
truth_answer(unsigned service)
{
	const struct host_service *h = &hosts[service];
	enum trouble now =
	    sim.now_ms < h->trouble_until_ms ? h->trouble : TROUBLE_NONE;

	if (truth_is_blind())
		return (struct answer){ SAMPLE_FAILED, ESTATE_TIMEOUT_MS };
	if (now == TROUBLE_LOST || (!sim.is_quiet && one_in(200)))
		return (struct answer){ SAMPLE_LOST, 1 };
	if (now == TROUBLE_DOWN)
		return bad();
	if (now == TROUBLE_FLAPS)
		return one_in(2) ? bad() : good();
	/* A single odd answer means nothing. */
	if (!sim.is_quiet && one_in(300))
		return h->is_bad ? good() : bad();
	return h->is_bad ? bad() : good();
}

struct answer
truth_witness(void)
{
	if (truth_is_blind())
		return (struct answer){ SAMPLE_FAILED, ESTATE_TIMEOUT_MS };
	if (!sim.is_quiet && one_in(500))
		return bad();
	return good();
}

void
truth_trouble(void)
{
	unsigned service = (unsigned)roll(ESTATE_SERVICES);
	struct host_service *h = &hosts[service];

	if (one_in(5)) {
		blind_from_ms = sim.now_ms;
		blind_until_ms =
		    sim.now_ms + span_between(SECOND_MS, 5 * MINUTE_MS);
		say("the uplink is gone for %d s",
		    (int)(blind_until_ms - blind_from_ms) / SECOND_MS);
		return;
	}
	h->trouble = 1 + (unsigned)roll(TROUBLE_KINDS - 1);
	h->trouble_until_ms =
	    sim.now_ms + span_between(SECOND_MS, 12 * MINUTE_MS);
	say("%s %s for %d s", estate_service(0, service).name,
	    h->trouble == TROUBLE_FLAPS    ? "flaps" :
		h->trouble == TROUBLE_DOWN ? "is down" :
					     "cannot be asked",
	    (int)(h->trouble_until_ms - sim.now_ms) / SECOND_MS);
}

void
truth_calm(void)
{
	blind_until_ms = SIM_NEVER;
	for (unsigned i = 0; i < ESTATE_SERVICES; i++)
		hosts[i].trouble = TROUBLE_NONE;
}
