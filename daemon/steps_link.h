/*
 * steps_link.h - who starts rollbackd-step for the monitor: a spawner process
 * of its own (direct mode), or PID 1 (systemd mode).
 *
 * A link starts what it is sent and tells what became of it.  Files are not
 * its business: a result that is there counts more than anything it says.
 */
#ifndef DAEMON_STEPS_LINK_H
#define DAEMON_STEPS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/loop.h"

struct link;

enum link_kind {
	LINK_RUNNER = 'r', /* name: a key */
	LINK_REAPER = 'k', /* name: a key whose runner has died */
	LINK_HELPER = 'h', /* name: an id */
	LINK_TEST = 't',   /* could it run a step? */
	LINK_KEEP = 'c',   /* name: a digest of the configuration */
};

enum link_event {
	LINK_STARTED, /* number: pid; 0: not known */
	LINK_ENDED,   /* number: exit status, 128 + signal; -1: not known */
	LINK_FAILED,  /* detail: why it could not be started */
	LINK_LOST,    /* the link broke: nothing more is heard of any of them */
};

struct link_news {
	enum link_event event;
	enum link_kind kind;
	unsigned id;
	long number;
	const char *detail;
};

/* Comes from the loop, never from inside a call. */
typedef void link_callback(void *arg, const struct link_news *news);

/* Borrows the program's path.  NULL when memory is short. */
struct link *link_new_direct(
    struct loop *loop, const char *program, link_callback *callback, void *arg);

struct link_units_settings {
	const char *bus_address;   /* NULL: the system bus */
	const char *helper_folder; /* where helpers find the monitor */
	const char *helper_user;   /* as whom they run; NULL: as we do */
};

/* Borrows nothing.  NULL when memory is short. */
struct link *link_new_units(struct loop *loop,
    const struct link_units_settings *settings, link_callback *callback,
    void *arg);

/* What was started goes on.  NULL is allowed. */
void link_free(struct link *l);

/* The reason when nothing can be started now. */
bool link_is_up(const struct link *l, struct error *err);

/*
 * How long to wait for one that is down before a step is given up, and how
 * long for the claim of what was sent while nothing is heard of it.
 */
int64_t link_down_wait_ms(const struct link *l);
int64_t link_claim_wait_ms(const struct link *l);

/* Borrowed until link_send() returns. */
struct link_order {
	enum link_kind kind;
	unsigned id;
	const char *name;
	const char *config_folder; /* direct mode only, as the units say it */
	const char *state_folder;
	int64_t kill_grace_ms;
	int record; /* LINK_HELPER: memory it reads and answers in */
};

/*
 * Has rollbackd-step started.  News of it bear kind and id, until it has
 * ended or failed.  False when the link is down or too busy: try again.
 */
bool link_send(struct link *l, const struct link_order *order);

/*
 * News of a runner that may have been started before, by whomever:
 * LINK_ENDED once it is not alive (any more).  Nothing is started.  False:
 * this link does not know, the claim says who it is; or it is down.
 */
bool link_follow(struct link *l, unsigned id, const char *key);

/* It takes up no more room, and is ended where it is a helper. */
void link_drop(struct link *l, enum link_kind kind, unsigned id);

#endif
