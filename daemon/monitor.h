/*
 * monitor.h - the running daemon: what its parts share.
 *
 * One struct for the shell's own files.  The core (lib/) never sees it.
 */
#ifndef DAEMON_MONITOR_H
#define DAEMON_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "daemon/ask/ask.h"
#include "daemon/control.h"
#include "daemon/fetch/fetch.h"
#include "daemon/hold.h"
#include "daemon/loop.h"
#include "daemon/outbox.h"
#include "daemon/refusals.h"
#include "daemon/reports.h"
#include "daemon/steps.h"
#include "daemon/store/store.h"
#include "decision/decision.h"
#include "service/incident.h"
#include "service/service.h"

struct able;
struct baselines;
struct recorder;
struct reload;
struct rollback;
struct store_watch;
struct together;
struct watched;
struct witnesses;
struct drills;
struct life;
struct metrics_file;
struct notify;
struct surveys;

/* A configuration and those who still look at it. */
struct generation {
	struct config *config;
	unsigned users;
};

/* Gives back a use; the last one lets go of the configuration. */
void generation_leave(struct generation *g);
struct generation *generation_join(struct generation *g);

/* What is counted from the start on; see metrics.h. */
struct metrics_counts {
	uint64_t decisions[ACTION_ROLL_BACK + 1];
	uint64_t closed[INCIDENT_EXPIRED + 1];
	uint64_t alarms; /* for being held too long */
	uint64_t responses_met, responses_missed;
	uint64_t reloads, reloads_refused;
};

#define TROUBLE_MAX 256

struct monitor {
	struct loop *loop;
	struct store *store;
	struct store_watch *store_watch;
	struct outbox *outbox;
	struct notify *notify;
	struct steps *steps;
	struct fetch *fetch;
	struct ask_tools ask_tools;
	struct control *control;
	struct life *life;
	struct able *able;
	struct recorder *recorder; /* of what is seen and decided */
	struct baselines *baselines;
	struct together *together;
	struct drills *drills;
	struct metrics_counts counts;
	struct metrics_file *metrics_file;
	struct surveys *surveys;
	struct holds holds;
	struct refusals refusals; /* written down */
	struct reports reports;
	struct witnesses *witnesses;
	struct generation *generation;
	struct rollback *rollbacks; /* all that are not freed; a list */
	struct watched **watched;   /* in the order of generation's services */
	size_t watched_count;
	struct watched **retired; /* configured no more, incident still open */
	size_t retired_count;
	char boot_id[64];
	char host[256];
	const char *config_path; /* as given */
	bool shadow;             /* runs on a last-known-good configuration */
	bool is_ready;           /* recovered, and watching */
	struct reload *reload;   /* being built; NULL: none is */
	bool is_reloading;
	bool reload_failed; /* the last one was refused */
	bool reload_again;  /* a signal came while one was under way */
	bool cannot_act;
	char cannot_act_why[TROUBLE_MAX];
	char cannot_tell_why[TROUBLE_MAX]; /* no command can be run */
	char trouble[TROUBLE_MAX];         /* why it runs in shadow */
	int64_t started_ms;
	int64_t reloaded_wall_ms;
	int64_t tilt_until_ms;
	int64_t wall_offset_ms; /* see struct surroundings */
};

/* NULL when there is no such service. */
struct watched *monitor_watched(struct monitor *m, const char *service);

/* What keeps everything or one service from acting, just now. */
struct surroundings monitor_surroundings(struct monitor *m, struct watched *w);

#endif
