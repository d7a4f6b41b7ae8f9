/*
 * http_request.h - the request that an order asks for, with its credentials
 * read and everything in it checked once more.
 */
#ifndef DAEMON_EXECUTORS_HTTP_REQUEST_H
#define DAEMON_EXECUTORS_HTTP_REQUEST_H

#include <stdbool.h>

#include <curl/curl.h>

#include "base/error.h"
#include "executor/order.h"
#include "executor/secrets.h"
#include "probe/http_judge.h"

/* Texts are the order's. */
struct http_request {
	const char *method;
	const char *url;
	const char *body; /* NULL: none */
	const char *ca_file;
	const char *client_cert_file;
	const char *client_key_file;
	const char *extract;        /* NULL: all of the answer */
	bool is_safe;               /* its method changes nothing */
	bool has_key;               /* a second one does nothing more */
	struct curl_slist *headers; /* all that are sent but Host */
	struct secrets secrets;     /* never to be shown */
	struct http_expect expect;
	struct http_judge *judge; /* of the status alone */
};

enum http_request_made {
	HTTP_REQUEST_MADE,
	HTTP_REQUEST_MALFORMED, /* it will never be one */
	HTTP_REQUEST_NOT_NOW,   /* a credential cannot be read */
};

/* Not made: with the reason, and nothing is left to be cleared. */
enum http_request_made http_request_make(
    struct http_request *r, const struct order *o, struct error *err);

/* Wipes the credentials; what libcurl has copied is its own. */
void http_request_clear(struct http_request *r);

#endif
