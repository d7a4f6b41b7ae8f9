#include "daemon/recorder_versions.h"

#include <inttypes.h>

#include "daemon/recorder_lines.h"
#include "service/recording.h"

void
recorder_deployment(struct text *t, const struct service_input *in)
{
	recording_add_words(t, "version", in->version);
	recording_add_words(t, "previous", in->previous);
	recording_add_words(t, "by", in->by);
	recording_add_words(t, "incompatible", in->incompatible);
	recording_add_flag(t, "verified", in->verified);
	text_add(t, ",\"ill\":[");
	for (size_t i = 0; i < in->ill_count; i++) {
		text_addf(t, "%s{\"since_ms\":%" PRId64, i == 0 ? "" : ",",
		    in->ill[i].since_ms);
		recording_add_words(t, "rule", in->ill[i].rule);
		text_add_char(t, '}');
	}
	text_add_char(t, ']');
}

void
recorder_act(struct text *t, const struct service_input *in)
{
	recording_add_words(t, "version", in->version);
	recording_add_words(t, "from", in->from);
	recording_add_words(t, "rule", in->rule);
	recording_add_words(t, "procedure", in->procedure);
	recording_add_words(t, "why", in->why);
	if (in->not_recovered)
		recording_add_flag(t, "not_recovered", true);
	if (in->had_tripped)
		recording_add_flag(t, "had_tripped", true);
}

static void
add_version(struct text *t, const struct version *x)
{
	text_addf(t, "{\"state\":\"%s\"", version_state_word(x->state));
	recording_add_words(t, "version", x->name);
	recording_add_words(t, "by", x->by);
	recording_add_words(t, "why", x->why);
	recording_add_words(t, "incompatible", x->incompatible);
	recording_add_int(t, "seq", x->seq);
	if (x->incompatible[0] != '\0')
		recording_add_int(t, "wall_seq", x->wall_seq);
	recorder_time(t, "placed_ms", x->placed_ms);
	recorder_time(t, "judged_ms", x->judged_ms);
	text_add_char(t, '}');
}

void
recorder_versions(struct text *t, const struct versions *v)
{
	text_addf(
	    t, ",\"versions\":{\"back\":%s", v->is_back ? "true" : "false");
	recording_add_flag(t, "astray", v->is_astray);
	recording_add_int(t, "seq", v->seq);
	recording_add_words(t, "now", v->now);
	recording_add_words(t, "previous", v->previous);
	recording_add_words(t, "hint", v->hint);
	recording_add_words(t, "suspect", v->suspect);
	text_add(t, ",\"items\":[");
	for (unsigned i = 0; i < v->count; i++) {
		text_add(t, i == 0 ? "" : ",");
		add_version(t, &v->items[i]);
	}
	text_add(t, "]}");
}

void
recorder_discovery(struct text *t, const struct discovery *d)
{
	text_addf(t, ",\"discovery\":{\"streak\":%u", d->streak);
	recording_add_int(t, "others", d->others);
	recording_add_flag(t, "arrived", d->has_arrived);
	recording_add_words(t, "seen", d->seen);
	recording_add_words(t, "candidate", d->candidate);
	recording_add_words(t, "heading", d->heading);
	recorder_time(t, "first_ms", d->first_ms);
	recorder_time(t, "before_ms", d->before_ms);
	recorder_time(t, "in_place_ms", d->in_place_ms);
	text_add_char(t, '}');
}

/* Rules that held before the last deployment, and never let go since. */
void
recorder_ill(struct text *t, const struct service_settings *settings,
    const struct service_memory *memory)
{
	const char *before = ",\"ill\":[";

	for (size_t i = 0; i < settings->rule_count; i++) {
		const struct illness *ill = &memory->illnesses[i];

		if (!ill->is_on)
			continue;
		text_addf(t, "%s{\"since_ms\":%" PRId64, before, ill->since_ms);
		recording_add_words(t, "rule", settings->rules[i].name);
		recorder_time(t, "deployed_ms", ill->deployed_ms);
		text_add_char(t, '}');
		before = ",";
	}
	if (before[1] == '\0')
		text_add_char(t, ']');
}
