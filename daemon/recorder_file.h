/*
 * recorder_file.h - lines for a file that is written by a thread of its own.
 *
 * Giving a line never waits: what does not fit is lost, and counted.  Whoever
 * gives says when a new file begins: the one before becomes FILE.1, that
 * FILE.2, and so on.  Only whole lines are ever in it.
 */
#ifndef DAEMON_RECORDER_FILE_H
#define DAEMON_RECORDER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RECORDER_RING_BYTES ((size_t)4 * 1024 * 1024)
#define RECORDER_PATH_MAX 4096

struct recorder_file;

/* Nothing is open yet.  NULL with the reason. */
struct recorder_file *recorder_file_new(struct error *err);

/* Writes all that was given, if it can, and ends the thread. */
void recorder_file_free(struct recorder_file *f);

/*
 * From here on lines go to that file, behind what is in it; NULL: nowhere.
 * What was given before goes where it was meant to go.
 */
void recorder_file_open(
    struct recorder_file *f, const char *path, unsigned keep);

/* From here on lines go to a new file; before it, keep older ones. */
bool recorder_file_rotate(struct recorder_file *f);

/* One line or several, each with its newline.  False: lost. */
bool recorder_file_give(
    struct recorder_file *f, const char *lines, size_t length);

/* Bytes in the file, with those that are still to be written. */
size_t recorder_file_size(struct recorder_file *f);

/* Lines that could not be written, in all; the reason while it is so. */
uint64_t recorder_file_lost(struct recorder_file *f, struct error *trouble);

/* All that was given so far was written, or could not be.  For tests. */
bool recorder_file_is_idle(struct recorder_file *f);

#endif
