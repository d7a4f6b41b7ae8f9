#include "daemon/recorder_lines.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/recorder_versions.h"
#include "service/recording.h"

#define DIGEST_START UINT64_C(14695981039346656037)
#define DIGEST_FACTOR UINT64_C(1099511628211)

void
recorder_begin(
    struct text *t, int64_t at_ms, const char *event, const char *service)
{
	text_addf(t, "{\"at_ms\":%" PRId64, at_ms);
	recording_add_words(t, "event", event);
	recording_add_words(t, "service", service);
}

void
recorder_end(struct text *t)
{
	text_add(t, "}\n");
}

const char *
recorder_event_word(enum service_input_kind kind)
{
	static const char *const words[] = {
		[SERVICE_SAMPLE] = "sample",
		[SERVICE_FORGET] = "forget",
		[SERVICE_WITNESSED] = "witnessed",
		[SERVICE_DEPLOYED] = "deploy",
		[SERVICE_ACTED] = "acted",
		[SERVICE_INCIDENT] = "incident",
		[SERVICE_REPORTED] = "reported",
		[SERVICE_WITHDRAWN] = "withdrawn",
		[SERVICE_DISMISSED] = "dismissed",
		[SERVICE_MARK] = "mark",
		[SERVICE_SOAKED] = "soaked",
		[SERVICE_FOUND] = "found",
		[SERVICE_RECOVERED] = "recovered",
		[SERVICE_HEADING] = "heading",
	};

	return words[kind];
}

static void
add_report(struct text *t, const struct said_report *report)
{
	recording_add_words(t, "id", report->id);
	recording_add_words(t, "severity", severity_word(report->severity));
	recording_add_words(t, "class", report_class_word(report->class));
	recording_add_flag(t, "authority", report->has_authority);
}

void
recorder_input(struct text *t, const struct service_input *in, int64_t now_ms)
{
	switch (in->kind) {
	case SERVICE_SAMPLE:
		return;
	case SERVICE_FORGET:
	case SERVICE_WITNESSED:
		recording_add_int(t, "asked_ms", in->at_ms);
		return;
	case SERVICE_DEPLOYED:
		recorder_deployment(t, in);
		if (in->at_ms != now_ms)
			recording_add_int(t, "deployed_ms", in->at_ms);
		return;
	case SERVICE_ACTED:
		recorder_act(t, in);
		if (in->at_ms != now_ms)
			recording_add_int(t, "acted_ms", in->at_ms);
		return;
	case SERVICE_MARK:
	case SERVICE_SOAKED:
	case SERVICE_FOUND:
		if (in->kind == SERVICE_MARK)
			recording_add_words(
			    t, "mark", version_mark_word(in->mark));
		recording_add_words(t, "version", in->version);
		recording_add_words(t, "why", in->why);
		if (in->at_ms != now_ms)
			recording_add_int(t, "as_of_ms", in->at_ms);
		return;
	case SERVICE_HEADING:
		recording_add_words(t, "version", in->version);
		return;
	case SERVICE_RECOVERED:
		return;
	case SERVICE_INCIDENT:
		recording_add_flag(t, "open", in->is_open);
		return;
	case SERVICE_REPORTED:
		add_report(t, in->report);
		if (in->at_ms != now_ms)
			recording_add_int(t, "reported_ms", in->at_ms);
		return;
	case SERVICE_WITHDRAWN:
		recording_add_words(t, "id", in->id);
		return;
	case SERVICE_DISMISSED:
		recording_add_words(t, "rule", in->rule);
		recording_add_flag(t, "expired", in->expired);
		recording_add_int(t, "until_ms", in->until_ms);
		if (in->at_ms != now_ms)
			recording_add_int(t, "dismissed_ms", in->at_ms);
		return;
	}
}

void
recorder_time(struct text *t, const char *key, int64_t ms)
{
	if (ms != NEVER_MS)
		recording_add_int(t, key, ms);
}

/* Nothing where there are none. */
static void
add_times(struct text *t, const char *key, const int64_t *at_ms, size_t count)
{
	if (count == 0)
		return;
	text_addf(t, ",\"%s\":[", key);
	for (size_t i = 0; i < count; i++)
		text_addf(t, "%s%" PRId64, i == 0 ? "" : ",", at_ms[i]);
	text_add_char(t, ']');
}

/* What rules for what is cleared remember. */
static void
add_cleared(struct text *t, const struct service_settings *settings,
    const struct service_memory *memory)
{
	const char *before = ",\"cleared\":[";

	for (size_t i = 0; i < settings->rule_count; i++) {
		const struct clearing *c = &memory->clearings[i];

		if (settings->rules[i].when != RULE_WHEN_CLEARED)
			continue;
		text_addf(t, "%s{\"armed\":%s", before,
		    c->is_armed ? "true" : "false");
		recording_add_words(t, "rule", settings->rules[i].name);
		recorder_time(t, "acted_ms", c->acted_ms);
		text_add_char(t, '}');
		before = ",";
	}
	if (before[1] == '\0')
		text_add_char(t, ']');
}

static void
add_reports(struct text *t, const struct said *said)
{
	for (size_t i = 0; i < said->report_count; i++) {
		text_addf(t, "%s{\"reported_ms\":%" PRId64,
		    i == 0 ? ",\"reports\":[" : ",", said->reports[i].at_ms);
		add_report(t, &said->reports[i]);
		text_add_char(t, '}');
	}
	text_add(t, said->report_count > 0 ? "]" : "");
}

static void
add_dismissed(struct text *t, const struct service_settings *settings,
    const struct said *said)
{
	const char *before = ",\"dismissed\":[";

	for (size_t i = 0; i < settings->rule_count; i++) {
		const struct dismissal *d = &said->dismissals[i];

		if (!d->is_on)
			continue;
		text_addf(t, "%s{\"dismissed_ms\":%" PRId64, before, d->at_ms);
		recording_add_words(t, "rule", settings->rules[i].name);
		recording_add_flag(t, "expired", d->expired);
		recording_add_int(t, "until_ms", d->until_ms);
		text_add_char(t, '}');
		before = ",";
	}
	if (before[1] == '\0')
		text_add_char(t, ']');
}

static void
add_rule(struct text *t, const struct service_settings *settings,
    const struct recorder_mark *mark)
{
	recording_add_words(t, "rule",
	    mark->rule == 0 ? "" : settings->rules[mark->rule - 1].name);
}

void
recorder_decision(struct text *t, const struct service_settings *settings,
    const struct recorder_mark *mark)
{
	add_rule(t, settings, mark);
	recording_add_words(t, "action", action_word(mark->action));
	if (mark->guard != GUARD_NONE)
		recording_add_words(t, "guard", guard_word(mark->guard));
}

void
recorder_state(struct text *t, const struct recorder_mark *mark,
    const struct service_settings *settings,
    const struct service_memory *memory)
{
	recording_add_flag(t, "new", mark->epoch == 0);
	recorder_versions(t, &memory->versions);
	recorder_time(t, "deployed_ms", memory->deployed_ms);
	recorder_time(t, "changed_ms", memory->changed_ms);
	recorder_time(t, "acted_ms", memory->acted_ms);
	recorder_time(t, "witnessed_ms", memory->witnessed_ms);
	recording_add_flag(t, "incident", memory->has_incident);
	add_times(t, "acts", memory->act_ms, memory->act_count);
	add_times(t, "repeats", memory->repeat_ms, memory->repeat_count);
	recorder_discovery(t, &memory->discovery);
	recording_add_int(t, "soaked_ms", memory->soaked_ms);
	recorder_time(t, "soak_ticked_ms", memory->soak_ticked_ms);
	add_cleared(t, settings, memory);
	add_reports(t, &memory->said);
	add_dismissed(t, settings, &memory->said);
	recorder_ill(t, settings, memory);
	text_addf(
	    t, ",\"decision\":{\"action\":\"%s\"", action_word(mark->action));
	add_rule(t, settings, mark);
	if (mark->guard != GUARD_NONE)
		recording_add_words(t, "guard", guard_word(mark->guard));
	text_add_char(t, '}');
}

static void
add_hold(struct text *t, const struct surroundings *around)
{
	if (around->hold_reason == NULL) {
		text_add(t, ",\"hold\":null");
		return;
	}
	text_add(t, ",\"hold\":{\"reason\":");
	recording_write_words(t, around->hold_reason);
	recording_add_words(t, "author", around->hold_author);
	recorder_time(t, "until_ms", around->hold_until_ms);
	text_add_char(t, '}');
}

/* Who holds the locks that the rules need. */
static void
add_locks(struct text *t, const struct service *core,
    const struct surroundings *around)
{
	size_t count = service_settings(core)->rule_count;
	const char *before = "";

	text_add(t, ",\"locks\":{");
	for (unsigned i = 0; i < count; i++) {
		const char *lock = service_rule_lock(core, i), *holder = NULL;
		bool again = false;

		for (unsigned k = 0; k < i && lock != NULL; k++)
			again = again ||
			    (service_rule_lock(core, k) != NULL &&
				strcmp(service_rule_lock(core, k), lock) == 0);
		if (lock != NULL && !again && around->lock_holder != NULL)
			holder = around->lock_holder(around->lock_arg, lock);
		if (holder == NULL)
			continue;
		text_add(t, before);
		recording_write_words(t, lock);
		text_add_char(t, ':');
		recording_write_words(t, holder);
		before = ",";
	}
	text_add_char(t, '}');
}

/* Then it matters what the clock on the wall shows. */
static bool
has_calendar(const struct service_settings *s)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (s->rules[i].when_open.count > 0)
			return true;
	return s->when_maintained.count > 0;
}

/* The rules that were held for it. */
static void
add_correlated(struct text *t, const struct service *core,
    const struct surroundings *around)
{
	const struct service_settings *s = service_settings(core);
	const char *before = "";

	text_add(t, ",\"correlated\":[");
	for (unsigned i = 0; i < s->rule_count; i++) {
		if (around->correlated == NULL ||
		    s->rules[i].when != RULE_WHEN_TRIPPED ||
		    service_rule_verdict(core, i) != VERDICT_TRIPPED ||
		    around->correlated(around->correlated_arg, i) == NULL)
			continue;
		text_add(t, before);
		recording_write_words(t, s->rules[i].name);
		before = ",";
	}
	text_add_char(t, ']');
}

void
recorder_around(struct text *t, const struct service *core,
    const struct surroundings *around)
{
	recording_add_flag(t, "store_fails", around->store_fails);
	recording_add_flag(t, "shadow", around->shadow);
	add_hold(t, around);
	recording_add_int(t, "tilt_until_ms", around->tilt_until_ms);
	text_add(t, ",\"blind\":");
	recording_write_words(
	    t, around->blind_witness == NULL ? "" : around->blind_witness);
	recording_add_flag(t, "witnesses", around->has_witnesses);
	recording_add_flag(t, "running", around->run_is_on);
	recording_add_flag(t, "confirm", around->confirm);
	recording_add_flag(t, "approved", around->is_approved);
	recording_add_int(t, "limit_until_ms", around->limit_until_ms);
	if (has_calendar(service_settings(core)))
		recording_add_int(t, "wall_offset_ms", around->wall_offset_ms);
	add_correlated(t, core, around);
	add_locks(t, core, around);
}

uint64_t
recorder_digest(const char *bytes, size_t length)
{
	uint64_t digest = DIGEST_START;

	for (size_t i = 0; i < length; i++)
		digest = (digest ^ (unsigned char)bytes[i]) * DIGEST_FACTOR;
	return digest;
}
