/*
 * curl_failure.h - whose fault a failed transfer is, and what to call it.
 *
 * Only CURLE_OK is no failure.  What the target did or left undone is FAILED;
 * what says nothing about it is LOST.
 */
#ifndef DAEMON_FETCH_CURL_FAILURE_H
#define DAEMON_FETCH_CURL_FAILURE_H

#include <stdbool.h>

#include <curl/curl.h>

#include "daemon/fetch/resolver.h"
#include "sample/sample.h"

/* A clock before 2024 is wrong, and so is what it says of certificates. */
#define SANE_WALL_MS INT64_C(1704067200000)

struct failure {
	enum sample_outcome outcome;
	const char *class; /* "connect.refused"; NULL when OK */
};

/* How far a transfer came. */
enum transfer_phase {
	PHASE_CONNECT,
	PHASE_TLS,
	PHASE_FIRST_BYTE, /* the request is being sent, or is sent */
	PHASE_TRANSFER,   /* something was received */
};

/* What became of the addresses of a name. */
struct connect_attempts {
	unsigned made;
	unsigned forbidden;  /* by our own filter */
	unsigned unroutable; /* no route from here */
	unsigned starved;    /* no descriptor or memory for a socket */
};

struct transfer_ending {
	CURLcode code;
	long os_errno;
	long verify_result; /* X509_V_ERR_..., 0: none */
	enum transfer_phase phase;
	struct connect_attempts attempts;
	bool clock_is_sane; /* our own wall clock */
};

/* By enum resolver_status. */
extern const struct failure name_failures[];

struct failure curl_failure(const struct transfer_ending *ending);

/* The time was up while connecting. */
struct failure connect_timeout_failure(const struct connect_attempts *attempts);

/* The time was up in this phase. */
struct failure timeout_failure(enum transfer_phase phase);

#endif
