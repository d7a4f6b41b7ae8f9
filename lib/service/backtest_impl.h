/*
 * backtest_impl.h - what the files of backtest.h share.
 */
#ifndef SERVICE_BACKTEST_IMPL_H
#define SERVICE_BACKTEST_IMPL_H

#include "service/backtest.h"
#include "service/groups.h"
#include "service/service.h"
#include "service/service_input.h"

#define BACKTEST_WORDS_MAX 257

/* An evaluator as last told. */
struct backtest_told {
	enum verdict verdict;
	const char *state;
};

struct backtest_counts {
	uint64_t samples;
	uint64_t decided[ACTION_ROLL_BACK + 1][GUARD_CONFIRM + 1];
};

_Static_assert(SERVICE_RULES_MAX <= 32, "a bit each");

struct backtest_lock {
	char *name;                      /* NULL: none */
	char holder[NAME_MAX_BYTES + 1]; /* "": free */
};

/* One probe: where its values go, and whether it was heard of. */
struct backtest_probe {
	struct metric_name *names;
	size_t count;
	size_t likely; /* the slot that comes next, as a rule */
	uint64_t samples;
};

/* One service.  Its core is made with the first line about it. */
struct backtest_service {
	const struct service_settings *settings;
	struct service *core;
	struct backtest_probe *probes;
	struct backtest_told *told; /* one an evaluator */
	struct backtest_lock *locks;
	struct surroundings around;
	char hold_reason[BACKTEST_WORDS_MAX];
	char hold_author[BACKTEST_WORDS_MAX];
	char blind[NAME_MAX_BYTES + 1];
	struct backtest *backtest;
	unsigned index;
	uint32_t correlated; /* rules, as recorded: a bit each */
	char correlated_words[GROUPS_WORDS_MAX];
	struct service_decision decision; /* as told */
	bool is_unmatched; /* no recorded decision has said the same yet */
	int64_t decided_ms;
	bool is_removed;
	bool has_state; /* of this stream */
	bool has_gap;   /* lines were lost since the last one */
	bool is_known;  /* the newest state line said nothing new */
	struct backtest_counts counts;
};

struct backtest_name {
	uint64_t hash;
	unsigned service;
	unsigned probe;
	bool is_taken;
};

struct backtest {
	struct backtest_settings settings;
	struct text *out;
	struct backtest_service *services;
	struct backtest_name *names; /* open addressing */
	size_t name_mask;
	char *classes[BACKTEST_CLASSES_MAX];
	size_t class_count;
	const char *last_class;
	double values[METRIC_NAMES_MAX];
	struct groups *groups; /* of all services */
	struct act_times acts; /* of all of them */
	int64_t *act_ms;
	struct backtest_service *pending; /* its decision is due */
	int64_t pending_ms;
	int64_t now_ms;
	bool is_recording;
	int64_t wall_offset_ms; /* when the recording began */
	bool is_ready;
	char stream[NAME_MAX_BYTES + 1];
	int64_t part;
	char digest[NAME_MAX_BYTES + 1];
	uint64_t lines, samples, events, skipped, gaps, lost;
	int64_t first_ms;
	size_t differences, compared;
	char unknown[BACKTEST_UNKNOWN_MAX][BACKTEST_WORDS_MAX];
	size_t unknown_count;
	int64_t *reactions_ms; /* first bad sample to decision */
	size_t reaction_count;
	struct recording_line line;
};

/* backtest.c: the time of a line; false: it is before the last one. */
bool backtest_clock(struct backtest *b, int64_t at_ms, struct error *err);

/* backtest_names.c */
bool backtest_names_make(struct backtest *b);
/* NULL: there is none of that name. */
const struct backtest_name *backtest_find(
    const struct backtest *b, const struct recording_sample *s);
struct backtest_service *backtest_service(struct backtest *b, const char *name);

/* The same words for as long as b lives; "other" where there are too many. */
const char *backtest_class(
    struct backtest *b, const struct recording_words *words);

/* False with the reason, or, where that is wished, counted and named. */
bool backtest_unknown(struct backtest *b, struct error *err, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* backtest_core.c */
bool backtest_begin(
    struct backtest *b, struct backtest_service *t, struct error *err);
void backtest_forget(struct backtest_service *t);
void backtest_settle(struct backtest *b); /* decides what is due */
/* After whatever may have changed how it is. */
void backtest_look(struct backtest *b, struct backtest_service *t);

/* A line that is no sample. */
struct backtest_event {
	struct json_object *json;
	const char *kind;
	int64_t at_ms;
	struct backtest_service *service; /* NULL: of all of them */
};

/* backtest_state.c */
bool backtest_incomplete(
    const struct backtest_event *e, const char *what, struct error *err);
void backtest_copy(char *to, size_t size, const char *words); /* NULL: "" */
int64_t backtest_time(
    struct json_object *o, const char *key, int64_t fallback_ms);
bool backtest_state(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_baseline(
    struct backtest *b, const struct backtest_event *e, struct error *err);

/* backtest_versions.c: lines about versions */
bool backtest_acts_itself(const struct backtest *b);
void backtest_hear_news(struct backtest *b, struct backtest_service *t);
bool backtest_deploy(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_acted(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_mark(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_soaked(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_found(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_heading(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_recovered(
    struct backtest *b, const struct backtest_event *e, struct error *err);

/* backtest_event.c */
bool backtest_event(
    struct backtest *b, const struct recording_line *line, struct error *err);

/* backtest_tell.c */
void backtest_tell_evaluators(
    struct backtest *b, struct backtest_service *t, int64_t at_ms);
void backtest_tell_decision(struct backtest *b, struct backtest_service *t,
    const struct service_decision *d, int64_t at_ms);
void backtest_tell_execution(struct backtest *b,
    const struct backtest_service *t, const struct service_decision *d,
    int64_t at_ms);
void backtest_tell_difference(struct backtest *b,
    const struct backtest_service *t, const char *by, const char *rule,
    const char *action, const char *guard, int64_t at_ms);
void backtest_tell_summary(struct backtest *b);

/* backtest_said.c */
bool backtest_reported(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_withdrawn(
    struct backtest *b, const struct backtest_event *e, struct error *err);
bool backtest_dismissed(
    struct backtest *b, const struct backtest_event *e, struct error *err);
void backtest_take_said(const struct service_settings *s, struct said *said,
    struct json_object *state, int64_t at_ms);

#endif
