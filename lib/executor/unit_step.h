/*
 * unit_step.h - what may be written in a step with executor = "systemd", and
 * what became of a unit when PID 1 did not say so itself.
 */
#ifndef EXECUTOR_UNIT_STEP_H
#define EXECUTOR_UNIT_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define UNIT_STEP_UNITS_MAX 32
#define UNIT_STEP_NAME_MAX_BYTES 255

/* What a unit must be able to. */
enum unit_ability {
	UNIT_CAN_START,
	UNIT_CAN_STOP,
	UNIT_CAN_RELOAD,
	UNIT_CAN_ISOLATE,
};

/* How one sees that it was done. */
enum unit_aim {
	UNIT_AIM_ACTIVE,
	UNIT_AIM_INACTIVE,
	UNIT_AIM_RESTARTED, /* active, and another time than before */
	UNIT_AIM_UNSEEN,    /* one cannot */
};

struct unit_action {
	const char *name;   /* "try-restart" */
	const char *method; /* of org.freedesktop.systemd1.Manager */
	const char *mode;   /* "replace" */
	enum unit_ability ability;
	enum unit_aim aim;
};

/* NULL: there is none of that name. */
const struct unit_action *unit_action_find(const char *name);

/* The same in words that name those there are. */
bool unit_action_check(const char *name, struct error *err);

/*
 * NAME.TYPE of systemd.unit(5), also that of an instance; not a template that
 * has no instance, a pattern, or a path.
 */
bool unit_name_check(const char *name, struct error *err);

/* What can be seen of a unit. */
struct unit_look {
	const char *active;    /* "active", "failed", ... */
	uint64_t activated_us; /* when it last became so */
};

enum unit_verdict {
	UNIT_DONE,
	UNIT_FAILED,
	UNIT_UNKNOWN,
};

/* When no job is left and nobody said how it ended. */
enum unit_verdict unit_judge(const struct unit_action *action,
    const struct unit_look *before, const struct unit_look *after);

/* What PID 1 calls the end of a job, for people; never NULL. */
const char *unit_result_words(const char *result);

#endif
