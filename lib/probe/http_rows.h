/*
 * http_rows.h - the options of everything that asks over HTTP: how it shows
 * who it is, whom it believes, and how it connects.
 *
 * For the tables of kinds whose settings have a struct http_settings in them.
 * AT(member) is the offset of a member of that.
 */
#ifndef PROBE_HTTP_ROWS_H
#define PROBE_HTTP_ROWS_H

#define HTTP_HEADERS_MAX 32
#define HTTP_URL_MAX_BYTES 2048

/* clang-format off */
#define HTTP_ROWS(AT) \
	{ .key = "headers", .type = OPTION_STRINGS, .offset = AT(headers), \
	  .max = HTTP_HEADERS_MAX, \
	  .help = "sent along, each as \"Name: value\"" }, \
	{ .key = "username", .type = OPTION_TEXT, .offset = AT(username), \
	  .help = "basic authentication, together with password_file" }, \
	{ .key = "password_file", .type = OPTION_PATH, \
	  .offset = AT(password_file), \
	  .help = "file whose first line is the password" }, \
	{ .key = "bearer_file", .type = OPTION_PATH, \
	  .offset = AT(bearer_file), \
	  .help = "file whose first line is sent as bearer token" }, \
	{ .key = "ca_file", .type = OPTION_PATH, .offset = AT(ca_file), \
	  .help = "certificates to trust in place of the system's" }, \
	{ .key = "client_cert_file", .type = OPTION_PATH, \
	  .offset = AT(client_cert_file), \
	  .help = "certificate to show, together with client_key_file" }, \
	{ .key = "client_key_file", .type = OPTION_PATH, \
	  .offset = AT(client_key_file), \
	  .help = "private key of that certificate" }, \
	{ .key = "verify_tls", .type = OPTION_BOOL, \
	  .offset = AT(verify_tls), .fallback = "true", \
	  .help = "false believes any server: for tests alone" }, \
	{ .key = "max_redirects", .type = OPTION_COUNT, \
	  .offset = AT(max_redirects), .max = 3, .fallback = "0", \
	  .help = "redirects to follow, on the same host only" }, \
	{ .key = "fresh_connection", .type = OPTION_BOOL, \
	  .offset = AT(fresh_connection), .fallback = "false", \
	  .help = "a new connection for each question" }, \
	{ .key = "engine", .type = OPTION_WORD, .offset = AT(engine), \
	  .detail = http_engines, .fallback = "auto", \
	  .help = "who asks: libcurl, our own, or whoever is the lighter" }, \
	{ .key = "allow_local", .type = OPTION_BOOL, \
	  .offset = AT(allow_local), .fallback = "false", \
	  .help = "the name may resolve to loopback or link-local" }
/* clang-format on */

#endif
