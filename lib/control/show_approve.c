#include "control/show_impl.h"

/* A text member, escaped; nothing where it is missing. */
static void
add(struct text *out, const char *before, struct json_object *o,
    const char *key, const char *after)
{
	const struct show_style plain = { .colour = false };
	const char *words = json_text(o, key);

	if (words == NULL)
		return;
	text_add(out, before);
	tint_add(out, &plain, TINT_NONE, words);
	text_add(out, after);
}

/* A step in the middle of a run has asked. */
static void
show_gate(struct text *out, struct json_object *result, const char *then)
{
	add(out, "step ", result, "gate", "");
	add(out, " of ", result, "procedure", "");
	add(out, " for ", result, "service", then);
	add(out, "see: rollbackctl incident ", result, "incident", "\n");
}

void
show_approve(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	if (json_text(result, "gate") != NULL) {
		text_add(out, "approved: ");
		show_gate(out, result, "; the run goes on\n");
		return;
	}
	add(out, "approved: ", result, "service", "");
	add(out, " goes back to ", result, "target_version", "");
	add(out, " by ", result, "procedure", "");
	text_add(out, " as soon as fresh samples confirm it\nsee: rollbackctl");
	add(out, " incident ", result, "incident", "\n");
}

void
show_reject(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	char moment[MOMENT_MAX];

	(void)style;
	if (json_text(result, "gate") != NULL) {
		text_add(out, "rejected: ");
		show_gate(out, result, " fails, and what is to follow that\n");
		return;
	}
	add(out, "rejected: incident ", result, "incident", "");
	add(out, " of ", result, "service", "");
	text_addf(out,
	    " is closed; its rule asks again once the service was healthy, "
	    "after a deployment, or at %s UTC\n",
	    show_moment(result, "dismissed_until_wall_ms", moment));
}

void
show_severity(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	add(out, "incident ", result, "incident", "");
	add(out, " of ", result, "service", "");
	add(out, " is ", result, "severity", "");
	add(out, ", before that ", result, "before", "");
	if (json_flag(result, "approved", false))
		text_add(out, ", and approved by that");
	else
		add(out, ", and waits for ", result, "approver", "");
	text_add_char(out, '\n');
}

void
show_report(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	struct text rules = show_list(json_array(result, "rules"));
	char moment[MOMENT_MAX];

	(void)style;
	if (json_array(result, "withdrawn") != NULL) {
		text_addf(
		    out, "withdrawn: %zu of ", show_count(result, "withdrawn"));
		add(out, "", result, "service", "\n");
		text_free(&rules);
		return;
	}
	add(out, "report ", result, "report", "");
	add(out, " of ", result, "service", "");
	add(out, ": ", result, "severity", "");
	text_addf(out, ", until %s UTC\n",
	    show_moment(result, "until_wall_ms", moment));
	if (rules.length == 0)
		text_add(out, "no rule waits for such a report\n");
	else
		text_addf(out, "rules that hold by it: %s\n", text_str(&rules));
	add(out, "see: rollbackctl incident ", result, "incident", "\n");
	text_free(&rules);
}

void
show_resolve(struct text *out, struct json_object *result,
    const struct show_style *style)
{
	(void)style;
	add(out, "step ", result, "step", "");
	add(out, " of incident ", result, "incident", "");
	add(out, " is ", result, "as", "; that is kept with it");
	text_add_char(out, '\n');
	add(out,
	    "nothing goes on by itself: say with deploy what is in place of ",
	    result, "service", "\n");
}
