#include "control/show_impl.h"

#include <string.h>

#define DIGEST_SHOWN 12

/* "rollbackd 0.1.0, watching, able to act (systemd), up 3h12m, pid 4711" */
static void
show_head(
    struct text *out, const struct show_style *style, struct json_object *d)
{
	const char *version = json_text(d, "version");
	const char *state = json_text(d, "state");
	const char *runner = json_text(d, "runner");
	char up[SPAN_MAX];
	int64_t n;

	text_add(out, "rollbackd ");
	tint_add(out, style, TINT_NONE, version == NULL ? "?" : version);
	text_add(out, ", ");
	tint_add(out, style, show_tint(state), state == NULL ? "?" : state);
	text_add(out, ", ");
	if (json_flag(d, "able_to_act", false))
		tint_add(out, style, TINT_GOOD, "able to act");
	else
		tint_add(out, style, TINT_BAD, "NOT ABLE TO ACT");
	if (runner != NULL) {
		text_add(out, " (");
		tint_add(out, style, TINT_NONE, runner);
		text_add_char(out, ')');
	}
	if (json_int(d, "uptime_ms", &n))
		text_addf(out, ", up %s", show_span(n, up));
	if (json_int(d, "pid", &n))
		text_addf(out, ", pid %lld", (long long)n);
	text_add_char(out, '\n');
}

static void
show_config(
    struct text *out, const struct show_style *style, struct json_object *d)
{
	const char *path = json_text(d, "config_path");
	const char *digest = json_text(d, "config_digest");
	char moment[MOMENT_MAX];

	if (path == NULL)
		return;
	text_add(out, "configuration ");
	tint_add(out, style, TINT_NONE, path);
	text_addf(out, ", read %s", show_moment(d, "reloaded_wall_ms", moment));
	if (digest != NULL) {
		struct text begin = text_new(DIGEST_SHOWN);

		text_add_bytes(&begin, digest, strnlen(digest, DIGEST_SHOWN));
		text_add(out, " (");
		tint_add(out, style, TINT_FAINT, text_str(&begin));
		text_add(out, ")");
		text_free(&begin);
	}
	text_add_char(out, '\n');
}

static void
show_trouble(
    struct text *out, const struct show_style *style, struct json_object *d)
{
	const char *store = json_text(d, "store");

	if (store != NULL && strcmp(store, "ok") != 0) {
		text_add(out, "store ");
		tint_add(out, style, TINT_BAD, store);
		text_add_char(out, '\n');
	}
	for (size_t i = 0; i < show_count(d, "trouble"); i++) {
		struct json_object *o = show_at(d, "trouble", i);

		tint_add(out, style, TINT_BAD, "trouble");
		text_add(out, ": ");
		tint_add(out, style, TINT_NONE,
		    json_object_is_type(o, json_type_string) ?
			json_object_get_string(o) :
			"?");
		text_add_char(out, '\n');
	}
}

/* "P0, settling: deployed 8s ago, ..." below its service. */
static void
add_reason(struct table *t, struct json_object *s, int64_t now_ms)
{
	const char *reason = json_text(s, "reason");
	const char *severity = json_text(s, "severity");
	const char *guard = json_text(s, "guard");
	struct text note = text_new(ERROR_TEXT_MAX * 4);

	if (reason == NULL || *reason == '\0')
		return;
	if (severity != NULL)
		text_addf(&note, "%s%s", severity, guard == NULL ? ": " : ", ");
	show_objection(&note, guard, reason);
	show_guard(&note, s, now_ms);
	table_note(t, text_str(&note), TINT_NONE);
	text_free(&note);
}

/* "drilled 3d ago", "DRILL broken: ..." below its service. */
static void
add_drill(struct table *t, struct json_object *s, int64_t now_ms)
{
	struct json_object *d = json_member(s, "drill");
	const char *stage = json_text(d, "stage");
	const char *result = json_text(d, "result");
	bool is_broken = json_flag(d, "broken", false);
	struct text note = text_new(ERROR_TEXT_MAX);
	char age[SPAN_MAX];

	if (d == NULL)
		return;
	if (stage != NULL)
		text_addf(&note, "DRILL, %s: drill --last tells more", stage);
	else if (is_broken)
		text_add(&note, "a drill left it broken: mend it by hand");
	else if (json_member(d, "passed_wall_ms") == NULL)
		text_add(&note, "not drilled with success yet");
	else
		text_addf(&note, "drilled %s ago",
		    show_age(d, "passed_wall_ms", now_ms, age));
	if (stage == NULL && result != NULL && strcmp(result, "passed") != 0)
		text_addf(&note, "; the last one: %s", result);
	table_note(t, text_str(&note), is_broken ? TINT_BAD : TINT_NONE);
	text_free(&note);
}

static void
show_services(struct text *out, const struct show_style *style,
    struct json_object *result, int64_t now_ms)
{
	static const char *const headings[] = { "SERVICE", "ENVIRONMENT",
		"STATE", "SINCE", "VERSION", "PREVIOUS", "INCIDENT", NULL };
	struct table *t = table_new(headings);
	size_t count = show_count(result, "services");
	char age[SPAN_MAX];

	for (size_t i = 0; t != NULL && i < count; i++) {
		struct json_object *s = show_at(result, "services", i);

		show_cell(t, s, "name");
		show_cell(t, s, "environment");
		show_word_cell(t, s, "state");
		table_cell(
		    t, show_age(s, "since_wall_ms", now_ms, age), TINT_NONE);
		show_cell(t, s, "version");
		show_cell(t, s, "previous_version");
		show_cell(t, s, "incident");
		add_reason(t, s, now_ms);
		add_drill(t, s, now_ms);
	}
	text_add_char(out, '\n');
	if (count == 0)
		text_add(out, "no services\n");
	show_table(out, style, NULL, t);
}

static void
add_probe(
    struct table *t, const char *service, struct json_object *p, int64_t now_ms)
{
	char buffer[SPAN_MAX + NUMBER_MAX];
	struct text name = text_new(1024);

	text_addf(&name, "%s/%s", service == NULL ? "-" : service,
	    json_text(p, "name") == NULL ? "-" : json_text(p, "name"));
	table_cell(t, text_str(&name), TINT_NONE);
	text_free(&name);
	show_word_cell(t, p, "outcome");
	table_cell(t, show_age(p, "asked_wall_ms", now_ms, buffer), TINT_NONE);
	table_cell(t, show_ms(p, "latency_ms", buffer), TINT_NONE);
	show_cell(t, p, "failure");
	show_cell(t, p, "detail");
}

static void
show_probes(struct text *out, const struct show_style *style,
    struct json_object *result, int64_t now_ms)
{
	static const char *const headings[] = { "PROBE", "OUTCOME", "ASKED",
		"TOOK", "FAILURE", "DETAIL", NULL };
	struct table *t = table_new(headings);

	for (size_t i = 0; t != NULL && i < show_count(result, "services");
	     i++) {
		struct json_object *s = show_at(result, "services", i);

		for (size_t j = 0; j < show_count(s, "probes"); j++)
			add_probe(t, json_text(s, "name"),
			    show_at(s, "probes", j), now_ms);
	}
	show_table(out, style, "Probes", t);
}

void
show_status(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	struct json_object *d = json_member(result, "daemon");
	int64_t now_ms = 0;

	(void)json_int(result, "wall_ms", &now_ms);
	show_head(out, style, d);
	if (style->verbose)
		show_config(out, style, d);
	show_trouble(out, style, d);
	show_services(out, style, result, now_ms);
	show_probes(out, style, result, now_ms);
	show_holds(out, style, result, "holds", now_ms);
}
