/*
 * What is taken for a place to connect to is one: made into text again, it is
 * the same place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/host_port.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[512], again[512];
	struct host_port h, same;
	struct error err = { "" };

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!host_port_parse(text, &h, &err)) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	if (h.port == 0 || h.host[0] == '\0' ||
	    (!h.is_literal && !host_is_name(h.host)))
		abort();
	(void)snprintf(again, sizeof(again),
	    strchr(h.host, ':') != NULL ? "[%s]:%u" : "%s:%u", h.host,
	    (unsigned)h.port);
	if (!host_port_parse(again, &same, &err) ||
	    strcmp(h.host, same.host) != 0 || h.port != same.port)
		abort();
	return 0;
}
