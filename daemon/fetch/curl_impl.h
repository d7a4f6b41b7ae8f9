/*
 * curl_impl.h - what the files of the libcurl engine share; for nobody else.
 *
 *   curl_engine.c  the engine, for question.c
 *   curl_form.c    settings made ready for libcurl
 *   transfer.c     what libcurl says of a transfer
 *   request.c      what libcurl is told to send
 *   redirect.c     where an answer may send us
 *   slot.c         an easy handle and what it receives
 *   sink.c         hands it on to whoever judges it as it comes
 *   shard.c        libcurl's multi handles on our loop
 *   sockets.c      its connections, by their descriptors
 */
#ifndef DAEMON_FETCH_CURL_IMPL_H
#define DAEMON_FETCH_CURL_IMPL_H

#include <curl/curl.h>

#include "daemon/fetch/fetch_impl.h"
#include "daemon/fetch/secret_file.h"

/* libcurl's costs grow with the connections of a multi handle. */
#define SHARD_TARGETS_MAX 100
#define SMALL_BYTES 1024L /* an answer that is taken in at once */

/* What is the same for all questions of targets that are alike. */
struct curl_form {
	CURLU *url; /* NULL: libcurl has to read it itself */
	char *body;
	struct curl_slist *headers;
	struct curl_slist *onward_headers; /* to another origin */
	struct secret_file *password;
	struct secret_file *bearer;
};

/* A target that libcurl asks. */
struct curl_side {
	struct fetch_shard *shard;
	struct fetch_socket *socket; /* opened last; NULL: none is left */
	bool is_sharing;             /* went by another target's of late */
	bool is_large;               /* the last answer was */
};

struct fetch_slot {
	CURL *easy;
	struct fetch_slot *next; /* in the pool */
	struct fetch_target *target;
	struct curl_slist *resolve;
	struct fetch_buffer headers; /* of the final answer */
	struct fetch_buffer body;
	size_t header_bytes; /* of all answers, 100 Continue included */
	size_t body_bytes;
	int64_t content_length; /* -1: not said */
	int status;             /* of the last status line; 0: none yet */
	bool is_in_head;        /* that began with it */
	bool is_folded;         /* a header continues what is no header */
	bool is_unanswered;     /* it ended, and nothing had come */
	bool is_begun;          /* the sink knows of the answer */
	bool is_enough;         /* it has seen enough of it */
	/* Why we cut the transfer short ourselves; NULL: we did not. */
	const struct failure *cut;
	const char *cut_words; /* for people; NULL: libcurl's */
	struct connect_attempts attempts;
	char words[CURL_ERROR_SIZE];
};

/* One multi handle and the targets that are asked through it. */
struct fetch_shard {
	struct fetch *fetch;
	struct fetch_shard *next;
	CURLM *multi;
	struct loop_timer *timer;
	struct loop_timer *kick; /* looks at all transfers, once */
	size_t target_count;
	struct fetch_slot *pool;
};

/* A connection's descriptor: stays watched while nobody waits for it. */
struct fetch_socket {
	struct fetch_shard *shard;
	struct loop_watch *watch; /* NULL: not watched */
	struct curl_side *owner;  /* who opened it; NULL: gone, or it is */
	int fd;
	bool is_ours;   /* came from shard_adopt_socket() */
	bool is_wanted; /* libcurl waits for it, thus: */
	bool in, out;
	bool is_settled; /* shard_close_socket() will tell its end */
};

/* curl_engine.c */
void curl_transfer_done(struct fetch_target *t, CURLcode code);

/* transfer.c: while the question's state is FETCH_SENT */
struct sample_phases transfer_phases(const struct fetch_target *t);
double transfer_total_ms(const struct fetch_target *t);
int transfer_status(const struct fetch_target *t);
struct failure transfer_failure(const struct fetch_target *t, CURLcode code);
struct failure transfer_timeout(const struct fetch_target *t);
/*
 * A kept connection may be closed by the peer at the moment it is used again:
 * that is no answer.
 */
bool transfer_deserves_another(const struct fetch_target *t, CURLcode code);

/* redirect.c */
enum redirect {
	REDIRECT_NONE,
	REDIRECT_FOLLOW,  /* next_url is set */
	REDIRECT_REFUSED, /* trouble is set */
};
enum redirect redirect_follow(
    struct fetch_target *t, const struct failure **trouble);
const char *redirect_location(const struct fetch_target *t); /* or NULL */
bool redirect_is_possible(const struct fetch_target *t);     /* by its status */

/* sink.c: for targets that have one */
void sink_begin(struct fetch_slot *slot); /* unless it knows already */
bool sink_bytes(struct fetch_slot *slot, const char *bytes, size_t length);

/* shard.c */
struct fetch_shard *shard_join(struct fetch *f); /* NULL: memory */
void shard_leave(struct fetch_shard *s);
bool shard_start(struct fetch_shard *s, struct fetch_slot *slot);
void shard_stop(struct fetch_shard *s, struct fetch_slot *slot);
/* The descriptor of a new connection; false: memory. */
bool shard_adopt_socket(struct curl_side *side, int fd);
int shard_close_socket(void *shard, curl_socket_t fd); /* for libcurl */

/* sockets.c */
struct fetch_socket *socket_find(struct fetch_shard *s, int fd); /* or NULL */
struct fetch_socket *socket_add(struct fetch_shard *s, int fd);  /* or memory */
void socket_forget(struct fetch_socket *k);
void socket_disown(struct fetch_socket *k); /* NULL is allowed */

/* slot.c */
struct fetch_slot *slot_take(struct fetch_shard *s); /* NULL: memory */
void slot_return(struct fetch_shard *s, struct fetch_slot *slot);
void slot_free(struct fetch_slot *slot); /* NULL is allowed */
/* Nothing received yet. */
void slot_clear(struct fetch_slot *slot);

/* request.c: NULL, or why the question cannot be put. */
const struct failure *request_prepare(struct fetch_slot *slot,
    const struct fetch_target *t, const struct resolver_answer *answer);

#endif
