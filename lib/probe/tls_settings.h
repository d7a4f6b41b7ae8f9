/*
 * tls_settings.h - how a TLS probe shakes hands, and how long the certificates
 * should still be good.
 */
#ifndef PROBE_TLS_SETTINGS_H
#define PROBE_TLS_SETTINGS_H

#include <stdbool.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

struct tls_expect {
	struct source source;
	unsigned days_left; /* 0: good today is enough */
};

struct tls_settings {
	const char *address;     /* "host:port" */
	const char *server_name; /* NULL: the host of the address */
	const char *ca_file;     /* NULL: the system's */
	const char *client_cert_file;
	const char *client_key_file;
	struct strings alpn; /* offered; one of them must be chosen */
	bool allow_local;    /* may the name resolve to loopback */
	struct tls_expect expect;
};

extern const struct option_table tls_options;

#endif
