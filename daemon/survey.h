/*
 * survey.h - what tells of all services, made piece by piece between other
 * work.
 *
 * Of ten thousand services it takes a tenth of a second to tell, and so long
 * no probe may wait.  Those who order the same survey share one that is not
 * begun yet: whatever they are told was true after they had asked.  Where
 * there are few services the answer comes within the order.
 */
#ifndef DAEMON_SURVEY_H
#define DAEMON_SURVEY_H

#include <stdbool.h>

#include "base/text.h"
#include "daemon/monitor.h"

enum survey_kind {
	SURVEY_STATUS,         /* objects of JSON, with commas between them */
	SURVEY_STATUS_PROBES,  /* the same with the newest sample of each */
	SURVEY_METRICS,        /* the text format of Prometheus */
	SURVEY_METRICS_QUOTED, /* as the inner part of a JSON string */
};

#define SURVEY_KINDS (SURVEY_METRICS_QUOTED + 1)

/* Whose turn it is.  All zero is the beginning. */
struct survey_place {
	unsigned part;
	size_t index;
};

struct surveys;

/* NULL: no memory. */
struct surveys *surveys_new(struct monitor *m);

/* Those who wait are told that there is none.  NULL is allowed. */
void surveys_free(struct surveys *all);

/*
 * Told once, with the text or with NULL: it was too long, or there is none.
 * Returns false to be told again in a while: there is no room for it now.
 */
typedef bool survey_done(void *arg, const struct text *survey);

void surveys_order(
    struct surveys *all, enum survey_kind kind, survey_done *done, void *arg);

#endif
