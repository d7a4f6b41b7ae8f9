/*
 * versions.h - which versions a service has had, what became of each, and
 * where to go back to.
 *
 * A registry in fixed memory: the newest VERSIONS_MAX, each once, in the order
 * in which they came into place.  It is made of deployments, soaks, acts and
 * marks alone, and each of those is an event in the log: whoever tells it the
 * same events in the same order gets the same registry.
 *
 * Where to go back to is asked of it and not remembered: the version that was
 * said to be the previous one if that is good, else the newest good one, else
 * the newest that a deployment has named as the one before it and of which
 * nothing is known but that.  Never the one in place, never one that failed,
 * was tried in vain or withdrawn, never one that was in place here without
 * being verified, and none from before a version
 * that is incompatible with what was before it.  After a rollback there is
 * nowhere to go to until something is deployed: if that did not help, the
 * release is not the cause.
 *
 * For a rule that was bad before the one in place came, the one that was in
 * place when that began is none either, until it is well again.
 *
 * A plain value: copy it.
 */
#ifndef SERVICE_VERSIONS_H
#define SERVICE_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"

#define VERSION_MAX (NAME_MAX_BYTES + 1)
#define VERSIONS_MAX 32
#define VERSION_BY_MAX 96 /* longer texts are cut at a whole character */
#define VERSION_WHY_MAX 160
#define NO_TARGET_MAX 224

/* Why there is no way back from one of which nothing is known. */
#define VERSIONS_NONE_KNOWN "no version is known to go back to"

enum version_state {
	VERSION_NAMED,     /* said to have been in place before another */
	VERSION_DEPLOYED,  /* was in place, and is not verified */
	VERSION_GOOD,      /* verified */
	VERSION_FAILED,    /* a rule led away from it */
	VERSION_TRIED,     /* a rollback led to it and did not help */
	VERSION_WITHDRAWN, /* an operator has led away from it, or said so */
};

/* Texts are "" when unknown. */
struct version {
	char name[VERSION_MAX];
	char by[VERSION_BY_MAX];            /* who deployed it */
	char why[VERSION_WHY_MAX];          /* it is in this state */
	char incompatible[VERSION_WHY_MAX]; /* with all before it, because */
	enum version_state state;
	int64_t seq;       /* of its last deployment: what came after what */
	int64_t wall_seq;  /* if incompatible: with those below */
	int64_t placed_ms; /* when it was deployed last; NEVER_MS */
	int64_t judged_ms; /* when it came into its state; NEVER_MS */
};

struct versions_way {
	char target[VERSION_MAX];      /* where a rollback would go */
	char no_target[NO_TARGET_MAX]; /* why nowhere */
};

struct versions {
	unsigned count;
	int64_t seq; /* the last that was given */
	char now[VERSION_MAX];
	char previous[VERSION_MAX];
	char hint[VERSION_MAX];    /* what was said to be the previous one */
	char suspect[VERSION_MAX]; /* it was bad when the next one came */
	bool is_back;   /* nothing was deployed since a rollback ... */
	bool is_astray; /* ... that ended nobody knows where */
	struct versions_way way;
	struct versions_way way_of_ill; /* by a rule that was bad before it */
	/* The oldest first.  At the end, and not touched before it is used: of
	   thousands of services few have had so many. */
	struct version items[VERSIONS_MAX];
};

/* The same as to = from, but that only those are copied which there are. */
void versions_copy(struct versions *to, const struct versions *from);

/* NULL or "" is not said. */
struct versions_deployment {
	const char *version;
	const char *previous;
	const char *by;
	const char *incompatible; /* with all before it: the reason */
	bool verified;
	bool was_ill; /* what it takes the place of was bad */
	int64_t at_ms;
};

/* A version goes out.  One that was known starts over. */
void versions_deployed(struct versions *v, const struct versions_deployment *d);

/*
 * It is in place, and nobody says since when: found at the start, or where a
 * rollback of ours led.  Not a deployment.
 */
void versions_found(struct versions *v, const char *version, int64_t at_ms);

/* It has soaked: verified, unless something worse is known of it. */
void versions_soaked(
    struct versions *v, const char *version, const char *why, int64_t at_ms);

/* It is well again: what was bad when the next one came may be good. */
void versions_well(struct versions *v);

/* Would the version in place become good if it soaked? */
bool versions_soaks(const struct versions *v);

struct versions_act {
	const char *from;   /* what it led away from; NULL: what is in place */
	const char *now_at; /* NULL or "": nobody knows */
	const char *why;
	bool ordered;       /* by an operator */
	bool not_recovered; /* what it led to was no better */
	int64_t at_ms;
};

/* A rollback ended; now_at may be where it began: then nothing was done. */
void versions_acted(struct versions *v, const struct versions_act *act);

enum version_mark {
	MARK_VERIFIED,
	MARK_FAILED,
	MARK_INCOMPATIBLE,
	MARK_COMPATIBLE,
	/* What versions_acted() made of it, when that was long ago. */
	MARK_ROLLED_BACK,
	MARK_NOT_RECOVERED,
};

const char *version_mark_word(enum version_mark mark);
bool version_mark_parse(const char *word, enum version_mark *mark);

/*
 * An operator says so.  One that was not known is put before the one in place
 * when it is marked verified or failed; else it must be known.
 */
void versions_mark(struct versions *v, const char *version,
    enum version_mark mark, const char *why, int64_t at_ms);
bool versions_may_be_marked(const struct versions *v, const char *version,
    enum version_mark mark, struct error *err);

/* NULL when it is not known. */
const struct version *versions_find(const struct versions *v, const char *name);

/*
 * Does anything speak against going back to this one without being told to?
 * Appends what, to be read behind its name.
 */
bool versions_obstacle(
    const struct versions *v, const struct version *x, struct text *out);

/*
 * May an operator name it to go back to?  All but what is incompatible; then
 * false with the reason.
 */
bool versions_may_be_named(
    const struct versions *v, const char *name, struct error *err);

/* "good", as kept. */
const char *version_state_word(enum version_state state);
bool version_state_parse(const char *word, enum version_state *state);

/* versions_target.c: finds the ways anew. */
void versions_choose(struct versions *v);

#endif
