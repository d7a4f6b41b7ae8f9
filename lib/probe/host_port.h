/*
 * host_port.h - "host:port" and "[2001:db8::7]:port", as probes name what
 * they connect to.
 */
#ifndef PROBE_HOST_PORT_H
#define PROBE_HOST_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define HOST_MAX_BYTES 253 /* of a name in the DNS */

struct host_port {
	char host[HOST_MAX_BYTES + 1]; /* without brackets */
	uint16_t port;
	bool is_literal; /* an address, not a name */
};

/*
 * Takes the whole text or none of it.  Numbers that some libraries would take
 * for addresses (0177.1, 0x7f000001) are neither names nor addresses here.
 */
bool host_port_parse(const char *text, struct host_port *h, struct error *err);

/* The grammar of the host alone, as for a server name; no brackets. */
bool host_is_name(const char *host);

#endif
