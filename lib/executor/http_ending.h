/*
 * http_ending.h - what it means that a request ended as it did: was it done,
 * is it safe to ask again, or does nobody know?
 *
 *	no byte of it was sent			nothing was done
 *	an expected status			done
 *	408, 425, 429, 503 with Retry-After	nothing was done: so they say
 *	502, 503 and 504 of some gateway	unknown: it may have been passed
 *on any other status			failed: so they say sent, and no or only
 *half an answer	unknown
 *
 * With a method that changes nothing, nothing was done where it is unknown.
 * An Idempotency-Key changes nothing here: that it may be asked again whatever
 * has become of it is known to those who ask.
 */
#ifndef EXECUTOR_HTTP_ENDING_H
#define EXECUTOR_HTTP_ENDING_H

#include <stdbool.h>

/* How far it came. */
enum http_reached {
	HTTP_AT_HOME, /* nobody was asked for anything */
	HTTP_RESOLVING,
	HTTP_CONNECTING,
	HTTP_SHAKING_HANDS, /* TLS */
	HTTP_SENT,          /* all, some or none of it */
	HTTP_ANSWERED,      /* a status has come */
	HTTP_COMPLETE,      /* and all of the answer */
};

struct http_ending {
	enum http_reached reached;
	int status;       /* from HTTP_ANSWERED on */
	bool is_expected; /* that status */
	bool has_retry_after;
	bool is_safe;      /* its method changes nothing */
	bool has_key;      /* a second one does nothing more */
	bool is_too_large; /* so that it was cut by ourselves */
};

/* EXECUTOR_EXIT_... */
int http_ending_exit(const struct http_ending *e);

/* "the request was not sent: connecting failed" */
const char *http_reached_words(enum http_reached reached);

/* "done or not, nobody knows"; "" where the status says it all. */
const char *http_exit_words(int status, const struct http_ending *e);

#endif
