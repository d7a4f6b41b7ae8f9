/*
 * service.h - one service as the core sees it: samples in, decisions out.
 *
 * Composes evaluators, rules and guards.  The daemon, the replays and the
 * simulation all use it, so that they cannot differ.  No I/O, no clock; all
 * memory is taken in service_new().  Every time is CLOCK_BOOTTIME in ms.
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#include "decision/decision.h"
#include "evaluator/evaluator.h"
#include "sample/sample.h"
#include "service/clearing.h"
#include "service/said.h"
#include "service/service_settings.h"
#include "service/versions.h"

#define SERVICE_VERSION_MAX VERSION_MAX
#define SERVICE_NEWS_MAX 4

struct service;

/* Borrows the settings.  NULL when memory is short. */
struct service *service_new(const struct service_settings *settings);
void service_free(struct service *s);
const struct service_settings *service_settings(const struct service *s);

/*
 * The same service under settings that say the same (equal digest), after a
 * reload: all state is kept, the old settings are no longer looked at.
 */
void service_resettle(
    struct service *s, const struct service_settings *settings);

/*
 * What the procedure of a rule needs: to know where to go back to, and a
 * lock of that name for itself (borrowed).
 */
void service_rule_needs(
    struct service *s, unsigned rule, bool target, const char *lock);

/* What it does cannot be taken back: see rule_settings.h. */
void service_rule_destroys(struct service *s, unsigned rule, bool destroys);

bool service_rule_needs_target(const struct service *s, unsigned rule);

/*
 * A sample of settings->probes[probe].  service_take(): where the listener of
 * service_listen() need not hear of it.
 */
void service_observe(
    struct service *s, unsigned probe, const struct sample *sample);
void service_take(
    struct service *s, unsigned probe, const struct sample *sample);

/* Should the probe that this was the newest sample of be asked once more? */
bool service_wants_recheck(const struct service *s, unsigned probe);

/*
 * How many of the probe's turns may be left out from its newest sample on, see
 * down_ms of its settings: it fails, the service is bad, and nothing is being
 * done, nor waits for an answer of it.
 */
unsigned service_rests(const struct service *s, unsigned probe);

/* An incident of this service was opened, or the last one was closed. */
void service_incident(struct service *s, bool is_open);

/*
 * A witness that was asked at that time has answered, and a question put to
 * this service later has failed.  Where there are witnesses a rule acts only
 * if one was asked after the failing began: what fails before and after our
 * own eyes were seen to be good is not our trouble.
 */
void service_witnessed(struct service *s, int64_t asked_ms);

/*
 * Reports of a person, which rules when = "reported" look at; a deployment and
 * a run end them all.  False when there are too many, or one of that id.
 */
bool service_reported(struct service *s, const struct said_report *report);
void service_withdrawn(struct service *s, const char *id, int64_t at_ms);

/* Has that report not been withdrawn, and nothing been deployed since? */
bool service_has_report(const struct service *s, const char *id);

/* What such a rule holds by; NULL: nothing. */
const struct said_report *service_report(
    const struct service *s, unsigned rule);

/*
 * The incident of a rule was turned down, or has expired.  Until then the rule
 * is held, unless it becomes healthy before, and with it those that would ask
 * the same: for the same procedure and kind of cause, and not graver.  None
 * that asks nobody: to say no to one is not to switch off another.
 */
void service_dismiss(struct service *s, const char *rule, bool expired,
    int64_t at_ms, int64_t until_ms);

/*
 * From now on count what is asked; then: have all evaluators that speak for
 * the rule taken in so many samples since, without LOST ones?
 */
void service_look_afresh(struct service *s, int64_t now_ms);
bool service_has_looked(const struct service *s, unsigned rule, unsigned count);

/* The newest sample of a probe, without its values; false: none yet. */
bool service_sample(
    const struct service *s, unsigned probe, struct sample *newest);

/*
 * What is known of versions, deployments and rollbacks comes along from the
 * object that stood for the service before its settings changed, and what
 * evaluators have learned that still measure the same.  Samples do not: they
 * answered other questions.
 */
void service_inherit(struct service *to, const struct service *from);

/*
 * Forget all samples, and ignore those asked before now_ms: we were paused,
 * or the clock moved.
 */
void service_forget(struct service *s, int64_t now_ms);

/* A rule that held before a deployment, since then: the release is innocent. */
struct service_ill {
	const char *rule; /* borrowed */
	int64_t since_ms;
};

/*
 * Those that hold just now, not by rechecks alone, and did before at_ms: to
 * be asked before a deployment, for the log.  Returns how many.
 */
size_t service_ill(const struct service *s, int64_t at_ms,
    struct service_ill ill[SERVICE_RULES_MAX]);

/* Those that did before the last one, and have not been well since. */
size_t service_still_ill(
    const struct service *s, struct service_ill ill[SERVICE_RULES_MAX]);

/*
 * A new version went out.  Nothing asked before counts any longer.  Texts are
 * borrowed; NULL is not said.
 */
struct service_deployment {
	const char *version;
	const char *previous;
	const char *by;
	const char *incompatible; /* with all before it: the reason */
	bool verified;
	const struct service_ill *ill; /* NULL: look for yourself */
	size_t ill_count;
	int64_t at_ms;
};

#define SERVICE_DISCOVERED "discovered" /* as who deployed it */

void service_deploy(struct service *s, const struct service_deployment *d);

/* The same, with less to say. */
void service_deployed(struct service *s, const char *version,
    const char *previous, bool verified, int64_t at_ms);

/* From the log: what it was ill of before the last deployment is over. */
void service_recovered(struct service *s);

/* What an operator, or the log, says of a version. */
struct service_mark {
	const char *version;
	enum version_mark mark;
	const char *why;
	int64_t at_ms;
};

/* False with the reason where the version is not known. */
bool service_mark(
    struct service *s, const struct service_mark *mark, struct error *err);

/* From the log: this version has soaked, for that reason. */
void service_soaked(
    struct service *s, const char *version, const char *why, int64_t at_ms);

/* From the log: this version was found in place. */
void service_found(struct service *s, const char *version, int64_t at_ms);

/*
 * A rollback begins its steps: where it leads is no deployment when it is
 * seen there.
 */
void service_heading(struct service *s, const char *version);

/* The version that its probe named last; "" for none. */
const char *service_seen_version(const struct service *s);

/* How long the version in place has done well, of settings->soak_ms. */
int64_t service_soaked_ms(const struct service *s);

/*
 * What a sample made the service conclude of its versions, which has taken
 * effect: for the log.  The oldest first, each once; false: there is no more.
 * Texts are good until the next sample.
 */
enum service_news_kind {
	NEWS_SOAKED,     /* the version is good, why */
	NEWS_FOUND,      /* it is in place, nobody knows since when */
	NEWS_DISCOVERED, /* it was deployed: start over */
	NEWS_WELL,       /* of what was bad before the last deployment */
	NEWS_MALFORMED,  /* why says what is no version */
};

struct service_news {
	enum service_news_kind kind;
	char version[SERVICE_VERSION_MAX];
	char why[VERSION_WHY_MAX];
	int64_t at_ms;
};

bool service_take_news(struct service *s, struct service_news *news);
bool service_has_news(const struct service *s);

/* The registry; borrowed, until the service is told anything. */
const struct versions *service_versions(const struct service *s);

/* Texts are borrowed. */
struct service_act {
	const char *rule;      /* NULL or "": a person ordered it */
	const char *procedure; /* NULL: not known */
	const char *from;   /* the version it led away from; NULL: in place */
	const char *now_at; /* the version now in place; NULL: not known */
	const char *why;    /* for the registry; NULL: nobody said */
	bool not_recovered; /* it did not help */
	bool had_tripped;   /* ordered: service_has_tripped() when it was */
	int64_t at_ms;
};

/*
 * Is it failing, or about to: has a rule tripped, or was the newest answer of
 * a probe that rules look at no good?
 */
bool service_is_failing(const struct service *s);

/*
 * Most groups failed when the newest sample came; and, now, they do not (any
 * more): what was collected meanwhile is forgotten, if this one was bad then -
 * tripped, or failing for two samples - and had not tripped before, but by
 * rechecks alone.  See groups.h, which calls both.
 */
void service_failed_together(struct service *s);
void service_fails_alone(struct service *s, int64_t now_ms);

/*
 * Does the rule of that name act by itself?  None of that name is configured:
 * it did, for all one knows; NULL or "": a person did.
 */
bool service_acts_alone(const struct service *s, const char *rule);

/* Has what any rule for what is cleared looks at, just now? */
bool service_has_tripped(const struct service *s);

/*
 * A rollback ended.  The version before it, if it is another one, is no target
 * again until it is deployed again and verified.
 */
void service_acted(struct service *s, const struct service_act *act);

/*
 * After a restart: this rule had decided.  If it is for what is cleared, what
 * it looks at had tripped before.
 */
void service_rearm(struct service *s, const char *rule);

/* "" when unknown. */
const char *service_version(const struct service *s);
const char *service_previous_version(const struct service *s);
const char *service_target_version(const struct service *s);
const char *service_rule_target(const struct service *s, unsigned rule);
int64_t service_deployed_ms(const struct service *s);

/* What only the daemon knows of the world around; texts are borrowed. */
struct surroundings {
	int64_t now_ms;
	bool store_fails;
	bool shadow;
	const char *hold_reason;
	const char *hold_author;
	int64_t hold_until_ms;
	int64_t tilt_until_ms;
	const char *blind_witness;
	bool has_witnesses; /* then service_witnessed() must have been called */
	bool run_is_on;
	bool confirm;
	bool is_approved; /* what is under way was allowed by a person */
	/* What the clock on the wall says, less now_ms; by whole seconds. */
	int64_t wall_offset_ms;
	/* The budget of all services together is used up until then. */
	int64_t limit_until_ms;
	/* "4 of 5 groups are bad", see groups.h; NULL: not so.  May be NULL
	   itself. */
	const char *(*correlated)(void *arg, unsigned rule);
	void *correlated_arg;
	/* The service that holds a lock, NULL: free.  May be NULL itself. */
	const char *(*lock_holder)(void *arg, const char *lock);
	void *lock_arg;
};

struct service_decision {
	unsigned rule; /* meaningless with ACTION_NONE */
	struct decision decision;
};

/*
 * No rule can hold just now: there is nothing to be decided, whatever the
 * surroundings and whatever the time.  It takes no time to say.
 */
bool service_is_calm(const struct service *s);

/* Moreover nothing was failing, be it with others: service_fails_alone() would
   do nothing either. */
bool service_is_quiet(const struct service *s);

/* Of one rule. */
struct decision service_decide_rule(
    const struct service *s, unsigned rule, const struct surroundings *around);

/*
 * If this version were deployed now (NULL: none is) and its rules for what is
 * bad held: what the strongest of them would do, and which guard would keep it
 * from that.  For those that settle in time no guard speaks.
 */
struct service_decision service_rehearse(const struct service *s,
    const struct surroundings *around, const char *version);

/*
 * Of all rules: the strongest action, and among equals the graver severity,
 * then the order of the configuration.
 */
struct service_decision service_decide(
    const struct service *s, const struct surroundings *around);

/*
 * The same, to be acted upon.  Before that it arms rules for what is cleared,
 * where what they look at has tripped and nothing speaks against believing it.
 */
struct service_decision service_think(
    struct service *s, const struct surroundings *around);

/*
 * Tripped: it holds.  Healthy: it does not.  (Also of a rule when = cleared,
 * which holds when what it looks at is healthy.)
 */
/*
 * What an evaluator still needs for a verdict, and which metrics it looks for
 * in vain: for people; adds nothing when nothing is missing.
 */
void service_missing(const struct service *s, unsigned evaluator,
    int64_t now_ms, struct text *out);

enum verdict service_rule_verdict(const struct service *s, unsigned rule);

/* Has what a rule when = cleared looks at tripped before? */
bool service_rule_is_armed(const struct service *s, unsigned rule);
struct finding service_finding(const struct service *s, unsigned evaluator);
struct evaluator *service_evaluator(
    const struct service *s, unsigned evaluator);

/*
 * Worst of all rules but those for what is cleared: tripped, else unknown,
 * else healthy.
 */
enum verdict service_verdict(const struct service *s);

/* Since when the verdict is what it is. */
int64_t service_verdict_since_ms(const struct service *s);

/*
 * When the failing that tripped a rule began: the first sample that spoke for
 * it.  NEVER_MS when it is not tripped.
 */
int64_t service_first_bad_ms(const struct service *s, unsigned rule);

#endif
