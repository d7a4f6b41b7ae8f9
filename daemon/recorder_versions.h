/*
 * recorder_versions.h - what lines of a recording say of versions.
 */
#ifndef DAEMON_RECORDER_VERSIONS_H
#define DAEMON_RECORDER_VERSIONS_H

#include "base/text.h"
#include "service/service_input.h"

/* Members of the line of such an input. */
void recorder_deployment(struct text *t, const struct service_input *in);
void recorder_act(struct text *t, const struct service_input *in);

/* Members of a state line. */
void recorder_versions(struct text *t, const struct versions *v);
void recorder_discovery(struct text *t, const struct discovery *d);

/* Rules that held before the last deployment, and never let go since. */
void recorder_ill(struct text *t, const struct service_settings *settings,
    const struct service_memory *memory);

#endif
