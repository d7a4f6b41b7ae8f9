/*
 * drill_settings.h - how it is tried whether a bad release would be noticed
 * and rolled back, on purpose.
 */
#ifndef SERVICE_DRILL_SETTINGS_H
#define SERVICE_DRILL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/calendar.h"
#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

/* Faults of rollbackd itself, which need no procedure. */
#define DRILL_FAULT_KILL "kill"
#define DRILL_FAULT_BLIND "blind"

/* So often at most, however wrong the monitor is: the runner counts. */
#define DRILLS_PER_HOUR_MAX 12

struct drill_settings {
	struct source source;
	bool is_given;
	const char *procedure; /* deploys ${target_version}: the bad one */
	const char *version;   /* known to be bad */
	const char *heal;      /* undoes it; ${target_version}: the good one */
	struct params faults;  /* name of a fault -> procedure that makes it */
	struct params heals;   /* name of a fault -> another one than heal */
	/* Objectives. */
	int64_t detect_ms;     /* injected to the verdict that it is bad */
	int64_t first_step_ms; /* detected to the first step */
	int64_t recover_ms;    /* injected to verified */
	int64_t watching_ms;   /* killed to watching again */
	int64_t blind_ms;      /* so long is every answer lost */
	int64_t every_ms;      /* 0: only by hand */
	struct strings window; /* as written */
	struct calendar when_open;
};

extern const struct option_table drill_options;

/* Is it one that a drill of these settings may run? */
bool drill_may_run(const struct drill_settings *s, const char *procedure);

/* What makes a fault, and what undoes it; NULL: there is none such. */
const char *drill_fault_procedure(
    const struct drill_settings *s, const char *fault);
const char *drill_heal_procedure(
    const struct drill_settings *s, const char *fault);

#endif
