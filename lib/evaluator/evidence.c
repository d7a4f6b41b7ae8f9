/* The samples that an evaluator keeps to show why it trips. */
#include <stdlib.h>

#include "evaluator/evaluator_impl.h"

#define ROOM_AT_FIRST 2

static struct sample *
sample_at(struct evidence *v, unsigned i)
{
	return &v->samples[(v->first + i) % v->room];
}

/* As few tell of most troubles, room is taken as it is needed. */
static struct evidence *
roomier(struct evidence *old)
{
	unsigned room = old == NULL ? ROOM_AT_FIRST : old->room * 2U;
	struct evidence *v;

	if (room > EVIDENCE_MAX)
		room = EVIDENCE_MAX;
	v = malloc(sizeof(*v) + room * sizeof(v->samples[0]));
	if (v == NULL)
		return NULL;
	*v = (struct evidence){ .room = (uint8_t)room };
	for (unsigned i = 0; old != NULL && i < old->count; i++)
		v->samples[v->count++] = *sample_at(old, i);
	return v;
}

static bool
is_full(const struct evidence *v)
{
	return v == NULL || v->count == v->room;
}

static void
drop(struct evaluator *e, unsigned oldest)
{
	struct evidence *v = e->evidence;

	v->count = (uint8_t)(v->count - oldest);
	v->first = (uint8_t)((v->first + oldest) % v->room);
	if (v->count == 0)
		evaluator_forget(e);
}

struct sample *
evaluator_keep(struct evaluator *e, const struct sample *s)
{
	struct sample *kept;

	if (is_full(e->evidence) &&
	    (e->evidence == NULL || e->evidence->room < EVIDENCE_MAX)) {
		struct evidence *more = roomier(e->evidence);

		if (more == NULL && e->evidence == NULL)
			return NULL;
		if (more != NULL) {
			free(e->evidence);
			e->evidence = more;
		}
	}
	/* The newest takes the place of the oldest. */
	if (is_full(e->evidence)) {
		e->evidence->first =
		    (uint8_t)((e->evidence->first + 1U) % e->evidence->room);
		e->evidence->count--;
	}
	kept = sample_at(e->evidence, e->evidence->count++);
	*kept = *s;
	kept->values = NULL;
	kept->value_count = 0;
	return kept;
}

void
evaluator_keep_only(struct evaluator *e, uint64_t newest)
{
	if (e->evidence != NULL && e->evidence->count > newest)
		drop(e, e->evidence->count - (unsigned)newest);
}

void
evaluator_keep_since(struct evaluator *e, int64_t first_ms)
{
	unsigned old = 0;

	if (e->evidence == NULL)
		return;
	while (old < e->evidence->count &&
	    sample_at(e->evidence, old)->answered_ms < first_ms)
		old++;
	if (old > 0)
		drop(e, old);
}

void
evaluator_forget(struct evaluator *e)
{
	free(e->evidence);
	e->evidence = NULL;
}

size_t
evaluator_evidence(
    const struct evaluator *e, struct sample *samples, size_t max)
{
	struct evidence *v = e->evidence;
	size_t held = v == NULL ? 0 : v->count;
	size_t count = held < max ? held : max;

	for (size_t i = 0; i < count; i++)
		samples[i] = *sample_at(v, (unsigned)(held - count + i));
	return count;
}
