#include "probe/host_port.h"

#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/units.h"

#define LABEL_MAX_BYTES 63
#define PORT_MAX 65535

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_label_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool
is_label(const char *label, size_t length)
{
	if (length == 0 || length > LABEL_MAX_BYTES || label[0] == '-' ||
	    label[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_label_char(label[i]))
			return false;
	return true;
}

bool
host_is_name(const char *host)
{
	const char *label = host;

	if (strlen(host) > HOST_MAX_BYTES)
		return false;
	for (;;) {
		size_t length = strcspn(label, ".");

		if (!is_label(label, length))
			return false;
		if (label[length] == '\0')
			break;
		label += length + 1;
	}
	/* No top-level name begins with a digit; odd addresses do. */
	return !is_digit(*label);
}

static bool
parse_host(struct host_port *h, bool is_in_brackets)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (is_in_brackets) {
		h->is_literal = true;
		return inet_pton(AF_INET6, h->host, bytes) == 1;
	}
	h->is_literal = inet_pton(AF_INET, h->host, bytes) == 1;
	return h->is_literal || host_is_name(h->host);
}

bool
host_port_parse(const char *text, struct host_port *h, struct error *err)
{
	const char *colon = strrchr(text, ':');
	bool is_in_brackets = text[0] == '[';
	const char *host = text + is_in_brackets;
	uint64_t port;
	size_t length;

	if (strstr(text, "://") != NULL)
		return error_set(
		    err, "\"%s\" is a URL; write HOST:PORT alone", text);
	if (colon == NULL || !count_parse(colon + 1, &port) || port < 1 ||
	    port > PORT_MAX)
		return error_set(err,
		    "\"%s\" has no port from 1 to 65535; write HOST:PORT",
		    text);
	length = (size_t)(colon - text);
	if (is_in_brackets) {
		if (length < 2 || text[length - 1] != ']')
			return error_set(
			    err, "\"%s\": write [ADDRESS]:PORT", text);
		length -= 2;
	} else if (memchr(text, ':', length) != NULL)
		return error_set(err,
		    "\"%s\": an IPv6 address stands in brackets: "
		    "[ADDRESS]:PORT",
		    text);
	if (length > HOST_MAX_BYTES)
		return error_set(err, "\"%.64s...\": is too long", text);
	memcpy(h->host, host, length);
	h->host[length] = '\0';
	h->port = (uint16_t)port;
	return parse_host(h, is_in_brackets) ||
	    error_set(err, "\"%s\" is neither a name nor an address", h->host);
}
