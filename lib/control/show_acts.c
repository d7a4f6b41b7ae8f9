#include "control/show_impl.h"

#include <string.h>

#include <inttypes.h>
#include <stdio.h>

/* A text member, escaped; "?" when it is missing. */
static void
add(struct text *out, struct json_object *o, const char *key)
{
	const char *words = json_text(o, key);
	const struct show_style plain = { .colour = false };

	tint_add(out, &plain, TINT_NONE, words == NULL ? "?" : words);
}

static void
add_if(struct text *out, const char *before, struct json_object *o,
    const char *key, const char *after)
{
	if (json_text(o, key) == NULL)
		return;
	text_add(out, before);
	add(out, o, key);
	text_add(out, after);
}

void
show_deploy(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	add(out, result, "service");
	text_add(out, " is at ");
	add(out, result, "version");
	if (json_flag(result, "verified", false))
		text_add(out, ", known to be good");
	add_if(out, ", before that ", result, "previous_version", "");
	add_if(out, "; incompatible with all before it: ", result,
	    "incompatible", "");
	text_add_char(out, '\n');
}

void
show_rollback(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	text_add(out, "rolling back ");
	add(out, result, "service");
	add_if(out, " from ", result, "version", "");
	add_if(out, " to ", result, "target_version", "");
	add_if(out, " by ", result, "procedure", "");
	text_add(out, "\nsee: rollbackctl incident ");
	add(out, result, "incident");
	text_add_char(out, '\n');
}

void
show_abort(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	text_add(out, "incident ");
	add(out, result, "incident");
	add_if(out, " of ", result, "service", "");
	text_add(out, ": no further step starts, the run is ");
	add(out, result, "state");
	add_if(out, " (", result, "outcome", ")");
	text_add_char(out, '\n');
}

static void
add_hold(struct text *out, struct json_object *hold)
{
	char moment[MOMENT_MAX];
	int64_t until_ms;

	text_add(out, "hold ");
	add(out, hold, "id");
	text_add(out, " on ");
	add(out, hold, "scope");
	if (json_int(hold, "until_wall_ms", &until_ms))
		text_addf(out, " until %s UTC",
		    show_moment(hold, "until_wall_ms", moment));
	else
		text_add(out, " until it is released");
	add_if(out, ": ", hold, "reason", "");
	text_add_char(out, '\n');
}

void
show_hold(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	add_hold(out, result);
}

void
show_release(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	size_t count = show_count(result, "released");

	(void)style;
	if (count == 0)
		text_add(out, "there was nothing to release\n");
	for (size_t i = 0; i < count; i++) {
		text_add(out, "released: ");
		add_hold(out, show_at(result, "released", i));
	}
}

static void
show_phases(struct text *out, const struct show_style *style,
    struct json_object *phases)
{
	static const char *const headings[] = { "RESOLVE", "CONNECT", "TLS",
		"FIRST BYTE", "TRANSFER", NULL };
	static const char *const keys[] = { "resolve_ms", "connect_ms",
		"tls_ms", "first_byte_ms", "transfer_ms" };
	struct table *t = table_new(headings);
	char number[NUMBER_MAX];

	for (size_t i = 0; t != NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
		table_cell(t, show_ms(phases, keys[i], number), TINT_NONE);
	show_table(out, style, NULL, t);
}

/* Of any size, unlike times. */
static const char *
measured(struct json_object *o, const char *key, char buffer[NUMBER_MAX])
{
	double value;

	if (!json_number(o, key, &value))
		return "unknown";
	(void)snprintf(buffer, NUMBER_MAX, "%.6g", value);
	return buffer;
}

static void
show_metrics(struct text *out, const struct show_style *style,
    struct json_object *values)
{
	static const char *const headings[] = { "METRIC", "VALUE", NULL };
	struct json_object_iter member;
	struct table *t;
	char number[NUMBER_MAX];

	if (values == NULL || json_object_object_length(values) == 0)
		return;
	t = table_new(headings);
	if (t == NULL)
		return;
	json_object_object_foreachC(values, member)
	{
		table_cell(t, member.key, TINT_NONE);
		table_cell(t, measured(values, member.key, number), TINT_NONE);
	}
	show_table(out, style, NULL, t);
}

static void
show_engine(struct text *out, struct json_object *result)
{
	const char *engine = json_text(result, "engine");

	if (engine == NULL)
		return;
	text_addf(out, "asked by the engine %s", engine);
	if (json_member(result, "connected") != NULL)
		text_addf(out, " on a connection that was %s",
		    json_flag(result, "connected", false) ? "new" : "kept");
	text_add_char(out, '\n');
}

void
show_probe(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	const char *outcome = json_text(result, "outcome");
	char number[NUMBER_MAX];
	int64_t status;

	add(out, result, "probe");
	text_add(out, ": ");
	tint_add(
	    out, style, show_tint(outcome), outcome == NULL ? "?" : outcome);
	text_addf(out, " in %s", show_ms(result, "latency_ms", number));
	if (json_int(result, "status", &status) && status != 0)
		text_addf(out, ", status %" PRId64, status);
	add_if(out, ", ", result, "failure", "");
	add_if(out, ": ", result, "detail", "");
	if (json_member(result, "value") != NULL)
		text_addf(out, ", value %s", measured(result, "value", number));
	text_add_char(out, '\n');
	show_metrics(out, style, json_member(result, "values"));
	if (style->verbose)
		show_engine(out, result);
	if (style->verbose)
		show_phases(out, style, json_member(result, "phases"));
}

void
show_beat(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	const char *outcome = json_text(result, "outcome");
	char moment[MOMENT_MAX];

	add(out, result, "probe");
	text_add(out, ": ");
	tint_add(
	    out, style, show_tint(outcome), outcome == NULL ? "?" : outcome);
	text_addf(out, ", the next one is expected by %s UTC\n",
	    show_moment(result, "expected_wall_ms", moment));
}

static void
show_names(struct text *out, const char *what, struct json_object *result,
    const char *key)
{
	const struct show_style plain = { .colour = false };
	struct text names = show_list(json_array(result, key));

	if (names.length > 0) {
		text_addf(out, "%s: ", what);
		tint_add(out, &plain, TINT_NONE, text_str(&names));
		text_add_char(out, '\n');
	}
	text_free(&names);
}

void
show_reload(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	int64_t kept = 0;

	for (size_t i = 0; i < show_count(result, "warnings"); i++) {
		struct json_object *o = show_at(result, "warnings", i);

		if (json_object_is_type(o, json_type_string)) {
			tint_add(
			    out, style, TINT_BUSY, json_object_get_string(o));
			text_add_char(out, '\n');
		}
	}
	(void)json_int(result, "kept", &kept);
	text_addf(out,
	    "reloaded: %zu added, %zu changed, %zu removed, %" PRId64
	    " kept as they were\n",
	    show_count(result, "added"), show_count(result, "changed"),
	    show_count(result, "removed"), kept);
	show_names(out, "added", result, "added");
	show_names(out, "changed", result, "changed");
	show_names(out, "removed", result, "removed");
}

/* For programs: as it is, but for what a terminal would act on. */
void
show_own_metrics(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	const char *page = json_text(result, "text");

	(void)style;
	while (page != NULL && *page != '\0') {
		size_t length = strcspn(page, "\n");

		text_add_escaped(out, page, length);
		text_add_char(out, '\n');
		page += length + (page[length] == '\n' ? 1 : 0);
	}
}

void
show_version(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	text_add(out, "rollbackd ");
	add(out, result, "version");
	text_add_char(out, '\n');
}
