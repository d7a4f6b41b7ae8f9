#include "procedure/step_words.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "executor/http_step.h"
#include "executor/unit_step.h"

#define WORDS_MAX_BYTES 1024
#define STATUS_MIN 100
#define STATUS_MAX 599

/* One step, and who hears of what is wrong. */
struct hearing {
	const struct step_settings *s;
	step_kind_tell *tell;
	void *arg;
};

__attribute__((format(printf, 2, 3))) static void
wrong(const struct hearing *h, const char *fmt, ...)
{
	struct text words = text_new(WORDS_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	text_addv(&words, fmt, ap);
	va_end(ap);
	h->tell(text_str(&words), h->arg);
	text_free(&words);
}

/* Words are few: all of them are said. */
static void
check_word(const struct hearing *h, const char *key, const char *value,
    const char *const *words)
{
	struct text all = text_new(WORDS_MAX_BYTES);

	for (size_t i = 0; value != NULL && words[i] != NULL; i++) {
		if (strcmp(words[i], value) == 0)
			value = NULL;
		text_addf(&all, "%s%s", i == 0 ? "" : ", ", words[i]);
	}
	if (value != NULL)
		wrong(h, "%s = \"%s\": write one of %s", key, value,
		    text_str(&all));
	text_free(&all);
}

/* A variable may stand for it, or for its beginning. */
static bool
begins_with_variable(const char *text)
{
	return strncmp(text, "${", 2) == 0;
}

static void
check_path(const struct hearing *h, const char *key, const char *path)
{
	if (path != NULL && path[0] != '/' && !begins_with_variable(path))
		wrong(h, "%s = \"%s\": write the absolute path", key, path);
}

static void
check_headers(const struct hearing *h)
{
	const struct step_settings *s = h->s;
	struct error err;

	for (size_t i = 0; i < s->headers.count; i++)
		if (!http_header_check(s->headers.items[i], &err))
			wrong(h, "headers: %s", err.text);
	for (size_t i = 0; i < s->header_files.count; i++)
		if (!http_header_file_check(s->header_files.items[i], &err))
			wrong(h, "header_files: %s", err.text);
}

static void
check_url(const struct hearing *h)
{
	struct error err;

	if (h->s->url != NULL && !http_url_check(h->s->url, true, &err))
		wrong(h, "url: %s", err.text);
}

static void
check_statuses(const struct hearing *h)
{
	const struct strings *statuses = &h->s->expect_status;
	uint64_t first, last;

	for (size_t i = 0; i < statuses->count; i++)
		if (!count_range_parse(statuses->items[i], &first, &last) ||
		    first < STATUS_MIN || last > STATUS_MAX)
			wrong(h,
			    "expect_status: \"%s\" is neither one like \"200\" "
			    "nor a range like \"200-299\"",
			    statuses->items[i]);
}

static void
check_secrets(const struct hearing *h)
{
	const struct step_settings *s = h->s;

	check_path(h, "bearer_file", s->bearer_file);
	check_path(h, "password_file", s->password_file);
	check_path(h, "ca_file", s->ca_file);
	check_path(h, "client_cert_file", s->client_cert_file);
	check_path(h, "client_key_file", s->client_key_file);
	if ((s->username == NULL) != (s->password_file == NULL))
		wrong(h, "username and password_file go together");
	if (s->bearer_file != NULL && s->password_file != NULL)
		wrong(h, "bearer_file and password_file exclude each other");
	if ((s->client_cert_file == NULL) != (s->client_key_file == NULL))
		wrong(h, "client_cert_file and client_key_file go together");
}

static void
check_http(const struct hearing *h)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT",
		"PATCH", "DELETE", NULL };
	static const char *const idempotencies[] = { "key", "none", NULL };
	const struct step_settings *s = h->s;

	check_word(h, "method", s->method, methods);
	check_word(h, "idempotency", s->idempotency, idempotencies);
	check_url(h);
	check_headers(h);
	check_statuses(h);
	check_secrets(h);
	if (s->body != NULL && s->method != NULL &&
	    (strcmp(s->method, "GET") == 0 || strcmp(s->method, "HEAD") == 0))
		wrong(h, "method = \"%s\" sends no body", s->method);
	if (s->body == NULL && s->content_type != NULL)
		wrong(h,
		    "content_type says what the body is, and there is "
		    "none");
	if (s->extract != NULL && s->extract[0] != '/')
		wrong(h,
		    "extract = \"%s\": a JSON pointer begins with \"/\", such "
		    "as \"/status/id\"",
		    s->extract);
}

static void
check_systemd(const struct hearing *h)
{
	static const char *const actions[] = { "start", "stop", "restart",
		"reload", "try-restart", "reload-or-restart", "isolate", NULL };
	const struct step_settings *s = h->s;
	struct error err;

	check_word(h, "action", s->action, actions);
	for (size_t i = 0; i < s->units.count; i++)
		if (strstr(s->units.items[i], "${") == NULL &&
		    !unit_name_check(s->units.items[i], &err))
			wrong(h, "units: %s", err.text);
	if (s->action != NULL && strcmp(s->action, "isolate") == 0 &&
	    s->units.count > 1)
		wrong(h, "action = \"isolate\" goes with one unit");
}

static void
check_wait(const struct hearing *h)
{
	const struct step_settings *s = h->s;

	if (step_is_of(s, "wait") && s->until == NULL && s->successes > 0)
		wrong(h, "successes goes with until");
	if (step_is_of(s, "wait") && s->until != NULL && s->timeout_ms == 0)
		wrong(h, "until needs a timeout: how long does it wait?");
	if (s->wait_ms > 0 && s->timeout_ms > 0 && s->timeout_ms < s->wait_ms)
		wrong(h, "its timeout is over before its time is");
}

void
step_words_check(const struct step_settings *s, step_kind_tell *tell, void *arg)
{
	static const char *const roles[] = { "on_call", "lead", "manager",
		"product", NULL };
	const struct hearing h = { .s = s, .tell = tell, .arg = arg };

	check_http(&h);
	check_systemd(&h);
	check_wait(&h);
	check_path(&h, "plugin", s->plugin);
	check_word(&h, "role", s->role, roles);
}
