#include "report/audit.h"

#include <string.h>

#include "report/event.h"
#include "report/words.h"

typedef void teller(struct json_object *data, struct text *out);

static const char *
known(struct json_object *data, const char *key)
{
	const char *words = json_text(data, key);

	return words == NULL || *words == '\0' ? NULL : words;
}

/* "PREFIXwords", with a comma before where something stands already. */
static void
add(struct text *out, const char *prefix, const char *words)
{
	if (words != NULL)
		text_addf(
		    out, "%s%s%s", out->length > 0 ? ", " : "", prefix, words);
}

static void
tell_deploy(struct json_object *data, struct text *out)
{
	add(out, "version ", known(data, "version"));
	add(out, "before it ", known(data, "previous"));
	if (json_flag(data, "verified", false))
		add(out, "", "known to be good");
	add(out, "nothing before it may be gone back to: ",
	    known(data, "incompatible"));
}

static void
tell_hold(struct json_object *data, struct text *out)
{
	char moment[MOMENT_TEXT_MAX];
	int64_t until_ms = 0;

	add(out, "hold ", known(data, "id"));
	add(out, "on ", known(data, "scope"));
	if (json_int(data, "until_ms", &until_ms) && until_ms > 0)
		add(out, "until ", moment_text(until_ms, moment));
}

static void
tell_baseline(struct json_object *data, struct text *out)
{
	double value;

	add(out, "", known(data, "act"));
	if (json_number(data, "value", &value))
		text_addf(out, " %g", value);
	add(out, "evaluator ", known(data, "evaluator"));
}

static void
tell_rollback(struct json_object *data, struct text *out)
{
	add(out, "from ", known(data, "version"));
	add(out, "to ", known(data, "target"));
	add(out, "procedure ", known(data, "procedure"));
}

static void
tell_severity(struct json_object *data, struct text *out)
{
	add(out, "from ", known(data, "from"));
	add(out, "to ", known(data, "to"));
}

static void
tell_report(struct json_object *data, struct text *out)
{
	add(out, "report ", known(data, "id"));
	add(out, "", known(data, "severity"));
	add(out, "", known(data, "class"));
	add(out, "of version ", known(data, "version"));
}

static void
tell_resolve(struct json_object *data, struct text *out)
{
	add(out, "step ", known(data, "label"));
	add(out, "as ", known(data, "as"));
}

static void
tell_mark(struct json_object *data, struct text *out)
{
	add(out, "version ", known(data, "version"));
	add(out, "", known(data, "mark"));
}

static void
tell_drill(struct json_object *data, struct text *out)
{
	add(out, "drill ", known(data, "id"));
	add(out, "version ", known(data, "version"));
	add(out, "fault ", known(data, "fault"));
}

static size_t
count_of(struct json_object *data, const char *key)
{
	struct json_object *list = json_array(data, key);

	return list == NULL ? 0 : json_object_array_length(list);
}

static void
tell_reload(struct json_object *data, struct text *out)
{
	text_addf(out, "%zu added, %zu changed, %zu removed",
	    count_of(data, "added"), count_of(data, "changed"),
	    count_of(data, "removed"));
}

static void
tell_refused(struct json_object *data, struct text *out)
{
	int64_t more = 0;

	add(out, "refused: ", known(data, "code"));
	add(out, "", known(data, "why"));
	if (json_int(data, "left_out", &more) && more > 0)
		text_addf(out, " (%lld more before it were left out)",
		    (long long)more);
}

static const struct {
	const char *kind;
	const char *act;
	teller *tell;
} acts[] = {
	{ EVENT_DEPLOY, "deploy", tell_deploy },
	{ EVENT_HOLD, "hold", tell_hold },
	{ EVENT_RELEASE, "release", tell_hold },
	{ EVENT_BASELINE, "baseline", tell_baseline },
	{ EVENT_OPENED, "rollback", tell_rollback },
	{ EVENT_ABORT, "abort", NULL },
	{ EVENT_APPROVED, "approve", NULL },
	{ EVENT_REJECTED, "reject", NULL },
	{ EVENT_SEVERITY, "severity", tell_severity },
	{ EVENT_REPORT, "report", tell_report },
	{ EVENT_WITHDRAWN, "withdraw", tell_report },
	{ EVENT_RESOLVED, "resolve", tell_resolve },
	{ EVENT_MARK, "mark", tell_mark },
	{ EVENT_RELOAD, "reload", tell_reload },
	{ EVENT_DRILL, "drill", tell_drill },
	{ EVENT_REFUSED, NULL, tell_refused },
};

#define ACT_COUNT (sizeof(acts) / sizeof(acts[0]))

const char *const audit_kinds[] = {
	EVENT_DEPLOY,
	EVENT_HOLD,
	EVENT_RELEASE,
	EVENT_BASELINE,
	EVENT_OPENED,
	EVENT_ABORT,
	EVENT_APPROVED,
	EVENT_REJECTED,
	EVENT_SEVERITY,
	EVENT_REPORT,
	EVENT_WITHDRAWN,
	EVENT_RESOLVED,
	EVENT_MARK,
	EVENT_RELOAD,
	EVENT_DRILL,
	EVENT_REFUSED,
	NULL,
};

static bool
is_opened_by_itself(const char *kind, struct json_object *data)
{
	const char *cause = json_text(data, "cause");

	return strcmp(kind, EVENT_OPENED) == 0 &&
	    (cause == NULL || strcmp(cause, "operator") != 0);
}

/* What it concluded of versions is no act of anybody. */
static bool
is_concluded(const char *kind, struct json_object *data)
{
	const char *by = json_text(data, "by");

	return by != NULL &&
	    ((strcmp(kind, EVENT_MARK) == 0 && strcmp(by, "rollbackd") == 0) ||
		(strcmp(kind, EVENT_DEPLOY) == 0 &&
		    strcmp(by, "discovered") == 0));
}

const char *
audit_act(const char *kind, struct json_object *data)
{
	if (is_opened_by_itself(kind, data) || is_concluded(kind, data))
		return NULL;
	if (strcmp(kind, EVENT_REFUSED) == 0)
		return known(data, "verb");
	for (size_t i = 0; i < ACT_COUNT; i++)
		if (strcmp(acts[i].kind, kind) == 0)
			return acts[i].act;
	return NULL;
}

void
audit_words(const char *kind, struct json_object *data, struct text *out)
{
	for (size_t i = 0; i < ACT_COUNT; i++)
		if (strcmp(acts[i].kind, kind) == 0 && acts[i].tell != NULL)
			acts[i].tell(data, out);
}
