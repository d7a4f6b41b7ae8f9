#include "daemon/users.h"

#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BUFFER_BYTES 16384

/* Of both threads; who leaves last frees it. */
struct users_asking {
	atomic_uint users;
	int done; /* eventfd */
	struct loop_watch *watch;
	users_known *known;
	void *arg;
	bool ok;
	struct error why;
	size_t count;
	char *names[USERS_MAX];
};

static void
leave(struct users_asking *u)
{
	if (atomic_fetch_sub(&u->users, 1) > 1)
		return;
	for (size_t i = 0; i < u->count; i++)
		free(u->names[i]);
	if (u->done >= 0)
		(void)close(u->done);
	free(u);
}

static bool
is_known(const char *name, struct error *err)
{
	char buffer[BUFFER_BYTES];
	struct passwd user, *found = NULL;
	int code = getpwnam_r(name, &user, buffer, sizeof(buffer), &found);

	if (found != NULL)
		return true;
	if (code == 0 || code == ENOENT || code == ESRCH)
		return error_set(err, "there is no user %s", name);
	return error_set(err, "whether there is a user %s cannot be told: %s",
	    name, strerror(code));
}

static void *
ask(void *arg)
{
	struct users_asking *u = arg;
	const uint64_t one = 1;

	u->ok = true;
	for (size_t i = 0; u->ok && i < u->count; i++)
		u->ok = is_known(u->names[i], &u->why);
	/* Cannot be full. */
	(void)!write(u->done, &one, sizeof(one));
	leave(u);
	return NULL;
}

static void
on_done(void *arg, bool readable, bool writable)
{
	struct users_asking *u = arg;
	users_known *known = u->known;
	void *owner = u->arg;
	struct error why;
	uint64_t times;
	bool ok;

	(void)readable;
	(void)writable;
	if (read(u->done, &times, sizeof(times)) != (ssize_t)sizeof(times))
		return;
	why = u->why;
	ok = u->ok;
	users_drop(u);
	known(owner, ok, &why);
}

/* Signals are the loop's. */
static bool
start(struct users_asking *u)
{
	pthread_t thread;
	sigset_t all, before;
	bool ok;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_store(&u->users, 2);
	ok = pthread_create(&thread, NULL, ask, u) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (ok)
		(void)pthread_detach(thread);
	else
		atomic_store(&u->users, 1);
	return ok;
}

struct users_asking *
users_ask(struct loop *loop, const char *const names[], size_t count,
    users_known *known, void *arg)
{
	struct users_asking *u = calloc(1, sizeof(*u));
	bool ok = u != NULL && count <= USERS_MAX;

	if (u == NULL)
		return NULL;
	atomic_store(&u->users, 1);
	u->known = known;
	u->arg = arg;
	u->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (size_t i = 0; ok && i < count; i++) {
		u->names[i] = strdup(names[i]);
		ok = u->names[i] != NULL;
		u->count += ok;
	}
	if (ok && u->done >= 0)
		u->watch =
		    loop_watch_new(loop, u->done, on_done, u, true, false);
	if (u->watch != NULL && start(u))
		return u;
	users_drop(u);
	return NULL;
}

void
users_drop(struct users_asking *u)
{
	if (u == NULL)
		return;
	loop_watch_free(u->watch);
	leave(u);
}
