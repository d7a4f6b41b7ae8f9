/*
 * control_impl.h - what the parts of the control socket share: the listener
 * (control.c), connections (control_conn.c), calls (control_call.c).
 */
#ifndef DAEMON_CONTROL_IMPL_H
#define DAEMON_CONTROL_IMPL_H

#include <sys/queue.h>

#include "base/text.h"
#include "control/request.h"
#include "daemon/control.h"
#include "daemon/control_socket.h"

enum conn_state {
	CONN_IDLE,    /* nothing of a request is here */
	CONN_READING, /* a part of one is */
	CONN_NEXT,    /* more is in the buffer, for the loop's next turn */
	CONN_WAITING, /* for the answer to a call */
	CONN_WRITING, /* a reply is on its way */
};

struct conn {
	LIST_ENTRY(conn) all;
	LIST_ENTRY(conn) waiters; /* of call */
	struct control *control;
	enum conn_state state;
	int fd;
	uint32_t uid;
	struct loop_watch *watch;
	struct loop_timer *timer;    /* the deadline of the state */
	struct control_call *call;   /* CONN_WAITING */
	char id[CONTROL_ID_MAX + 1]; /* of the request being answered */
	char *in;
	size_t in_length;
	struct text out;
	size_t sent;
	bool ended;   /* the client sends no more */
	bool closing; /* once out is sent */
};

LIST_HEAD(conn_list, conn);

struct control_call {
	LIST_ENTRY(control_call) all;
	struct control *control; /* NULL: closed meanwhile */
	void *handler_arg;
	struct control_request request;
	struct caller caller;
	struct conn_list waiters;
	struct remembered *slot; /* NULL: not to be remembered */
};

LIST_HEAD(call_list, control_call);

/* An act and its answer.  Free while id is empty. */
struct remembered {
	uint32_t uid;
	char id[CONTROL_ID_MAX + 1];
	char digest[65];           /* of verb and arguments */
	struct control_call *call; /* while it is not answered */
	char *line;
	size_t length;
	int64_t until_ms;
};

struct control {
	struct loop *loop;
	char *path;
	struct control_socket socket;
	struct control_deadlines deadlines;
	struct loop_watch *watch;
	struct loop_timer *pause; /* while there are no descriptors */
	int reserve_fd;           /* for one more caller when all are taken */
	control_handler *handler;
	void *arg;
	control_refused *refused; /* NULL: nobody wants to know */
	void *refused_arg;
	struct control_roles_gids roles;
	struct conn_list conns;
	size_t conn_count;
	size_t pending_bytes;  /* of replies on their way */
	int64_t rest_until_ms; /* no new call before: see call_start() */
	struct call_list calls;
	struct remembered *memory; /* CONTROL_REMEMBERED_MAX */
};

/* Takes the descriptor. */
void conn_accept(struct control *c, int fd, const struct caller *caller);

/* Sends a line, and goes on; the connection may be gone after this. */
void conn_answer(struct conn *n, const char *line, size_t length);
void conn_refuse(struct conn *n, enum control_error code, const char *why);
void conn_drop(struct conn *n);

/*
 * Hands a good request to the handler, or answers it from memory.  Takes the
 * request.  The connection may be gone after this.  A long answer is followed
 * by a rest, so that whoever asks much cannot keep the loop from its work.
 */
void call_start(struct conn *n, struct control_request *request,
    const struct caller *caller);

void calls_close(struct control *c);

/* An act is refused. */
void control_tell_refused(struct control *c, const struct caller *caller,
    enum control_verb verb, struct json_object *args, enum control_error code,
    const char *why);

/* Called when a connection went away. */
void control_conn_gone(struct control *c);

#endif
