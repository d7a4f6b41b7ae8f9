/*
 * recorder_lines.h - the events of a recording, key by key.
 */
#ifndef DAEMON_RECORDER_LINES_H
#define DAEMON_RECORDER_LINES_H

#include "base/text.h"
#include "daemon/recorder.h"

/* NULL for service: of all of them. */
void recorder_begin(
    struct text *t, int64_t at_ms, const char *event, const char *service);
void recorder_end(struct text *t);

/* "deploy": how an input that is no sample is called. */
const char *recorder_event_word(enum service_input_kind kind);
void recorder_input(
    struct text *t, const struct service_input *in, int64_t now_ms);

/* What a service knows when its lines begin. */
void recorder_state(struct text *t, const struct recorder_mark *mark,
    const struct service_settings *settings,
    const struct service_memory *memory);

/* What surrounds a decision. */
void recorder_around(struct text *t, const struct service *core,
    const struct surroundings *around);

/* A member; NEVER_MS adds nothing. */
void recorder_time(struct text *t, const char *key, int64_t ms);

void recorder_decision(struct text *t, const struct service_settings *settings,
    const struct recorder_mark *mark);

/* To tell whether it is still the same. */
uint64_t recorder_digest(const char *bytes, size_t length);

#endif
