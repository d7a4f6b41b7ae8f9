/*
 * rollbackd-http: does a step by one HTTP request.  Started by the step
 * runner, with the order on its standard input.  What it prints is the value
 * that the step extracts, or the answer; why it failed is said on standard
 * error.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/executors/http_request.h"
#include "daemon/executors/http_transfer.h"
#include "daemon/executors/intake.h"
#include "daemon/host/files.h"
#include "executor/executor.h"
#include "executor/http_extract.h"

#define WORDS_MAX_BYTES 4096
#define BODY_SHOWN_BYTES 300
#define BODY_PRINTED_BYTES (64 * 1024)
#define MASKED_MAX_BYTES (2 * BODY_PRINTED_BYTES)

/* Bytes of a stranger's, without secrets, safe for a terminal. */
static void
add_strange(struct text *t, const struct http_request *r, const char *bytes,
    size_t length)
{
	struct text masked = text_new(MASKED_MAX_BYTES);
	size_t shown;

	/* Whole secrets first, then the cut. */
	secrets_mask(&r->secrets, bytes,
	    length < BODY_PRINTED_BYTES ? length : BODY_PRINTED_BYTES, &masked);
	shown =
	    masked.length < BODY_SHOWN_BYTES ? masked.length : BODY_SHOWN_BYTES;
	text_add_escaped(t, text_str(&masked), shown);
	if (shown < masked.length)
		text_add(t, "...");
	text_free(&masked);
}

static void
add_answer(
    struct text *t, const struct http_request *r, const struct http_transfer *x)
{
	if (x->location[0] != '\0') {
		text_add(t,
		    "; redirects are not followed, and this one "
		    "leads to ");
		add_strange(t, r, x->location, strlen(x->location));
	}
	if (x->body.length == 0)
		return;
	text_add(t, "; it begins with \"");
	add_strange(t, r, text_str(&x->body), x->body.length);
	text_add(t, "\"");
}

/* What went wrong, where, and what that means. */
static void
say_ending(struct text *t, const struct http_request *r,
    const struct http_transfer *x, int status)
{
	const struct http_ending *e = &x->ending;
	const char *words = http_exit_words(status, e);

	if (e->reached != HTTP_COMPLETE) {
		text_addf(t, "%s: ", http_reached_words(e->reached));
		add_strange(t, r, x->why.text, strlen(x->why.text));
	}
	if (e->reached >= HTTP_ANSWERED)
		text_addf(t, "%sthe answer has status %d%s",
		    e->reached == HTTP_COMPLETE ? "" : "; ", e->status,
		    e->is_expected ? "" : ", which is not expected");
	if (*words != '\0')
		text_addf(t, "; %s", words);
	if (e->reached >= HTTP_ANSWERED)
		add_answer(t, r, x);
}

/* "POST http://host/path: ", without what is behind a "?". */
static struct text
words_of(const struct http_request *r)
{
	struct text t = text_new(WORDS_MAX_BYTES);
	size_t length = strcspn(r->url, "?");

	text_addf(&t, "%s ", r->method);
	add_strange(&t, r, r->url, length);
	text_addf(&t, "%s: ", r->url[length] == '\0' ? "" : "?...");
	return t;
}

static int
finish(struct text *t, int status)
{
	(void)fprintf(stderr, "%s\n", text_str(t));
	text_free(t);
	return status;
}

static bool
print(const struct text *value)
{
	return write_all(STDOUT_FILENO, text_str(value), value->length);
}

/* The answer is complete and its status as expected. */
static int
print_body(const struct http_request *r, const struct http_transfer *x)
{
	struct text masked = text_new(MASKED_MAX_BYTES);
	size_t length = x->body.length < BODY_PRINTED_BYTES ?
	    x->body.length :
	    BODY_PRINTED_BYTES;

	secrets_mask(&r->secrets, text_str(&x->body), length, &masked);
	/* Nobody listens: it was done all the same. */
	(void)print(&masked);
	text_free(&masked);
	return EXECUTOR_EXIT_DONE;
}

static int
print_value(const struct http_request *r, const struct http_transfer *x)
{
	struct text value = text_new(HTTP_EXTRACT_MAX_BYTES + 1);
	struct text t = words_of(r);
	struct error why;
	bool ok = http_extract(
	    text_str(&x->body), x->body.length, r->extract, &value, &why);

	if (ok &&
	    secrets_are_within(&r->secrets, text_str(&value), value.length))
		ok = error_set(&why, "%s holds a credential", r->extract);
	if (ok) {
		text_add(&value, "\n");
		ok = print(&value) || error_set(&why, "it cannot be printed");
	}
	text_free(&value);
	if (ok) {
		text_free(&t);
		return EXECUTOR_EXIT_DONE;
	}
	text_addf(&t, "it was done, with status %d, but ", x->ending.status);
	add_strange(&t, r, why.text, strlen(why.text));
	add_answer(&t, r, x);
	return finish(&t, EXECUTOR_EXIT_FAILED);
}

static int
tell(const struct http_request *r, const struct http_transfer *x)
{
	int status = http_ending_exit(&x->ending);
	struct text t;

	if (status == EXECUTOR_EXIT_DONE)
		return r->extract == NULL ? print_body(r, x) :
					    print_value(r, x);
	t = words_of(r);
	say_ending(&t, r, x, status);
	return finish(&t, status);
}

/* Readable once we are told to stop. */
static int
watch_signals(void)
{
	const struct rlimit none = { 0, 0 };
	sigset_t set;

	/*
	 * A core would hold the credentials.  It stays dumpable in all other
	 * ways: the runner must see our environment to know us.
	 */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
ask(const struct order *o, int stop)
{
	struct http_request r = { .method = NULL };
	struct http_transfer x;
	struct error why = { "" };
	int status;

	switch (http_request_make(&r, o, &why)) {
	case HTTP_REQUEST_MALFORMED:
		(void)fprintf(stderr, "the order is malformed: %s\n", why.text);
		return EXECUTOR_EXIT_MALFORMED;
	case HTTP_REQUEST_NOT_NOW:
		(void)fprintf(
		    stderr, "%s; the request was not sent\n", why.text);
		return EXECUTOR_EXIT_NOTHING_DONE;
	case HTTP_REQUEST_MADE:
		break;
	}
	http_transfer_run(
	    &x, &r, o->timeout_ms / 100 * EXECUTOR_TIME_PERCENT, stop);
	status = tell(&r, &x);
	http_transfer_clear(&x);
	http_request_clear(&r);
	return status;
}

int
main(void)
{
	struct order order;
	struct error why;
	int stop = watch_signals();

	if (!intake_read(&order, "http", &why)) {
		(void)fprintf(stderr, "the order is malformed: %s\n", why.text);
		return EXECUTOR_EXIT_MALFORMED;
	}
	if (stop >= 0 && http_transfer_start())
		/* Not by return: a resolver may hang in a thread of its own. */
		_exit(ask(&order, stop));
	(void)fprintf(stderr, "out of memory; the request was not sent\n");
	return EXECUTOR_EXIT_NOTHING_DONE;
}
