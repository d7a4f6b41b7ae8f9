/*
 * store_impl.h - the inside of the store: what is the loop's, what is the
 * thread's, and what they share.
 */
#ifndef DAEMON_STORE_STORE_IMPL_H
#define DAEMON_STORE_STORE_IMPL_H

#include <pthread.h>
#include <time.h>

#include "daemon/store/database.h"
#include "daemon/store/request.h"
#include "daemon/store/store.h"

struct store {
	/* The loop's own. */
	struct loop_watch *watch;
	store_changed *changed;
	void *changed_arg;
	enum store_state state;
	char trouble[ERROR_TEXT_MAX];
	struct request_list telling;
	bool *gone; /* tells the one who is telling that we were closed */
	uint64_t heartbeats;
	bool beating;

	/* The thread's own once it runs. */
	pthread_t thread;
	struct database *db;
	struct timespec retry; /* not to be opened again before */
	long retry_ms;

	int event_fd;
	pthread_mutex_t mutex; /* for all below */
	pthread_cond_t wake;
	bool stopping;
	struct request_list waiting;
	struct request_list answered;
	enum store_state new_state;
	char new_trouble[ERROR_TEXT_MAX];
};

/* Until the store stops; arg is the store. */
void *store_thread(void *arg);

/* For the thread, and before there is one. */
void store_schedule_retry(struct store *s);
void store_note_state(struct store *s);

#endif
