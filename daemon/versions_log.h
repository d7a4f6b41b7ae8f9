/*
 * versions_log.h - between the log and the registry of versions: what is
 * written down of a version, and what is made of it.
 *
 * An order and the recovery after a restart take effect through the same
 * function, from the same event, so that they cannot differ.
 */
#ifndef DAEMON_VERSIONS_LOG_H
#define DAEMON_VERSIONS_LOG_H

#include "base/json.h"
#include "daemon/watched.h"

/*
 * The event of a deployment at this moment; texts may be NULL.  What was bad
 * before it began is not its fault.
 */
struct json_object *versions_deploy_json(
    struct watched *w, const struct service_deployment *d, int64_t began_ms);

struct json_object *versions_mark_json(
    const char *version, enum version_mark mark, const char *why);

/* Does what the event says; one that is of another kind does nothing. */
void versions_take(struct watched *w, const char *kind,
    struct json_object *data, int64_t at_ms);

/* Puts what a sample has made it conclude into the log. */
void versions_tell_news(struct watched *w);

/* What a rollback that ended has made of versions. */
void versions_tell_act(struct watched *w, const struct service_act *act);

#endif
