/*
 * baselines_private.h - what the files of baselines.h share.
 */
#ifndef DAEMON_BASELINES_PRIVATE_H
#define DAEMON_BASELINES_PRIVATE_H

#include "daemon/baselines.h"
#include "daemon/baselines_file.h"

#define BASELINES_PATH_BYTES 4096
#define BASELINES_SAVE_MS (5 * 60 * 1000)

struct baselines_job;

struct baselines {
	struct monitor *m;
	char directory[BASELINES_PATH_BYTES];
	struct loop_timer *timer;
	/* Of those that somebody pinned or reset: all but what was learned. */
	struct baseline_line *told;
	size_t told_count;
	uint64_t told_changes;
	struct baselines_job *jobs; /* being written */
	uint64_t saved_changes;
	bool is_loaded;
	bool is_failing;
	bool save_again;
};

/* NULL: nobody pinned or reset it. */
struct baseline_line *baselines_told(
    struct baselines *b, const char *service, const char *evaluator);

/* Writes what changed; the timer's and, where it may wait, everybody's. */
void baselines_save(void *arg);

/* The same at once, whatever is being written already. */
void baselines_save_now(struct baselines *b);

/* Of what was never answered. */
void baselines_drop_jobs(struct baselines *b);

#endif
