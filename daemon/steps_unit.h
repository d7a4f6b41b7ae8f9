/*
 * steps_unit.h - one unit that PID 1 was asked for, until it is over.
 *
 * For the link that asks for them, and for nobody else.
 */
#ifndef DAEMON_STEPS_UNIT_H
#define DAEMON_STEPS_UNIT_H

#include <sys/queue.h>

#include "daemon/bus/manager.h"
#include "daemon/helper_socket.h"
#include "daemon/steps_link_impl.h"

/* However many signals are lost, each unit is looked at as often. */
#define UNIT_LOOK_MS 5000

enum task_state {
	TASK_ASKED,  /* for its start */
	TASK_RUNS,   /* PID 1 has it */
	TASK_LOST,   /* whether it runs must be asked */
	TASK_LOOKED, /* that was asked */
	TASK_READ,   /* over; its exit status was asked */
};

struct task {
	LIST_ENTRY(task) link;
	struct units *units;
	enum link_kind kind;
	unsigned id;
	bool is_left; /* nobody hears of it; tidied up once it is over */
	enum task_state state;
	char unit[UNIT_NAME_BYTES];
	char job[UNIT_JOB_BYTES]; /* "": not known */
	/* Said before the answer to the start came. */
	char over_job[UNIT_JOB_BYTES];
	char over_result[UNIT_WORD_BYTES];
	struct manager_call *call;
	int64_t looked_ms;
	/* of helpers */
	int record;
	int64_t kill_grace_ms;
	struct helper_peer *peer;
};

struct units {
	struct link base;
	struct manager *manager;
	char *helper_folder;
	char *helper_user;
	struct helper_socket *socket; /* NULL: cannot be made, with trouble */
	struct error trouble;
	struct loop_timer *look;
	LIST_HEAD(unit_tasks, task) tasks;
};

struct task *task_by_unit(struct units *l, const char *unit);
struct task *task_by_id(struct units *l, enum link_kind kind, unsigned id);
void task_free(struct task *t);

/* Nobody wants to hear of it any more: kept until PID 1 says it is over. */
void task_leave(struct task *t);

/* The task is gone. */
void task_tell(
    struct task *t, enum link_event event, long number, const char *detail);

/* Asks for its state by its name. */
void task_look(struct task *t);
void task_look_at_all(struct units *l, bool at_once);

/* What PID 1 says; arg: a task, or the units. */
manager_answered task_started;
void task_job_removed(
    void *arg, const char *unit, const char *job, const char *result);
void task_unit_removed(void *arg, const char *unit);

#endif
