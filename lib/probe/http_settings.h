/*
 * http_settings.h - how an HTTP probe asks and what it expects.
 */
#ifndef PROBE_HTTP_SETTINGS_H
#define PROBE_HTTP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"
#include "base/source.h"
#include "base/strings.h"

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	/* No probe asks so. */
	HTTP_PUT,
	HTTP_PATCH,
};

enum http_engine {
	HTTP_ENGINE_AUTO, /* the lean one unless http_not_lean() */
	HTTP_ENGINE_CURL,
	HTTP_ENGINE_LEAN,
};

/* Empty fields expect nothing. */
struct http_expect {
	struct source source;
	struct strings status; /* "200", "200-299"; default 200-299 */
	const char *contains;  /* body substring */
	const char *matches;   /* body, PCRE2 pattern */
	struct http_expect_json {
		bool given;
		const char *pointer; /* RFC 6901 */
		const char *equals; /* text, or the JSON spelling of the rest */
	} json;
	struct strings headers; /* "Name: value" exactly, or "Name" present */
	int64_t max_bytes;      /* of the decoded body; default 1 MiB */
	int64_t max_time_ms;    /* slower is FAILED; 0: timeout alone */
};

struct http_settings {
	const char *url; /* http or https */
	enum http_method method;
	struct strings headers; /* "Name: value" */
	const char *body;       /* POST */
	const char *username;   /* basic, with password_file */
	const char *password_file;
	const char *bearer_file;
	const char *ca_file;
	const char *client_cert_file;
	const char *client_key_file;
	bool verify_tls;        /* default true; false warns for ever */
	unsigned max_redirects; /* 0 to 3, same host only; default 0 */
	bool fresh_connection;  /* a new connection for each question */
	enum http_engine engine;
	bool allow_local; /* may the name resolve to loopback or link-local */
	struct http_expect expect;
};

extern const struct option_table http_options;
extern const struct option_word http_engines[];

/*
 * What only libcurl can do of this, in words: "https", "max_redirects"; NULL:
 * the lean engine can ask.
 */
const char *http_not_lean(const struct http_settings *settings);

#endif
