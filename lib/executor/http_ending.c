#include "executor/http_ending.h"

#include <stddef.h>

#include "base/bug.h"
#include "executor/executor.h"

#define REQUEST_TIMEOUT 408
#define TOO_EARLY 425
#define TOO_MANY_REQUESTS 429
#define BAD_GATEWAY 502
#define UNAVAILABLE 503
#define GATEWAY_TIMEOUT 504

/* The server says that it did not begin. */
static bool
is_put_off(const struct http_ending *e)
{
	return e->status == REQUEST_TIMEOUT || e->status == TOO_EARLY ||
	    e->status == TOO_MANY_REQUESTS ||
	    (e->status == UNAVAILABLE && e->has_retry_after);
}

/* Who says it stands between, and may have passed the request on before. */
static bool
is_of_gateway(const struct http_ending *e)
{
	return e->status == BAD_GATEWAY || e->status == UNAVAILABLE ||
	    e->status == GATEWAY_TIMEOUT;
}

static int
unknown(const struct http_ending *e)
{
	return e->is_safe || BUG(CALL_SENT_UNSENT) ?
	    EXECUTOR_EXIT_NOTHING_DONE :
	    EXECUTOR_EXIT_UNKNOWN;
}

/* Public functions */

int
http_ending_exit(const struct http_ending *e)
{
	if (e->reached < HTTP_SENT)
		return EXECUTOR_EXIT_NOTHING_DONE;
	if (e->reached < HTTP_ANSWERED)
		return unknown(e);
	if (e->is_expected && e->reached == HTTP_COMPLETE)
		return EXECUTOR_EXIT_DONE;
	/* It would be as large the next time. */
	if (e->is_expected)
		return e->is_too_large ? EXECUTOR_EXIT_UNKNOWN : unknown(e);
	if (is_put_off(e))
		return EXECUTOR_EXIT_NOTHING_DONE;
	return is_of_gateway(e) ? unknown(e) : EXECUTOR_EXIT_FAILED;
}

const char *
http_reached_words(enum http_reached reached)
{
	static const char *const words[] = {
		[HTTP_AT_HOME] = "before it asked anybody",
		[HTTP_RESOLVING] = "looking up the host",
		[HTTP_CONNECTING] = "connecting",
		[HTTP_SHAKING_HANDS] = "in the TLS handshake",
		[HTTP_SENT] = "after the request, before an answer",
		[HTTP_ANSWERED] = "in the midst of the answer",
		[HTTP_COMPLETE] = "after the answer",
	};

	return words[reached];
}

const char *
http_exit_words(int status, const struct http_ending *e)
{
	if (e->reached < HTTP_SENT)
		return "the request was not sent";
	if (status == EXECUTOR_EXIT_UNKNOWN)
		return e->has_key ? "done or not, nobody knows: its key makes "
				    "another try safe" :
				    "done or not, nobody knows";
	if (status != EXECUTOR_EXIT_NOTHING_DONE)
		return "";
	if (e->reached >= HTTP_ANSWERED && is_put_off(e))
		return "the server says that it did not begin";
	return "it changes nothing, and may be asked again";
}
