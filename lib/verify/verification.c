#include "verify/verification.h"

#include <assert.h>
#include <stdlib.h>

#include "base/bug.h"

struct verification {
	const struct verify_settings *settings;
	enum verification_state state;
	int64_t begin_ms;
	int64_t deadline_ms;
	unsigned successes[]; /* in a row, one a probe */
};

static bool
is_proven(const struct verification *v)
{
	for (size_t i = 0; i < v->settings->probes.count; i++)
		if (v->successes[i] < v->settings->successes)
			return false;
	return true;
}

struct verification *
verification_new(const struct verify_settings *settings)
{
	size_t probes = settings->probes.count;
	struct verification *v;

	assert(probes >= 1);
	assert(settings->successes >= 1);

	v = calloc(1, sizeof(*v) + probes * sizeof(v->successes[0]));
	if (v == NULL)
		return NULL;
	v->settings = settings;
	v->begin_ms = v->deadline_ms = INT64_MAX;
	return v;
}

void
verification_free(struct verification *v)
{
	free(v);
}

void
verification_begin(struct verification *v, int64_t now_ms)
{
	v->state = VERIFICATION_PENDING;
	v->begin_ms = now_ms;
	v->deadline_ms = now_ms + v->settings->within_ms;
	for (size_t i = 0; i < v->settings->probes.count; i++)
		v->successes[i] = 0;
}

enum verification_state
verification_observe(
    struct verification *v, unsigned probe, const struct sample *s)
{
	assert(probe < v->settings->probes.count);

	verification_tick(v, s->answered_ms);
	if (v->state != VERIFICATION_PENDING)
		return v->state;
	/* An answer about what was there before the last step ended. */
	if ((s->asked_ms < v->begin_ms && !BUG(VERIFY_BY_OLD_ANSWERS)) ||
	    (s->outcome == SAMPLE_LOST && !BUG(VERIFY_BY_LOST_ANSWERS)))
		return v->state;

	if (s->outcome != SAMPLE_FAILED)
		v->successes[probe]++;
	else
		v->successes[probe] = 0;
	if (is_proven(v))
		v->state = VERIFICATION_PASSED;
	return v->state;
}

enum verification_state
verification_tick(struct verification *v, int64_t now_ms)
{
	if (v->state == VERIFICATION_PENDING && now_ms >= v->deadline_ms)
		v->state = VERIFICATION_FAILED;
	return v->state;
}

int64_t
verification_deadline_ms(const struct verification *v)
{
	return v->deadline_ms;
}

unsigned
verification_successes(const struct verification *v, unsigned probe)
{
	assert(probe < v->settings->probes.count);
	return v->successes[probe];
}
