/*
 * message.h - what each kind of notifier is sent, byte by byte, and what its
 * answer means.
 *
 * Functions of their arguments alone.  What comes in are notices as
 * notice_json() made them: one, or several of the same incident in their order
 * where a channel could not be reached meanwhile.  Texts may be anything; what
 * goes out is well-formed, within the receiver's limits and pings nobody.
 */
#ifndef REPORT_MESSAGE_H
#define REPORT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "report/notifier_settings.h"

#define MESSAGE_BYTES_MAX ((size_t)256 * 1024)
/* Of one incident at once; what comes behind waits for the next message. */
#define MESSAGE_NOTICES_MAX 32
#define MESSAGE_REQUESTS_MAX 3

struct message {
	struct json_object *const *notices;
	size_t count;
	const char *handle; /* of the incident's thread; NULL: none yet */
	const char *secret; /* what is in token_file; NULL: there is none */
};

/* What ${NAME} may be in the settings' templates; ends with NULL. */
extern const char *const message_fields[];

/*
 * Does a channel of that kind have anything to say of it?  A status page is
 * told of no rule that is on trial.
 */
bool message_concerns(
    const struct notifier_settings *n, struct json_object *notice);

/* One HTTP request. */
struct message_request {
	int method;       /* enum http_method */
	struct text tail; /* comes behind the URL; mostly "" */
	struct text body;
	bool names_thread; /* its answer says the handle */
	/* Of a thing that people may have deleted meanwhile: never mind. */
	bool may_be_gone;
};

/*
 * What is to be sent, in this order, each when the one before was taken: the
 * last of them is the one that must not be sent twice.  0: nothing has to be.
 * The caller frees them, also those that are not used.
 */
size_t message_requests(const struct notifier_settings *n,
    const struct message *m,
    struct message_request requests[MESSAGE_REQUESTS_MAX]);
void message_requests_free(
    struct message_request requests[MESSAGE_REQUESTS_MAX]);

/* What the token is introduced by: "Bearer "; NULL: it is not in a header. */
const char *message_token_scheme(const struct notifier_settings *n);
const char *message_content_type(const struct notifier_settings *n);

/* A mail, headers and all.  Its handle is put into handle. */
void message_mail(struct text *out, const struct notifier_settings *n,
    const struct message *m, char handle[NAME_MAX_BYTES + 1]);

enum message_outcome {
	MESSAGE_SENT,
	MESSAGE_AGAIN, /* it may be taken later */
	MESSAGE_NEVER, /* it will not be, however often it is tried */
};

/* What came back. */
struct message_answer {
	int status;
	const char *body; /* its beginning */
	size_t length;
	const char *retry_after; /* NULL: not said */
};

#define MESSAGE_REASON_MAX 160

struct message_verdict {
	enum message_outcome outcome;
	int64_t wait_ms; /* as the receiver asks for; 0: it does not */
	char reason[MESSAGE_REASON_MAX];
	char handle[NAME_MAX_BYTES + 1]; /* "": none */
};

struct message_verdict message_judge(const struct notifier_settings *n,
    const struct message_request *request, const struct message_answer *answer);

#endif
