/*
 * http_step.h - what may be written in a step with executor = "http".
 *
 * The same rules hold for what the configuration says and for what becomes of
 * it when ${name} was replaced; each refusal says why.
 */
#ifndef EXECUTOR_HTTP_STEP_H
#define EXECUTOR_HTTP_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define HTTP_STEP_URL_MAX 8192
#define HTTP_STEP_HEADERS_MAX 32
#define HTTP_STEP_HEADER_MAX_BYTES 8192

/* A line "Name: value" taken apart; points into it. */
struct http_field {
	const char *name;
	size_t name_length;
	const char *value; /* without the blanks before it */
};

/* Not checked any further; false: it has no colon. */
bool http_field_split(const char *line, struct http_field *f);

bool http_method_check(const char *method, struct error *err);

/* By RFC 9110 it changes nothing, so that it may be asked again. */
bool http_method_is_safe(const char *method);

/*
 * http or https, a host, no user or password, nothing that other programs
 * read in other ways: blanks, controls, "/../".  A template may begin with
 * ${name} and have others behind the host.
 */
bool http_url_check(const char *url, bool is_template, struct error *err);

/* "Name: value"; not one that is written by rollbackd, nor a secret. */
bool http_header_check(const char *line, struct error *err);

/* "Name: /path" to a file with the value; its path may begin with ${name}. */
bool http_header_file_check(const char *line, struct error *err);

#endif
