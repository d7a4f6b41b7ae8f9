/*
 * baselines_file.h - the file of baselines: one JSON object a line, written
 * whole or not at all.
 *
 * Touches the disk and blocks: on the store's thread, or before the loop runs.
 */
#ifndef DAEMON_BASELINES_FILE_H
#define DAEMON_BASELINES_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/ulid.h"
#include "base/units.h"
#include "control/caller.h"
#include "evaluator/baseline.h"

#define BASELINES_FILE "baselines"
#define BASELINES_DAMAGED "baselines.damaged"
#define BASELINES_MAX_BYTES ((size_t)128 * 1024 * 1024)

/* One baseline, and what leads said about it. */
struct baseline_line {
	char service[NAME_MAX_BYTES + 1];
	char evaluator[NAME_MAX_BYTES + 1];
	char subject[DIGEST_TEXT_BYTES]; /* baseline_subject() */
	char reset[ULID_BYTES];          /* the last one that counted, or "" */
	char pinned_by[CALLER_TEXT_MAX]; /* "": it is not pinned */
	int64_t pinned_wall_ms;
};

/* One line without its newline. */
void baseline_line_write(struct text *out, const struct baseline_line *line,
    const struct baseline *b);

/*
 * Reads one back; state is what baseline_import() takes, and the caller frees
 * it.  False with the reason.
 */
bool baseline_line_read(const char *bytes, size_t length,
    struct baseline_line *line, char **state, struct error *err);

/* Replaces the file in that folder. */
bool baselines_file_write(
    const char *directory, const struct text *lines, struct error *err);

/* Told of each line that could be read. */
typedef bool baselines_take(void *arg, const struct baseline_line *line,
    const char *state, struct error *err);

/*
 * Reads the file, which need not be there, and gives its lines to take.
 * Those that cannot be read, or that it does not take, are put into a file of
 * their own, and counted in *damaged with the reason of the first.  False
 * with the reason when there is no reading at all: then the file is moved
 * there whole.
 */
bool baselines_file_read(const char *directory, baselines_take *take, void *arg,
    size_t *damaged, struct error *err);

#endif
