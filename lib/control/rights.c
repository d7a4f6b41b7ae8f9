#include "control/rights.h"

#include <stdio.h>

/* Of people, and of those who deploy: what a step may is said by itself. */
#define ANY_ROLE ((ROLE_BIT(ROLE_COUNT) - 1) & ~ROLE_BIT(ROLE_STEPS))
#define NOT_CI (ANY_ROLE & ~ROLE_BIT(ROLE_CI))
#define ON_CALL ROLE_BIT(ROLE_ON_CALL)
#define LEAD ROLE_BIT(ROLE_LEAD)
#define MANAGER ROLE_BIT(ROLE_MANAGER)
#define PRODUCT ROLE_BIT(ROLE_PRODUCT)

/* clang-format off */
static const struct {
	unsigned roles;
	const char *what;
	const char *who;
} severities[] = {
	[SEVERITY_P0] = { ON_CALL | LEAD | MANAGER,
	  "start a P0 rollback", "on_call, lead or manager" },
	[SEVERITY_P1] = { LEAD | MANAGER,
	  "start a P1 rollback", "lead or manager" },
	[SEVERITY_P2] = { MANAGER,
	  "start a P2 rollback", "manager" },
	[SEVERITY_P3] = { PRODUCT | MANAGER,
	  "start a P3 rollback", "product or manager" },
};
/* clang-format on */

static bool
refuse(const struct caller *caller, const char *what, const char *who,
    struct error *why_not)
{
	char name[CALLER_TEXT_MAX];

	return error_set(why_not,
	    "%s%s may not %s: it takes %s; roles are groups, see "
	    "control.roles in rollbackd.conf(5)",
	    caller_text(caller, name),
	    caller->roles == 0 ? ", who has no role," : "", what, who);
}

bool
rights_verb(
    const struct caller *caller, enum control_verb verb, struct error *why_not)
{
	const struct verb *v = verb_info(verb);

	if (caller->privileged)
		return true;
	switch (v->right) {
	case RIGHT_READ:
	case RIGHT_CHANGE:
		return true;
	case RIGHT_ANY_ROLE:
		return (caller->roles & ANY_ROLE) != 0 ||
		    refuse(caller, v->word, "any role", why_not);
	case RIGHT_NOT_CI:
	case RIGHT_SEVERITY:
	case RIGHT_AUTHOR:
		return (caller->roles & NOT_CI) != 0 ||
		    refuse(caller, v->word, "a role other than ci", why_not);
	case RIGHT_LEAD:
		return (caller->roles & (LEAD | MANAGER)) != 0 ||
		    refuse(caller, v->word, "lead or manager", why_not);
	case RIGHT_OWNER:
		break;
	}
	return refuse(caller, v->word, "root or the daemon's user", why_not);
}

bool
rights_severity(
    const struct caller *caller, enum severity severity, struct error *why_not)
{
	return caller->privileged ||
	    (caller->roles & severities[severity].roles) != 0 ||
	    refuse(caller, severities[severity].what, severities[severity].who,
		why_not);
}

bool
rights_gate(
    const struct caller *caller, enum severity severity, struct error *why_not)
{
	return caller->privileged ||
	    (caller->roles & severities[severity].roles) != 0 ||
	    refuse(
		caller, "approve this step", severities[severity].who, why_not);
}

const char *
rights_role(enum severity severity)
{
	static const enum role asked[] = {
		[SEVERITY_P0] = ROLE_ON_CALL,
		[SEVERITY_P1] = ROLE_LEAD,
		[SEVERITY_P2] = ROLE_MANAGER,
		[SEVERITY_P3] = ROLE_PRODUCT,
	};

	return role_word(asked[severity]);
}

const char *
rights_next_role(enum severity severity)
{
	switch (severity) {
	case SEVERITY_P0:
		return role_word(ROLE_LEAD);
	case SEVERITY_P1:
	case SEVERITY_P3:
		return role_word(ROLE_MANAGER);
	case SEVERITY_P2:
		break;
	}
	return NULL;
}

bool
rights_baseline(
    const struct caller *caller, bool is_reset_by_run, struct error *why_not)
{
	if (is_reset_by_run && (caller->roles & ROLE_BIT(ROLE_STEPS)) != 0)
		return true;
	return caller->privileged || (caller->roles & (LEAD | MANAGER)) != 0 ||
	    refuse(caller, "change a baseline", "lead or manager", why_not);
}

bool
rights_release(const struct caller *caller, const struct caller *author,
    struct error *why_not)
{
	char by[CALLER_TEXT_MAX], who[CALLER_TEXT_MAX + 32];

	if (caller->privileged)
		return true;
	if (author == NULL)
		return (caller->roles & (LEAD | MANAGER)) != 0 ||
		    refuse(caller, "end a hold of the daemon's own",
			"lead or manager", why_not);
	if ((caller->roles & NOT_CI) != 0 &&
	    (caller->uid == author->uid ||
		(caller->roles & author->roles & NOT_CI) != 0))
		return true;
	(void)snprintf(who, sizeof(who), "%s, or who shares a role with him",
	    caller_text(author, by));
	return refuse(caller, "end this hold", who, why_not);
}

bool
rights_drill(const struct caller *caller, struct error *why_not)
{
	return caller->privileged || (caller->roles & (LEAD | MANAGER)) != 0 ||
	    refuse(caller, "break a service on purpose", "lead or manager",
		why_not);
}
