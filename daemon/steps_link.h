/*
 * steps_link.h - the monitor's end of the spawner: starts it, again when it
 * dies, and sends it what to start.
 */
#ifndef DAEMON_STEPS_LINK_H
#define DAEMON_STEPS_LINK_H

#include <stdbool.h>

#include "base/error.h"
#include "daemon/loop.h"

struct link;

enum link_event {
	LINK_STARTED, /* number: pid */
	LINK_ENDED,   /* number: exit status, 128 + signal */
	LINK_FAILED,  /* detail: why it could not be started */
	LINK_LOST,    /* the spawner died: nothing more is heard of any tag */
};

struct link_news {
	enum link_event event;
	char kind; /* first letter of the tag */
	unsigned id;
	long number;
	const char *detail;
};

typedef void link_callback(void *arg, const struct link_news *news);

/* Borrows the program's path.  NULL when memory is short. */
struct link *link_new(
    struct loop *loop, const char *program, link_callback *callback, void *arg);
void link_free(struct link *l);

bool link_is_up(const struct link *l, struct error *err);

/*
 * Has rollbackd-step started with the arguments (ends with NULL) and, as
 * descriptor 3, fd (-1: none).  News of it bear kind and id.  False when the
 * spawner is not there or too busy: try again.
 */
bool link_send(struct link *l, char kind, unsigned id,
    const char *const *arguments, int fd);

#endif
