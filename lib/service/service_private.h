/*
 * service_private.h - what the two halves of a service share: what it knows,
 * and what its rules make of that.
 */
#ifndef SERVICE_SERVICE_PRIVATE_H
#define SERVICE_SERVICE_PRIVATE_H

#include "decision/cooldown.h"
#include "service/clearing.h"
#include "service/said.h"
#include "service/service.h"
#include "service/service_input.h"
#include "service/versions.h"

/* What is kept of the newest sample of a probe, and of those before it. */
struct probe_state {
	int64_t asked_ms, answered_ms;
	double latency_ms;
	struct sample_phases phases;
	double value;
	const char *failure;
	char *detail;    /* SAMPLE_DETAIL_MAX; NULL: "" */
	uint64_t absent; /* values that the last good answer did not have */
	int status;
	unsigned fresh; /* since service_look_afresh(), without LOST */
	uint8_t outcome;
	bool has_value;
	bool is_known;
	bool fails; /* the newest that was not lost */
};

_Static_assert(METRIC_NAMES_MAX <= 64, "a bit each");
_Static_assert(SERVICE_EVALUATORS_MAX <= UINT8_MAX, "its index is a byte");

struct rule_state {
	const uint8_t *parts; /* the evaluators that it names, by index */
	uint8_t part_count;
	bool needs_target;
	bool is_destructive;
	bool has_lead;    /* see clearing_has_lead() */
	const char *lock; /* NULL: needs none */
	struct clearing clearing;
	struct illness illness;
};

/* How an evaluator is fed. */
struct feed {
	uint64_t probes; /* a bit each */
	const uint8_t *parts;
	uint8_t part_count;
};

/*
 * What most services have none of for most of the time: of versions, of runs
 * and of what people said.  Room for it is set aside when the service is made,
 * and costs nothing before it is written to.
 */
struct lore {
	struct discovery discovery;
	int64_t act_ms[BUDGET_MAX];
	int64_t repeat_ms[BUDGET_MAX];
	struct versions versions; /* mostly empty */
	struct said said;
	struct service_news news[SERVICE_NEWS_MAX];
};

/* All of it is one piece of memory, but the lore. */
struct service {
	const struct service_settings *settings;
	struct evaluator **evaluators;
	struct feed *feeds; /* one an evaluator */
	struct probe_state *probes;
	struct rule_state *rules; /* one a rule */
	struct lore *lore;        /* service_lore(), service_lore_own() */
	bool has_lore;
	bool has_incident;
	bool is_combined;      /* some evaluators combine others */
	bool has_cleared;      /* some rules are for what is cleared */
	bool is_unsettled;     /* what findings depend on was changed by hand */
	bool may_be_dismissed; /* a rule */
	bool tripped_alone;    /* and before most groups failed */
	uint8_t verdict;       /* enum verdict */
	unsigned together;     /* samples while most groups failed */
	unsigned failing_probes;
	unsigned news_count;
	unsigned discover_probe; /* its index; UINT_MAX: there is none */
	int64_t soaked_ms; /* how long the version in place has done well */
	int64_t soak_ticked_ms;
	int64_t soak_gap_ms; /* longer without an answer is not watched */
	int64_t deployed_ms;
	int64_t changed_ms; /* deployed, or rolled back */
	int64_t acted_ms;
	struct act_times acts;    /* automatic runs: for the budget */
	struct act_times repeats; /* and those that make cooldown grow */
	uint64_t judged;          /* probes that rules look at, a bit each */
	int64_t witnessed_ms;     /* see service_witnessed() */
	int64_t verdict_since_ms;
	int64_t afresh_ms; /* see service_look_afresh() */
	service_heard *heard;
	void *heard_arg;
};

/* service_lore.c: what there is of it, and the same to be written to. */
bool service_lore_begin(struct service *s);
void service_lore_end(struct service *s);
const struct lore *service_lore(const struct service *s);
struct lore *service_lore_own(struct service *s);

/* Of that name; it is there. */
unsigned service_evaluator_index(const struct service *s, const char *name);

/* service_limits.c */
void service_limit(const struct service *s, unsigned rule,
    const struct surroundings *around, struct situation *to);
/* An automatic run ended; act->rule: which had decided. */
void service_count_act(struct service *s, const struct service_act *act);
void service_acts_begin(struct service *s);
void service_acts_inherit(struct service *to, const struct service *from);
void service_acts_memory(const struct service *s, struct service_memory *m);
void service_acts_remember(struct service *s, const struct service_memory *m);
/* Which probes rules look at, and which of those fail. */
void service_note_judged(struct service *s);
void service_note_failing(
    struct service *s, unsigned probe, enum sample_outcome outcome);
void service_note_nothing(struct service *s);
/* service_observe.c */
void service_note_verdict(struct service *s, int64_t at_ms);
/* Those that judge by what others found: does any find otherwise now? */
bool service_combine(struct service *s, int64_t at_ms);
void service_hear(struct service *s, const struct service_input *in);
/* Does it hold only by what was asked out of turn? */
bool service_rule_is_hasty(const struct service *s, unsigned rule);
/* And what it looks at, whatever it is for: has that tripped only so? */
bool service_is_hasty_for(const struct service *s, unsigned rule);
/* Is there a rule that holds, and not only so? */
bool service_has_surely_tripped(const struct service *s);

/* service_said.c: of those that have become healthy nothing is dismissed. */
void service_rules_settle(struct service *s);
/* What was asked of the release that is gone says nothing of the new one. */
void service_start_over(struct service *s, int64_t at_ms);

/* service_discover.c: a sample says which version has answered. */
unsigned service_discover_probe(const struct service_settings *settings);
void service_discover(struct service *s, const struct sample *sample);

/* service_versions.c */
const struct versions_way *service_rule_way(
    const struct service *s, unsigned rule);
struct service_news *service_add_news(struct service *s,
    enum service_news_kind kind, const char *version, int64_t at_ms);
void service_take_deployment(
    struct service *s, const struct service_deployment *d);
void service_take_found(struct service *s, const char *version, int64_t at_ms);

/* A sample has been judged. */
void service_soak(struct service *s, const struct sample *sample);

/* service_rules.c */
/* Of that name; NULL: there is none. */
const struct rule_settings *service_find_rule(
    const struct service_settings *s, const char *name, size_t *index);
enum verdict service_worst_verdict(const struct service *s);

/*
 * What a rule's evaluators say together.  surely: as after a trip, even where
 * they have started over since and call healthy whatever begins well.
 */
enum verdict service_combination(
    const struct service *s, unsigned rule, bool surely);

/*
 * One that speaks for the rule and has heard nothing that bears it out for too
 * long, where the rule would not hold without it; NULL: none.
 */
const char *service_stale_for(const struct service *s, unsigned rule,
    enum verdict wanted, int64_t now_ms);

/* service_ill.c */
/*
 * No rule holds, and what evaluators say is new enough.  Rules in mode shadow
 * are on trial and have no say, unless there are no others.
 */
bool service_is_well(const struct service *s, int64_t now_ms);

/* One that has a say holds. */
bool service_is_bad(const struct service *s);

/* Does one of these, of rules that have a say, speak against a version? */
bool service_condemns(
    const struct service *s, const struct service_ill *ill, size_t count);

/* Keeps in mind which rules held before a deployment. */
void service_rules_deployed(
    struct service *s, const struct service_ill *ill, size_t count);

/* Forgets illness of those that are well. */
void service_rules_look(struct service *s, int64_t now_ms);
void service_rules_acted(struct service *s, const struct service_act *act);

/* service_rules.c: what speaks for and against acting by a rule now. */
struct situation service_situation(
    const struct service *s, unsigned rule, const struct surroundings *around);

#endif
