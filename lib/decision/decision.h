/*
 * decision.h - between "bad" and "act": the rules and the guards.
 *
 * A function of what is known and the time.  Whoever wants to know why
 * nothing happens asks here too: each refusal has a reason for people.
 */
#ifndef DECISION_DECISION_H
#define DECISION_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decision/rule_settings.h"
#include "evaluator/evaluator.h"

enum guard {
	GUARD_NONE,
	GUARD_NO_STORE,    /* an intent could not be kept */
	GUARD_HOLD,        /* an operator said so */
	GUARD_MAINTENANCE, /* planned work on the service */
	GUARD_SHADOW,      /* the whole daemon runs on a last-known-good file */
	GUARD_TILT,        /* we were paused, or the clock moved */
	GUARD_BLIND,       /* a witness does not answer either */
	GUARD_CORRELATED,  /* most groups are bad at once, unexplained */
	GUARD_STALE,       /* a verdict older than its evaluator looks back */
	GUARD_RUNNING,     /* a run of this service is on */
	GUARD_LOCK,        /* a run elsewhere holds the lock */
	GUARD_SETTLING,    /* grace after a deployment or rollback */
	GUARD_COOLDOWN,    /* too soon after the last rollback */
	GUARD_BUDGET,      /* too many rollbacks within an hour */
	GUARD_NO_TARGET,   /* nothing known to go back to */
	GUARD_DISMISSED,   /* a person said no, or nobody said anything */
	GUARD_UNARMED,     /* no deployment inside the arm window */
	GUARD_SEVERITY,    /* a person starts it: P2 */
	GUARD_MODE,        /* the rule's mode says not to act */
	GUARD_APPROVAL,    /* prepared, and a person approves it: P1, P3 */
	GUARD_WINDOW,      /* not at this time of day or week */
	GUARD_CONFIRM,     /* a restart, or rechecks: fresh samples first */
};

/* "settling", as in status, metrics and the manual. */
const char *guard_word(enum guard guard);

enum action {
	ACTION_NONE,      /* the rule does not hold */
	ACTION_HOLD,      /* it does, and a guard forbids to act now */
	ACTION_SHADOW,    /* it would roll back, and only says so */
	ACTION_PROPOSE,   /* a person is told and may start it */
	ACTION_AWAIT,     /* prepare all of it, then wait for an approval */
	ACTION_ROLL_BACK, /* act */
};

const char *action_word(enum action action);

/* Times in ms of CLOCK_BOOTTIME; NEVER_MS: did not happen, no end known. */
#define NEVER_MS INT64_MIN

/* What speaks against acting now.  Texts are borrowed. */
struct situation {
	int64_t now_ms;
	bool store_fails;
	const char *hold_reason; /* NULL: no hold */
	const char *hold_author;
	int64_t hold_until_ms;
	bool shadow; /* see GUARD_SHADOW */
	bool in_maintenance;
	int64_t maintenance_until_ms; /* NEVER_MS: no end is known */
	int64_t tilt_until_ms;
	const char *correlated;    /* "4 of 5 groups are bad"; NULL: not so */
	const char *blind_witness; /* NULL: all witnesses answer */
	bool is_unwitnessed;       /* nor has any answered since it went bad */
	const char *stale_evaluator; /* NULL: all were heard lately */
	bool run_is_on;
	const char *lock_name;   /* held elsewhere; NULL: free */
	const char *lock_holder; /* the service that holds it */
	int64_t changed_ms;      /* last deployment or rollback, NEVER_MS */
	int64_t settle_ms;
	int64_t deployed_ms; /* last deployment, NEVER_MS */
	const char *version; /* what was deployed then; NULL or "": unknown */
	/* End of the last rollback; for a rule when = cleared its own. */
	int64_t acted_ms;        /* NEVER_MS */
	int64_t cooldown_ms;     /* as it has grown */
	const char *over_budget; /* whose budget is used up; NULL: none */
	int64_t budget_until_ms; /* when it allows another one */
	bool needs_target;
	const char *target_version; /* NULL or "": none known */
	const char *no_target;      /* why not; NULL or "": nobody said */
	bool is_destructive; /* what its procedure does cannot be taken back */
	/* It was bad before the last deployment, and not well since. */
	bool was_ill;
	int64_t ill_since_ms;
	int64_t ill_deployed_ms; /* the deployment before that, NEVER_MS */
	/* Of a rule whose last incident was turned down or left alone. */
	bool is_dismissed;
	bool has_expired;           /* it was left alone */
	int64_t dismissed_ms;       /* when */
	int64_t dismissed_until_ms; /* then it may ask again */
	bool lacks_authority;       /* reported by one who may not start it */
	bool is_approved;           /* a person has allowed this one */
	bool window_is_shut;
	int64_t window_opens_ms; /* NEVER_MS: nobody knows when */
	bool confirm;            /* see GUARD_CONFIRM: after a restart */
	bool is_hasty;           /* the same: bad by rechecks alone */
};

#define DECISION_REASON_MAX 256
#define DECISION_RELEASE_MAX 160

struct decision {
	enum action action;
	enum guard guard; /* what kept it from acting */
	int64_t until_ms; /* when the guard lets go by itself; NEVER_MS */
	/*
	 * One sentence, no final stop.  It tells times: whoever looks for a
	 * change compares action and guard instead.
	 */
	char reason[DECISION_REASON_MAX];
	/* What would let it act: "it ends by itself in 4m".  "": no guard. */
	char release[DECISION_RELEASE_MAX];
};

/*
 * What to do about a rule that has been judged: verdict tripped means that it
 * holds, whatever it is for.  Guards are asked in the order of enum guard and
 * the first that objects is named.  GUARD_UNARMED, GUARD_SEVERITY and
 * GUARD_MODE turn acting into proposing, GUARD_APPROVAL into preparing (or,
 * for a rule in shadow mode, both into saying so); all others hold.  What is
 * bad by rechecks alone is held by GUARD_CONFIRM before any of these four.
 */
struct decision decide(const struct rule_settings *rule, enum verdict verdict,
    const struct situation *s);

/*
 * A rule's verdict from the verdicts of the evaluators it names, in the order
 * in which it names them.  any: tripped when one is, healthy when all are.
 * all: tripped when all are, healthy when one is.  of: tripped when at_least
 * are, healthy when so many are that at_least cannot be reached.  Else
 * unknown.
 */
enum verdict rule_judge(
    const struct rule_settings *rule, const enum verdict *verdicts);

/* The same from how many have said what. */
struct tally {
	unsigned tripped, healthy, unknown;
};

void tally_add(struct tally *t, enum verdict verdict);
enum verdict rule_tallied(const struct rule_settings *rule, struct tally t);

/* The names a rule combines. */
const struct strings *rule_evaluators(const struct rule_settings *rule);

/* How many of them must have tripped. */
size_t rule_needed(const struct rule_settings *rule);

#endif
