#include "report/summary.h"

#include <string.h>

static bool
has(const char *word)
{
	return word != NULL && *word != '\0';
}

static const char *
or_else(const char *word, const char *other)
{
	return has(word) ? word : other;
}

/* " from v2 to v1", as far as it is known. */
static void
add_way_back(const struct story *s, struct text *out)
{
	const char *version = story_opened_text(s, "version");
	const char *target = story_opened_text(s, "target");

	if (has(version))
		text_addf(out, " from %s", version);
	if (has(target))
		text_addf(out, " to %s", target);
}

static void
add_service(const struct story *s, struct text *out)
{
	const char *environment = story_opened_text(s, "environment");

	text_add(out, or_else(s->incident->service, "An unknown service"));
	if (has(environment))
		text_addf(out, " (%s)", environment);
}

static void
add_procedure(const struct story *s, struct text *out)
{
	const char *procedure = story_opened_text(s, "procedure");

	if (has(procedure))
		text_addf(out, " with procedure %s", procedure);
}

static void
add_reason(struct json_object *data, struct text *out)
{
	const char *reason = json_text(data, "reason");

	if (has(reason))
		text_addf(out, ": %s", reason);
	text_add_char(out, '.');
}

static void
add_request(const struct story *s, struct text *out)
{
	text_addf(out, "%s asked to roll ",
	    or_else(story_opened_text(s, "by"), "An operator"));
	add_service(s, out);
	text_add(out, " back");
	add_way_back(s, out);
	add_procedure(s, out);
	add_reason(s->opened, out);
}

/* What was made of it, by the action that was decided on. */
static const struct {
	const char *action;
	const char *words;
} actions[] = {
	{ "roll_back", "rollbackd set out to roll it back" },
	{ "propose", "rollbackd proposed to roll it back" },
	{ "await_approval",
	    "rollbackd prepared to roll it back and asked for an approval" },
	{ "shadow", "rollbackd, in shadow mode, would have rolled it back" },
};

static void
add_detection(const struct story *s, struct text *out)
{
	const char *version = story_opened_text(s, "version");
	const char *severity = story_opened_text(s, "severity");
	const char *action = or_else(story_opened_text(s, "action"), "");
	const char *words = "rollbackd noticed";

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].action, action) == 0)
			words = actions[i].words;
	add_service(s, out);
	text_add(out, " went bad");
	if (has(version))
		text_addf(out, " on version %s", version);
	text_addf(out, ": rule %s",
	    or_else(story_opened_text(s, "rule"), "(unknown)"));
	if (has(severity))
		text_addf(out, " (%s)", severity);
	text_addf(out, " held, and %s", words);
	add_way_back(s, out);
	add_procedure(s, out);
	text_add_char(out, '.');
}

static void
add_down(const struct story *s, struct text *out)
{
	char span[SPAN_TEXT_MAX];

	if (s->down_ms != UNKNOWN_MS)
		text_addf(out, "%s%s", s->is_still_bad ? " for at least " : " ",
		    span_text(s->down_ms, span));
}

static void
add_recovery(const struct story *s, struct text *out)
{
	text_add(out, " It recovered, and that was verified");
	if (s->down_ms != UNKNOWN_MS) {
		text_add(out, "; it was bad for");
		add_down(s, out);
	}
	text_add_char(out, '.');
}

static void
add_end(const struct story *s, struct text *out)
{
	switch (s->status) {
	case STORY_OPEN:
		text_add(out, " The incident is still open.");
		return;
	case STORY_RECOVERED:
		add_recovery(s, out);
		return;
	case STORY_NOT_RECOVERED:
		text_add(out, " It did not recover");
		break;
	case STORY_FAILED:
		text_add(out, " The procedure failed");
		break;
	case STORY_INTERRUPTED:
		text_add(out,
		    " The outcome of a step is unknown, so that "
		    "nothing more was done and a person must look");
		break;
	case STORY_ABORTED:
		text_addf(out, " %s aborted it",
		    or_else(json_text(s->abort, "by"), "An operator"));
		break;
	case STORY_NOT_NEEDED:
		text_add(out,
		    story_is_by_operator(s) ?
			" It was let go before it began" :
			" It turned out not to be needed");
		break;
	case STORY_CLEARED:
		text_add(out, " It became healthy again without a rollback");
		break;
	case STORY_SUPERSEDED:
		text_add(out, " Another incident took its place");
		break;
	case STORY_REJECTED:
		text_add(out, " It was turned down");
		break;
	case STORY_EXPIRED:
		text_add(out, " Nobody approved it in time");
		break;
	case STORY_OTHER:
		text_add(out, " The incident was closed");
		break;
	}
	add_reason(s->closed, out);
}

void
summary_title(const struct story *s, struct text *out)
{
	if (has(story_opened_text(s, "drill")))
		text_add(out, "DRILL: ");
	add_service(s, out);
	text_addf(out, ": %s", story_status_word(s));
	if (s->status == STORY_RECOVERED) {
		text_add(out, ", rolled back");
		add_way_back(s, out);
	}
}

void
summary_sentences(const struct story *s, struct text *out)
{
	if (s->opened == NULL)
		text_add(out, "How it began is not known.");
	else if (story_is_by_operator(s))
		add_request(s, out);
	else
		add_detection(s, out);
	if (has(story_opened_text(s, "drill")))
		text_addf(out,
		    " It was a drill, %s: the service was broken on purpose.",
		    story_opened_text(s, "drill"));
	add_end(s, out);
}
