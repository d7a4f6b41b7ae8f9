/*
 * client.h - one question to the daemon, and its answer.
 */
#ifndef DAEMON_CTL_CLIENT_H
#define DAEMON_CTL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum client_outcome {
	CLIENT_ANSWERED,    /* a whole line is there */
	CLIENT_UNREACHABLE, /* nothing was asked */
	CLIENT_LOST,        /* it was asked, and the answer did not come */
};

/* Connects to the socket, sends the line, and reads one into reply. */
enum client_outcome client_ask(const char *socket, const struct text *line,
    int64_t timeout_ms, struct text *reply, struct error *err);

#endif
