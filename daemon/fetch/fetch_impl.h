/*
 * fetch_impl.h - what the files of daemon/fetch share; for nobody else.
 *
 *   fetch.c      the whole
 *   queue.c      when a question may start, and our own lag
 *   target.c     whom to ask: settings made ready
 *   question.c   one question, from its beginning to its sample
 *   transfer.c   what libcurl says of it
 *   request.c    what libcurl is told to send
 *   redirect.c   where an answer may send us
 *   slot.c       an easy handle and what it receives
 *   sink.c       hands it on to whoever judges it as it comes
 *   shard.c      libcurl's multi handles on our loop
 */
#ifndef DAEMON_FETCH_FETCH_IMPL_H
#define DAEMON_FETCH_FETCH_IMPL_H

#include <curl/curl.h>

#include "daemon/fetch/curl_failure.h"
#include "daemon/fetch/fetch.h"
#include "daemon/fetch/resolver.h"
#include "daemon/fetch/secret_file.h"
#include "probe/http_judge.h"

/* libcurl's costs grow with the connections of a multi handle. */
#define SHARD_TARGETS_MAX 100
#define HEADER_BYTES_MAX (64 * 1024)
#define BODY_FIRST_BYTES 4096
#define BODY_KEPT_BYTES (64 * 1024)
#define REDIRECTS_MAX 3
#define CONNECTION_LIFE_S 60
/* Later than this and a timeout is no longer the target's. */
#define LAG_MAX_MS 250
#define LAG_TICK_MS 100

struct fetch_buffer {
	char *bytes;
	size_t length;
	size_t capacity;
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
	bool is_begun;          /* the sink knows of the answer */
	bool is_enough;         /* it has seen enough of it */
	/* Why we cut the transfer short ourselves; NULL: we did not. */
	const struct failure *cut;
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
	struct loop_watch *watch;   /* NULL: not watched */
	struct fetch_target *owner; /* who opened it; NULL: gone, or it is */
	int fd;
	bool is_ours;   /* came from shard_adopt_socket() */
	bool is_wanted; /* libcurl waits for it, thus: */
	bool in, out;
	bool is_settled; /* shard_close_socket() will tell its end */
};

enum fetch_state {
	FETCH_IDLE,
	FETCH_QUEUED,
	FETCH_RESOLVING,
	FETCH_SENT,
	FETCH_SETTLED, /* the answer is known and will be told next turn */
};

struct fetch_origin {
	char *host;
	uint16_t port;
	bool is_https;
	bool is_literal;
};

struct fetch_target {
	struct fetch *fetch;
	struct fetch_shard *shard;
	const struct http_settings *settings;
	struct http_judge *judge;
	struct fetch_sink sink; /* judges instead, if there is one: */
	bool has_sink;
	char *version_pointer; /* NULL: no version is wanted */
	char *version;         /* what the last answer named */
	char *url;
	struct fetch_origin origin;
	char *body;
	struct curl_slist *headers;
	struct curl_slist *onward_headers; /* to another origin */
	struct secret_file *password;
	struct secret_file *bearer;
	struct loop_timer *deadline;

	/* The question. */
	enum fetch_state state;
	struct fetch_target *queue_next;
	struct fetch_socket *socket; /* opened last; NULL: none is left */
	bool is_sharing;             /* went by another target's of late */
	fetch_done *done;
	void *arg;
	bool fresh;
	bool retried;
	bool is_extended;
	unsigned redirects;
	int64_t timeout_ms;
	int64_t asked_ms; /* the loop's clock */
	int64_t sent_ms;  /* the real one */
	int64_t lag_before_ms;
	int64_t lookup_ms; /* when the name was asked for */
	double resolve_ms;
	struct resolver_question *lookup;
	struct fetch_slot *slot;
	char *next_url; /* NULL: url */
	struct fetch_origin next_origin;
	enum http_method method;
	struct http_verdict settled;
};

struct fetch {
	struct loop *loop;
	struct resolver *resolver;
	struct fetch_shard *shards;
	struct fetch_socket **sockets; /* by descriptor; NULL: none */
	size_t socket_count;
	struct fetch_target *queue_first, *queue_last;
	size_t in_flight, in_flight_max;
	size_t dials; /* of others than us */
	long connection_life_s;
	struct loop_timer *tick; /* runs while anything is in flight */
	struct loop_timer *pump; /* while anything waits */
	int64_t pace, connects_left, refilled_ms; /* of new connections */
	int64_t tick_due_ms;
	int64_t lag_ms;  /* how late our own loop was, in all */
	unsigned depth;  /* inside of a callback from the loop */
	bool is_closing; /* freed inside of one */
};

/* fetch.c */
int64_t fetch_clock_ms(void); /* CLOCK_BOOTTIME, not the loop's idea of it */
void fetch_enter(struct fetch *f); /* around every callback from the loop */
void fetch_leave(struct fetch *f);

/* queue.c */
bool queue_init(struct fetch *f);
void queue_close(struct fetch *f);
void queue_ask(struct fetch_target *t); /* now, or when its turn has come */
void queue_leave(struct fetch_target *t);
void queue_start(struct fetch *f);           /* those whose turn has come */
int64_t fetch_lag_ms(const struct fetch *f); /* since it began, in all */

/* question.c */
void question_begin(struct fetch_target *t);
void question_drop(struct fetch_target *t);        /* tells nobody */
void question_out_of_time(struct fetch_target *t); /* in the queue */
void question_on_deadline(void *target);           /* for its timer */
void question_transfer_done(struct fetch_target *t, CURLcode code);

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
void shard_free_empty(struct fetch *f);
bool shard_start(struct fetch_shard *s, struct fetch_slot *slot);
void shard_stop(struct fetch_shard *s, struct fetch_slot *slot);
/* The descriptor of a new connection; false: memory. */
bool shard_adopt_socket(struct fetch_target *t, int fd);
void shard_disown_socket(struct fetch_socket *k);      /* NULL is allowed */
int shard_close_socket(void *shard, curl_socket_t fd); /* for libcurl */

/* slot.c */
struct fetch_slot *slot_take(struct fetch_shard *s); /* NULL: memory */
void slot_return(struct fetch_shard *s, struct fetch_slot *slot);
void slot_free(struct fetch_slot *slot); /* NULL is allowed */
/* Nothing received yet. */
void slot_clear(struct fetch_slot *slot);

/* request.c: NULL, or why the question cannot be put. */
const struct failure *request_prepare(struct fetch_slot *slot,
    const struct fetch_target *t, const struct resolver_answer *answer);

/* target.c */
bool origin_parse(const char *url, struct fetch_origin *o, struct error *err);
void origin_free(struct fetch_origin *o);
bool origin_may_be_local(
    const struct fetch_origin *o, const struct http_settings *settings);

#endif
