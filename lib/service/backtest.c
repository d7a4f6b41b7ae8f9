#include "service/backtest_impl.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "service/inputs.h"

static bool
make_probes(struct backtest_service *t)
{
	const struct service_settings *s = t->settings;
	struct metric_name names[METRIC_NAMES_MAX];

	t->probes = calloc(s->probe_count + 1, sizeof(*t->probes));
	for (unsigned i = 0; t->probes != NULL && i < s->probe_count; i++) {
		struct backtest_probe *p = &t->probes[i];

		p->count = service_metrics(s, i, names);
		p->names = calloc(p->count + 1, sizeof(names[0]));
		if (p->names == NULL)
			return false;
		memcpy(p->names, names, p->count * sizeof(names[0]));
	}
	return t->probes != NULL;
}

struct backtest *
backtest_new(const struct backtest_settings *settings, struct text *out)
{
	struct backtest *b = calloc(1, sizeof(*b));
	bool ok;

	if (b == NULL)
		return NULL;
	b->settings = *settings;
	b->out = out;
	b->is_ready = true;
	b->first_ms = NEVER_MS;
	b->now_ms = NEVER_MS;
	b->services = calloc(settings->service_count + 1, sizeof(*b->services));
	b->reactions_ms =
	    calloc(BACKTEST_ROLLBACKS_MAX, sizeof(*b->reactions_ms));
	b->act_ms = calloc(ROLLBACKS_PER_HOUR_MAX, sizeof(*b->act_ms));
	b->acts = (struct act_times){ .at_ms = b->act_ms,
		.max = ROLLBACKS_PER_HOUR_MAX };
	b->groups = groups_new(settings->services, settings->service_count);
	ok = b->services != NULL && b->reactions_ms != NULL &&
	    b->act_ms != NULL && b->groups != NULL && backtest_names_make(b);
	for (size_t i = 0; ok && i < settings->service_count; i++) {
		b->services[i].settings = &settings->services[i];
		b->services[i].backtest = b;
		b->services[i].index = (unsigned)i;
		ok = make_probes(&b->services[i]);
	}
	if (ok)
		return b;
	backtest_free(b);
	return NULL;
}

static void
free_service(struct backtest_service *t)
{
	if (t->settings == NULL)
		return;
	backtest_forget(t);
	for (size_t i = 0; t->probes != NULL && i < t->settings->probe_count;
	     i++)
		free(t->probes[i].names);
	free(t->probes);
}

void
backtest_free(struct backtest *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; b->services != NULL && i < b->settings.service_count;
	     i++)
		free_service(&b->services[i]);
	for (size_t i = 0; i < b->class_count; i++)
		free(b->classes[i]);
	free(b->services);
	free(b->names);
	free(b->reactions_ms);
	free(b->act_ms);
	groups_free(b->groups);
	free(b);
}

/* Where in values it goes: as a rule behind the one before. */
static size_t
slot_of(struct backtest_probe *p, const struct recording_words *name)
{
	struct metric_name *likely = &p->names[p->likely];
	size_t slot;

	if (p->likely < p->count && !likely->is_counter &&
	    strlen(likely->text) == name->length &&
	    memcmp(likely->text, name->bytes, name->length) == 0)
		return p->likely++;
	slot = recording_slot(p->names, p->count, name);
	p->likely = slot + 1 < p->count ? slot + 1 : 0;
	return slot;
}

static bool
take_values(struct backtest *b, struct backtest_service *t, unsigned probe,
    const struct recording_sample *in, struct sample *s, struct error *err)
{
	struct backtest_probe *p = &t->probes[probe];

	for (size_t i = 0; i < p->count; i++)
		b->values[i] = (double)NAN;
	for (size_t i = 0; i < in->value_count; i++) {
		const struct recording_value *v = &in->values[i];
		size_t slot = slot_of(p, &v->name);

		if (slot < p->count)
			b->values[slot] = v->value;
		else if (!backtest_unknown(b, err,
			     "evaluator that asks probe %s/%s for %.*s",
			     t->settings->name, t->settings->probes[probe].name,
			     (int)(v->name.length > 128 ? 128 : v->name.length),
			     v->name.bytes))
			return false;
	}
	s->values = b->values;
	s->value_count = (unsigned)p->count;
	return true;
}

static bool
has_value(const struct backtest_service *t, unsigned probe)
{
	return probe_traits(&t->settings->probes[probe])->has_value;
}

static bool
take_sample(
    struct backtest *b, const struct recording_sample *in, struct error *err)
{
	const struct backtest_name *n = backtest_find(b, in);
	struct backtest_service *t;
	struct sample s = { .asked_ms = in->asked_ms,
		.answered_ms = in->at_ms,
		.outcome = in->outcome,
		.latency_ms = in->latency_ms,
		.phases = { -1, -1, -1, -1, -1 },
		.status = in->status,
		.is_recheck = in->is_recheck };
	char version[SAMPLE_VERSION_MAX]; /* it was made sure that it fits */

	if (in->version.length > 0) {
		memcpy(version, in->version.bytes, in->version.length);
		version[in->version.length] = '\0';
		s.version = version;
	}
	if (n == NULL)
		return backtest_unknown(b, err, "probe %.*s/%.*s",
		    (int)in->service.length, in->service.bytes,
		    (int)in->probe.length, in->probe.bytes);
	t = &b->services[n->service];
	if (!backtest_begin(b, t, err))
		return false;
	if (in->outcome != SAMPLE_OK)
		s.failure = backtest_class(b, &in->failure);
	if (in->has_value && has_value(t, n->probe)) {
		b->values[0] = in->value;
		s.values = b->values;
		s.value_count = isnan(in->value) ? 0U : 1U;
	}
	if (in->value_count > 0 && !take_values(b, t, n->probe, in, &s, err))
		return false;
	b->samples++;
	t->counts.samples++;
	t->probes[n->probe].samples++;
	/* A recording says itself what was forgotten. */
	if (!b->is_recording)
		groups_settle(b->groups, t->index, t->core, in->now_ms);
	service_observe(t->core, n->probe, &s);
	backtest_hear_news(b, t);
	groups_sampled(b->groups, t->index, t->core, in->now_ms);
	b->pending = t;
	b->pending_ms = in->now_ms;
	return true;
}

bool
backtest_clock(struct backtest *b, int64_t at_ms, struct error *err)
{
	if (at_ms < b->now_ms)
		return error_set(err,
		    "it is %" PRId64 " ms earlier than the line before: lines "
		    "must be in the order of at_ms (or of now_ms, where that "
		    "is said); --sort puts them there",
		    b->now_ms - at_ms);
	b->now_ms = at_ms;
	if (b->first_ms == NEVER_MS)
		b->first_ms = at_ms;
	return true;
}

bool
backtest_take(
    struct backtest *b, const struct recording_line *line, struct error *err)
{
	const struct recording_sample *s = &line->sample;

	b->lines++;
	if (line->event != NULL) {
		b->events++;
		return backtest_event(b, line, err);
	}
	backtest_settle(b);
	return backtest_clock(b, s->now_ms, err) && take_sample(b, s, err);
}

bool
backtest_line(
    struct backtest *b, const char *bytes, size_t length, struct error *err)
{
	bool ok;

	if (!recording_read(bytes, length, &b->line, err))
		return false;
	ok = backtest_take(b, &b->line, err);
	recording_end(&b->line);
	return ok;
}

void
backtest_end(struct backtest *b)
{
	backtest_settle(b);
	for (size_t i = 0; b->settings.verify && i < b->settings.service_count;
	     i++) {
		struct backtest_service *t = &b->services[i];

		if (t->core != NULL && t->is_unmatched)
			backtest_tell_difference(b, t, "backtest",
			    t->settings->rules[t->decision.rule].name,
			    action_word(t->decision.decision.action),
			    guard_word(t->decision.decision.guard),
			    t->decided_ms);
	}
	backtest_tell_summary(b);
}

size_t
backtest_differences(const struct backtest *b)
{
	return b->differences;
}

const char *
backtest_recorded_digest(const struct backtest *b)
{
	return b->digest;
}

uint64_t
backtest_skipped(const struct backtest *b)
{
	return b->skipped;
}

const char *
backtest_unheard(const struct backtest *b, size_t index, struct text *words)
{
	for (size_t i = 0; i < b->settings.service_count; i++) {
		const struct backtest_service *t = &b->services[i];

		for (size_t k = 0; k < t->settings->probe_count; k++) {
			if (t->probes[k].samples > 0 || index-- > 0)
				continue;
			text_clear(words);
			text_addf(words, "%s/%s", t->settings->name,
			    t->settings->probes[k].name);
			return text_str(words);
		}
	}
	return NULL;
}
