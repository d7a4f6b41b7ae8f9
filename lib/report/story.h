/*
 * story.h - what an incident's events say, gathered once for every form of
 * the report.  Private to this stage.
 *
 * Events may lack any field, and an incident may have been cut off anywhere:
 * what nobody told stays NULL or UNKNOWN_MS.
 */
#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "report/report.h"
#include "report/words.h"

enum story_status {
	STORY_OPEN,
	STORY_RECOVERED,
	STORY_NOT_RECOVERED,
	STORY_FAILED,
	STORY_INTERRUPTED,
	STORY_ABORTED,
	STORY_NOT_NEEDED,
	STORY_CLEARED,
	STORY_SUPERSEDED,
	STORY_REJECTED,
	STORY_EXPIRED,
	STORY_OTHER, /* closed with a word unknown here */
};

/* Borrows everything from the incident. */
struct story {
	const struct report_incident *incident;
	struct json_object *opened;   /* data of the event; NULL: none */
	struct json_object *verified; /* the last one */
	struct json_object *abort;
	struct json_object *approved; /* by whom; or raised to P0 */
	const char *severity;         /* as it was at the end; NULL: not said */
	struct json_object *closed;
	enum story_status status;
	int64_t opened_ms;
	int64_t closed_ms;
	int64_t first_bad_ms;
	int64_t detected_ms;
	int64_t first_step_ms; /* UNKNOWN_MS: no step was started */
	int64_t last_end_ms;   /* of a step or verification */
	int64_t recovered_ms;
	int64_t down_ms; /* UNKNOWN_MS: cannot be said */
	int64_t budget_ms;
	int64_t respond_ms; /* UNKNOWN_MS: not said */
	bool is_still_bad;  /* down_ms is what was known at the end */
};

void story_tell(struct story *s, const struct report_incident *incident);

/* "recovered", "open", ... as reports say it. */
const char *story_status_word(const struct story *s);

/* Text of "opened"; NULL when it is missing. */
const char *story_opened_text(const struct story *s, const char *key);
bool story_is_by_operator(const struct story *s);

/* What offsets count from: the first bad sample, else the first event. */
int64_t story_zero_ms(const struct story *s);

/* Detection to first step; UNKNOWN_MS when no step was started. */
int64_t story_response_ms(const struct story *s);

/* What the severity allows for it; UNKNOWN_MS: no limit. */
int64_t story_response_limit_ms(const struct story *s);

/*
 * Was that in time?  Also of one that was left alone until it expired.  False
 * in met where it cannot be said.
 */
bool story_response_is_known(const struct story *s, bool *met);

/* Detection to the end of the last step and verification. */
int64_t story_run_ms(const struct story *s);

/* A moment of an event's data; UNKNOWN_MS when it is missing or 0. */
int64_t story_moment(struct json_object *data, const char *key);

/*
 * The runs in the order in which they began: the run is an id, and planned
 * the data of its event (NULL: missing).  False after the last.
 */
struct story_run {
	const char *run;
	struct json_object *planned;
	struct json_object *ended; /* data of run_ended; NULL: it did not */
};
bool story_run(const struct story *s, size_t index, struct story_run *run);

/* What an event says about the attempts at the steps of a run. */
enum story_attempt {
	STORY_NO_ATTEMPT,
	STORY_ENDED,      /* it is an outcome */
	STORY_UNANSWERED, /* an intent that never got an outcome */
};
enum story_attempt story_attempt(
    const struct story *s, size_t event, const char *run);

/* Why an attempt ended as it did; NULL where the outcome says it all. */
const char *story_reason(struct json_object *outcome);

/*
 * What the end of a run says was undone, behind the words: "1 step was
 * undone"; nothing where nothing was.
 */
void story_undone(
    struct json_object *ended, const char *before, struct text *out);

/*
 * The outputs of all attempts together are capped, first come first served:
 * NULL without output, the words for "left out" where it did not fit.
 */
#define STORY_TAILS_MAX_BYTES ((size_t)1024 * 1024)
#define STORY_TAIL_LEFT_OUT "(left out: the report is as long as it may be)"
const char *story_tail(struct json_object *outcome, size_t *bytes_so_far);

#endif
