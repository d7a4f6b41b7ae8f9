/*
 * state.h - the folders that monitor and runner share.
 *
 * The monitor writes requests; all else is the runner's.  In direct mode that
 * is beneath "step" in the state folder, and both are one user.  In system
 * mode the runner is root, its folder is its own, and the monitor may read
 * claims and results in it, by its group.
 */
#ifndef DAEMON_STEP_STATE_H
#define DAEMON_STEP_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "executor/key.h"
#include "executor/result.h"

/* How the program ends; what the monitor makes of it is in steps.c. */
enum step_exit {
	STEP_EXIT_OK = 0,          /* there is a result */
	STEP_EXIT_USAGE = 2,       /* it was called wrongly */
	STEP_EXIT_CLAIMED = 10,    /* another has or had the key */
	STEP_EXIT_ALIVE = 11,      /* --reap: its runner lives */
	STEP_EXIT_NO_REQUEST = 12, /* or no claim, with --reap */
	STEP_EXIT_STORAGE = 13,    /* nothing was run; nothing can be stored */
	STEP_EXIT_UNKILLABLE = 14, /* --reap: some of it lives on */
	STEP_EXIT_CHANGED = 15,    /* keep: it is another configuration now */
};

/*
 * The monitor's test: it leaves a word where requests are, and finds it where
 * results are, if both mean the same folders.
 */
#define STEP_TEST_NAME "test"
#define STEP_TEST_WORD_MAX 63

/* Where --helper finds its record and leaves its result. */
#define STEP_PASSED_FD 3

struct state_settings {
	const char *folder;
	/* Both, or neither in direct mode. */
	const char *requests; /* the folder where they are */
	const char *monitor;  /* name or number of the user who asks */
};

struct state {
	int root;
	int requests;
	int claims;
	int pins;
	int results;
	int outputs;
	int configs;   /* copies of the configuration; -1 in direct mode */
	int approvals; /* -1 in direct mode */
	bool is_system;
	uid_t monitor_uid; /* whose the requests must be */
	gid_t monitor_gid;
	char boot_id[37];
};

/*
 * Opens the folders, making those that are missing.  Refuses what does not
 * belong to this user or what others may write.
 */
bool state_open(
    struct state *s, const struct state_settings *settings, struct error *err);
void state_close(struct state *s);

/*
 * Keeps every other runner out until it is let go of, so that what was
 * counted still holds when it is claimed.  -1 with the reason.
 */
int state_lock(const struct state *s, struct error *err);
void state_unlock(int lock);

/*
 * The lock of one key, held by its runner as long as that lives.  -1 with
 * errno EWOULDBLOCK when it does.
 */
int state_lock_key(const struct state *s, const char *key);

/* In system mode: the monitor may read it. */
bool state_show(const struct state *s, int fd);

/* A result as it is kept; bytes belong to the buffer. */
bool state_read_result(const struct state *s, const char *key,
    struct result *result, char buffer[RESULT_MAX_BYTES + 1]);
bool state_read_claim(const struct state *s, const char *key,
    struct claim *claim, char buffer[CLAIM_MAX_BYTES + 1]);

#endif
