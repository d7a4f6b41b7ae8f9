/*
 * http_transfer.h - sends a request once, and says how far it came.
 *
 * Never to another place than the URL says: no redirects, no proxy, no .netrc,
 * nothing of what the environment might say.  A connection of its own, and
 * never a second request on it.
 */
#ifndef DAEMON_EXECUTORS_HTTP_TRANSFER_H
#define DAEMON_EXECUTORS_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/error.h"
#include "base/text.h"
#include "daemon/executors/http_request.h"
#include "executor/http_ending.h"

#define HTTP_ANSWER_MAX_BYTES (1024 * 1024)
#define HTTP_ANSWER_HEAD_MAX_BYTES (64 * 1024)
#define HTTP_LOCATION_MAX_BYTES 256

struct http_transfer {
	struct http_ending ending;
	struct text body; /* as far as it came */
	struct error why; /* it is not complete; as it came: not masked */
	char location[HTTP_LOCATION_MAX_BYTES]; /* of a redirect; as it came */
};

/* First of all, before a list of headers is made.  False: no memory. */
bool http_transfer_start(void);

/*
 * Once a process.  Returns in time_ms at the latest, or once the descriptor
 * can be read: somebody wants us to stop.
 */
void http_transfer_run(struct http_transfer *t, const struct http_request *r,
    int64_t time_ms, int stop);

void http_transfer_clear(struct http_transfer *t);

#endif
