#include "report/notice.h"

#include "base/text.h"
#include "report/words.h"

#define SCHEMA "rollbackd.notice/1"
#define SUMMARY_MAX_BYTES 4096

const char *const notice_events[] = {
	"decision",
	"approval",
	"approval_escalated",
	"approved",
	"held",
	"step_failed",
	"interrupted",
	"closed",
	"alarm",
	"hold",
	"drill",
	NULL,
};

/* Whoever reads no further knows. */
static void
mark_summary(struct json_object *o, const char *summary)
{
	struct text marked = text_new(SUMMARY_MAX_BYTES);

	text_addf(&marked, "DRILL: %s", summary == NULL ? "" : summary);
	json_set_text(o, "summary", text_str(&marked));
	text_free(&marked);
}

struct json_object *
notice_json(const struct notice *n)
{
	const struct {
		const char *key;
		const char *value;
	} texts[] = {
		{ "schema", SCHEMA },
		{ "event", n->event },
		{ "dedup_key", n->dedup_key },
		{ "summary", n->summary },
		{ "host", n->host },
		{ "service", n->service },
		{ "environment", n->environment },
		{ "incident", n->incident },
		{ "severity", n->severity },
		{ "rule", n->rule },
		{ "action", n->action },
		{ "outcome", n->outcome },
		{ "version", n->version },
		{ "target_version", n->target_version },
		{ "procedure", n->procedure },
		{ "step", n->step },
		{ "approver", n->approver },
		{ "report", n->report },
	};
	struct json_object *o = json_object_new_object();
	char moment[MOMENT_TEXT_MAX];

	if (o == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_set_text(o, texts[i].key, texts[i].value);
	if (n->wall_ms > 0) {
		json_set_text(o, "at", moment_text(n->wall_ms, moment));
		json_set_int(o, "at_ms", n->wall_ms);
	}
	if (n->drill) {
		mark_summary(o, n->summary);
		json_set_bool(o, "drill", true);
	}
	if (n->first_bad_ms > 0)
		json_set_int(o, "first_bad_ms", n->first_bad_ms);
	if (n->recovered_ms > 0)
		json_set_int(o, "recovered_ms", n->recovered_ms);
	return o;
}
