/*
 * notify_impl.h - what the files of notify.h share: one message on its way.
 */
#ifndef DAEMON_NOTIFY_NOTIFY_IMPL_H
#define DAEMON_NOTIFY_NOTIFY_IMPL_H

#include <sys/queue.h>

#include "base/error.h"
#include "daemon/fetch/fetch.h"
#include "daemon/notify/notify.h"
#include "report/message.h"

#define RETRY_AFTER_MAX 64
#define ANSWER_BYTES_MAX ((size_t)64 * 1024)
/* Those of the settings, and ours. */
#define NOTIFY_HEADERS_MAX 72

struct sending {
	LIST_ENTRY(sending) link;
	struct monitor *m;
	struct generation *generation; /* whose settings these are */
	const struct notifier_settings *settings;
	outbox_done *done;
	void *done_arg;
	struct json_object *notices[MESSAGE_NOTICES_MAX];
	size_t count;
	char handle[NAME_MAX_BYTES + 1];     /* "": no thread yet */
	char new_handle[NAME_MAX_BYTES + 1]; /* "": no new one */
	struct loop_timer *timer;            /* NULL: was not needed */

	/* Over HTTP. */
	char *token, *url; /* secrets; NULL: none, not read */
	struct message_request requests[MESSAGE_REQUESTS_MAX];
	size_t request_count, at;
	struct http_settings http;
	const char *headers[NOTIFY_HEADERS_MAX];
	char *own_headers[NOTIFY_HEADERS_MAX]; /* secrets may be in them */
	size_t own_header_count;
	struct fetch_target *target;
	int status; /* of the answer; 0: none yet */
	struct text answer;
	char retry_after[RETRY_AFTER_MAX];
};

struct notify {
	LIST_HEAD(sendings, sending) sendings;
};

/* Tells what became of it, and frees it. */
void sending_end(struct sending *s, enum message_outcome outcome,
    const char *reason, int64_t wait_ms);

struct message sending_message(const struct sending *s);

/* notify_http.c: from now on it ends by itself. */
void sending_over_http(struct sending *s);
void sending_free_http(struct sending *s);

#endif
