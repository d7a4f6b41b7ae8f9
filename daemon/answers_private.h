/*
 * answers_private.h - what the files of answers.h share.
 */
#ifndef DAEMON_ANSWERS_PRIVATE_H
#define DAEMON_ANSWERS_PRIVATE_H

#include "daemon/answers.h"
#include "daemon/survey.h"
#include "daemon/watched.h"

/* A moment of CLOCK_BOOTTIME, on the wall clock; NEVER_MS sets nothing. */
void answers_set_wall(
    struct monitor *m, struct json_object *o, const char *key, int64_t boot_ms);

/* "" sets nothing. */
void answers_set_known(
    struct json_object *o, const char *key, const char *words);

/* What keeps a rule from acting, since when, and what would let it act. */
void answers_set_guard(struct monitor *m, const struct watched *w,
    unsigned rule, const struct decision *d, struct json_object *o);

/*
 * What a service is doing: its name, environment, group, state, since when,
 * versions, incident, severity, guard and the reason, as status and why
 * have them.
 */
void answers_set_service(
    struct monitor *m, struct watched *w, struct json_object *o);

/* Those that are on, of one service (NULL: of all). */
struct json_object *answers_holds(struct monitor *m, const char *service);

/* For a survey: the next so many services.  False: those were the last. */
bool answers_some_status(struct monitor *m, struct text *out,
    struct survey_place *at, size_t count, bool probes);

/* NULL, and the call is answered, when there is no such service. */
struct watched *answers_find(
    struct monitor *m, struct control_call *call, const char *service);

#endif
