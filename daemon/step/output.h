/*
 * output.h - what a step prints: all of it drained, little of it kept.
 *
 * The first and the last part go to a file, the last bytes into the result,
 * and the standard output alone is kept where the step captures it.
 */
#ifndef DAEMON_STEP_OUTPUT_H
#define DAEMON_STEP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define OUTPUT_FIRST_MAX (256 * 1024)
#define OUTPUT_LAST_MAX (256 * 1024)

struct output;

/* The file stays the caller's; -1: none.  NULL when memory is short. */
struct output *output_new(int file);
void output_free(struct output *o);

void output_add(
    struct output *o, const char *bytes, size_t length, bool is_stdout);
int64_t output_total_bytes(const struct output *o);

/* Writes the last part to the file; what fails is left out. */
void output_finish(struct output *o);

/* The first bytes of the standard output, as they came. */
size_t output_start(const struct output *o, const char **bytes);

/* The last bytes, safe for terminals, lines kept. */
void output_tail(const struct output *o, struct text *tail);

/*
 * The standard output without its last newlines; NULL with the reason when
 * it may not be captured.  Lives as long as the output.
 */
const char *output_capture(struct output *o, struct error *err);

#endif
