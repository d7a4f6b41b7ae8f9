/*
 * discovery.h - which version do the answers of a probe name?
 *
 * Where instances of two versions answer in turns, nothing is concluded until
 * one of them has answered so many times in a row; and to go back to what was
 * there just before takes DISCOVERY_BACK_FACTOR times as many, so that a
 * rollout that takes its time is one deployment and not many.  What was in
 * place before a deployment or a rollback that was told may answer on until
 * the new version has been seen: that is no news either.
 *
 * A plain value.  All zero but the times is its beginning.
 */
#ifndef SERVICE_DISCOVERY_H
#define SERVICE_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "sample/sample.h"
#include "service/discover_settings.h"
#include "service/versions.h"

#define DISCOVERY_BACK_FACTOR 4

struct discovery {
	char seen[VERSION_MAX];      /* the last that was named; "": none */
	char candidate[VERSION_MAX]; /* not in place, and named; "": none */
	char malformed[SAMPLE_VERSION_MAX]; /* told already */
	char heading[VERSION_MAX];          /* where a rollback of ours leads */
	unsigned streak;     /* answers in a row that named the candidate */
	unsigned others;     /* answers since that named what is in place */
	bool has_arrived;    /* what is in place was seen since it is */
	int64_t first_ms;    /* the candidate was asked for, and named, first */
	int64_t before_ms;   /* what is in place was named last, before that */
	int64_t in_place_ms; /* what is in place was named last */
};

enum discovered {
	DISCOVERED_NOTHING,
	DISCOVERED_MALFORMED, /* what was named is no version */
	DISCOVERED_FOUND,     /* the candidate is in place; no deployment */
	DISCOVERED_DEPLOYED,  /* the candidate was deployed at first_ms */
};

/* Nothing has been seen. */
struct discovery discovery_new(void);

/* An answer to what was asked then names a version. */
enum discovered discovery_observe(struct discovery *d,
    const struct discover_settings *settings, const struct versions *v,
    const char *version, int64_t asked_ms);

/*
 * Another version is in place now.  seen_ms: it was named last by an answer
 * to what was asked then; NEVER_MS: it was told, and is still to be seen.
 */
void discovery_changed(struct discovery *d, int64_t seen_ms);

/* A rollback of ours leads there; "": none does any more. */
void discovery_head(struct discovery *d, const char *version);

#endif
