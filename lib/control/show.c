#include "control/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/show_impl.h"

#define LIST_MAX_BYTES ((size_t)1024 * 1024)
#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static show_page *const pages[VERB_COUNT] = {
	[VERB_STATUS] = show_status,
	[VERB_WHY] = show_why,
	[VERB_HISTORY] = show_history,
	[VERB_INCIDENT] = show_incident,
	[VERB_DEPLOY] = show_deploy,
	[VERB_ROLLBACK] = show_rollback,
	[VERB_ABORT] = show_abort,
	[VERB_HOLD] = show_hold,
	[VERB_RELEASE] = show_release,
	[VERB_PROBE] = show_probe,
	[VERB_BEAT] = show_beat,
	[VERB_BASELINE] = show_baseline,
	[VERB_RELOAD] = show_reload,
	[VERB_VERSION] = show_version,
	[VERB_AUDIT] = show_audit,
	[VERB_VERSIONS] = show_versions,
	[VERB_MARK] = show_mark,
	[VERB_METRICS] = show_own_metrics,
	[VERB_APPROVE] = show_approve,
	[VERB_REJECT] = show_reject,
	[VERB_SEVERITY] = show_severity,
	[VERB_REPORT] = show_report,
	[VERB_RESOLVE] = show_resolve,
	[VERB_NOTIFY] = show_notify,
	[VERB_DRILL] = show_drill,
};

static const struct {
	const char *word;
	enum tint tint;
} tints[] = {
	{ "healthy", TINT_GOOD },
	{ "ok", TINT_GOOD },
	{ "recovered", TINT_GOOD },
	{ "cleared", TINT_GOOD },
	{ "not_needed", TINT_GOOD },
	{ "good", TINT_GOOD },
	{ "watching", TINT_GOOD },
	{ "bad", TINT_BAD },
	{ "failed", TINT_BAD },
	{ "tripped", TINT_BAD },
	{ "not_recovered", TINT_BAD },
	{ "interrupted", TINT_BAD },
	{ "quarantined", TINT_BAD },
	{ "withdrawn", TINT_BAD },
	{ "shadow", TINT_BUSY },
	{ "starting", TINT_BUSY },
	{ "stopping", TINT_BUSY },
	{ "rolling_back", TINT_BUSY },
	{ "roll_back", TINT_BUSY },
	{ "verifying", TINT_BUSY },
	{ "holding", TINT_BUSY },
	{ "hold", TINT_BUSY },
	{ "propose", TINT_BUSY },
	{ "await_approval", TINT_BUSY },
	{ "aborted", TINT_BUSY },
	{ "expired", TINT_BAD },
	{ "rejected", TINT_BUSY },
	{ "approved", TINT_BUSY },
	{ "awaiting", TINT_BUSY },
	{ "open", TINT_BUSY },
	{ "lost", TINT_BUSY },
	{ "soaking", TINT_BUSY },
};

enum tint
show_tint(const char *word)
{
	for (size_t i = 0; word != NULL && i < sizeof(tints) / sizeof(tints[0]);
	     i++)
		if (strcmp(tints[i].word, word) == 0)
			return tints[i].tint;
	return TINT_NONE;
}

const char *
show_moment(struct json_object *o, const char *key, char buffer[MOMENT_MAX])
{
	struct tm tm;
	int64_t wall_ms;
	time_t seconds;

	(void)snprintf(buffer, MOMENT_MAX, "-");
	if (!json_int(o, key, &wall_ms) || wall_ms < 0)
		return buffer;
	seconds = (time_t)(wall_ms / 1000);
	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(buffer, MOMENT_MAX, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		(void)snprintf(buffer, MOMENT_MAX, "-");
	return buffer;
}

/* Two units of which the smaller is left out when it is zero. */
static void
write_units(char buffer[SPAN_MAX], int64_t large, const char *large_unit,
    int64_t small, const char *small_unit)
{
	if (small == 0)
		(void)snprintf(
		    buffer, SPAN_MAX, "%lld%s", (long long)large, large_unit);
	else
		(void)snprintf(buffer, SPAN_MAX, "%lld%s%lld%s",
		    (long long)large, large_unit, (long long)small, small_unit);
}

const char *
show_span(int64_t ms, char buffer[SPAN_MAX])
{
	if (ms < 0)
		ms = 0;
	if (ms >= DAY_MS)
		write_units(
		    buffer, ms / DAY_MS, "d", ms % DAY_MS / HOUR_MS, "h");
	else if (ms >= HOUR_MS)
		write_units(
		    buffer, ms / HOUR_MS, "h", ms % HOUR_MS / MINUTE_MS, "m");
	else if (ms >= MINUTE_MS)
		write_units(buffer, ms / MINUTE_MS, "m",
		    ms % MINUTE_MS / SECOND_MS, "s");
	else if (ms >= SECOND_MS)
		write_units(buffer, ms / SECOND_MS, "s", 0, "");
	else
		write_units(buffer, ms, "ms", 0, "");
	return buffer;
}

const char *
show_age(struct json_object *o, const char *key, int64_t now_ms,
    char buffer[SPAN_MAX])
{
	int64_t then_ms, ms;

	if (!json_int(o, key, &then_ms) || now_ms <= 0 ||
	    __builtin_sub_overflow(now_ms, then_ms, &ms)) {
		(void)snprintf(buffer, SPAN_MAX, "-");
		return buffer;
	}
	return show_span(ms, buffer);
}

const char *
show_number(struct json_object *o, const char *key, char buffer[NUMBER_MAX])
{
	double value;

	if (!json_number(o, key, &value))
		(void)snprintf(buffer, NUMBER_MAX, "-");
	else
		(void)snprintf(buffer, NUMBER_MAX, "%.6g", value);
	return buffer;
}

const char *
show_ms(struct json_object *o, const char *key, char buffer[NUMBER_MAX])
{
	double value;

	if (!json_number(o, key, &value) || value < 0 || value > 1e12)
		(void)snprintf(buffer, NUMBER_MAX, "-");
	else if (value < 10)
		(void)snprintf(buffer, NUMBER_MAX, "%.2fms", value);
	else
		(void)snprintf(buffer, NUMBER_MAX, "%.0fms", value);
	return buffer;
}

void
show_cell(struct table *t, struct json_object *o, const char *key)
{
	table_cell(t, json_text(o, key), TINT_NONE);
}

void
show_word_cell(struct table *t, struct json_object *o, const char *key)
{
	const char *word = json_text(o, key);

	table_cell(t, word, show_tint(word));
}

void
show_fact(struct text *out, const struct show_style *style, const char *name,
    const char *words)
{
	if (words == NULL || *words == '\0')
		return;
	text_addf(out, "%-11s ", name);
	tint_add(out, style, show_tint(words), words);
	text_add_char(out, '\n');
}

void
show_table(struct text *out, const struct show_style *style, const char *title,
    struct table *t)
{
	if (t == NULL) {
		out->cut = true;
		return;
	}
	if (table_rows(t) > 0) {
		if (title != NULL) {
			text_add_char(out, '\n');
			tint_add(out, style, TINT_STRONG, title);
			text_add_char(out, '\n');
		}
		table_write(t, out, style);
	}
	table_free(t);
}

struct text
show_list(struct json_object *array)
{
	struct text list = text_new(LIST_MAX_BYTES);
	size_t count = array == NULL ? 0 : json_object_array_length(array);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(array, i);

		if (!json_object_is_type(o, json_type_string))
			continue;
		if (list.length > 0)
			text_add(&list, ", ");
		text_add(&list, json_object_get_string(o));
	}
	return list;
}

size_t
show_count(struct json_object *o, const char *key)
{
	struct json_object *array = json_array(o, key);

	return array == NULL ? 0 : json_object_array_length(array);
}

struct json_object *
show_at(struct json_object *o, const char *key, size_t index)
{
	return json_object_array_get_idx(json_array(o, key), index);
}

void
show_objection(struct text *note, const char *guard, const char *reason)
{
	size_t length = guard == NULL ? 0 : strlen(guard);
	bool is_named = guard != NULL && reason != NULL &&
	    strncmp(reason, guard, length) == 0 && reason[length] == ':';

	if (guard != NULL && !is_named)
		text_addf(note, "%s%s", guard, reason == NULL ? "" : ": ");
	if (reason != NULL)
		text_add(note, reason);
}

void
show_guard(struct text *note, struct json_object *o, int64_t now_ms)
{
	const char *release = json_text(o, "release");
	char age[SPAN_MAX];

	if (strcmp(show_age(o, "guard_since_wall_ms", now_ms, age), "-") != 0)
		text_addf(note, "; for %s so far", age);
	if (release != NULL)
		text_addf(note, "; what lets it act: %s", release);
}

void
show_holds(struct text *out, const struct show_style *style,
    struct json_object *o, const char *key, int64_t now_ms)
{
	static const char *const headings[] = { "ID", "SCOPE", "BY", "SINCE",
		"UNTIL", "REASON", NULL };
	struct table *t = table_new(headings);
	char buffer[SPAN_MAX + MOMENT_MAX];

	for (size_t i = 0; t != NULL && i < show_count(o, key); i++) {
		struct json_object *hold = show_at(o, key, i);

		show_cell(t, hold, "id");
		show_cell(t, hold, "scope");
		show_cell(t, hold, "by");
		table_cell(t, show_age(hold, "since_wall_ms", now_ms, buffer),
		    TINT_NONE);
		table_cell(
		    t, show_moment(hold, "until_wall_ms", buffer), TINT_NONE);
		show_cell(t, hold, "reason");
	}
	show_table(out, style, "Holds", t);
}

void
show_result(struct text *out, enum control_verb verb,
    struct json_object *result, const struct show_style *style)
{
	pages[verb](out, result, style);
}

void
show_refusal(struct text *out, enum control_verb verb,
    const struct reply *reply, const struct show_style *style)
{
	struct json_object *all = reply->complaints;
	size_t count = all == NULL ? 0 : json_object_array_length(all);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(all, i);

		if (!json_object_is_type(o, json_type_string))
			continue;
		tint_add(out, style, TINT_NONE, json_object_get_string(o));
		text_add_char(out, '\n');
	}
	text_addf(out, "rollbackctl: %s: ", verb_info(verb)->word);
	tint_add(out, style, TINT_BAD, control_error_word(reply->code));
	text_add(out, ": ");
	tint_add(out, style, TINT_NONE, reply->message);
	text_add_char(out, '\n');
}
