/*
 * fetch_impl.h - what the files of daemon/fetch share; for nobody else.
 *
 *   fetch.c      the whole
 *   queue.c      when a question may start, and our own lag
 *   form.c       settings made ready, for all targets that are alike
 *   origin.c     what a URL names
 *   target.c     whom to ask
 *   question.c   one question, from its beginning to its end
 *   question_tell.c  the one sample it ends in
 *   question_pool.c  those under way
 *
 * and behind struct fetch_engine_ops the engines:
 *
 *   buffer.c     what is received and kept for a while
 *
 * and those named in curl_impl.h and lean_impl.h
 */
#ifndef DAEMON_FETCH_FETCH_IMPL_H
#define DAEMON_FETCH_FETCH_IMPL_H

#include "daemon/fetch/curl_failure.h"
#include "daemon/fetch/fetch.h"
#include "daemon/fetch/resolver.h"
#include "probe/http_judge.h"
#include "probe/http_reply.h"

#define HEADER_BYTES_MAX (64 * 1024)
#define REDIRECTS_MAX 3
#define CONNECTION_LIFE_S 60
/* Later than this and a timeout is no longer the target's. */
#define LAG_MAX_MS 250
#define LAG_TICK_MS 100

struct curl_form;
struct curl_side;
struct fetch_shard;
struct fetch_slot;
struct fetch_socket;
struct lean_addresses;
struct lean_conn;
struct lean_form;

struct fetch_origin {
	char *host;
	uint16_t port;
	bool is_https;
	bool is_literal;
};

/* What settings were made into; shared by targets that are alike. */
struct fetch_form {
	const struct http_settings *settings;
	struct http_judge *judge;
	struct fetch_origin origin;
	char *version_pointer;  /* NULL: no version is wanted */
	struct curl_form *curl; /* NULL: libcurl was not needed yet */
	struct lean_form *lean; /* NULL: only libcurl can ask */
	unsigned target_count;
	/* Of the settings and the judge, for each question: */
	enum http_method method;
	int64_t max_bytes;
	bool is_fresh; /* a new connection for each */
	bool reads_headers, reads_body;
};

/* An idle target: there are many, so what only a question needs is there. */
struct fetch_target {
	struct fetch *fetch;
	struct fetch_form *form;
	const struct fetch_engine_ops *engine; /* serves it now */
	struct fetch_sink *sink;               /* judges instead; NULL: none */
	struct fetch_question *q;              /* NULL: none is under way */
	struct curl_side *curl; /* NULL: libcurl was not needed yet */
	struct lean_conn *kept; /* idle, for the next question; NULL: none */
};

struct fetch_buffer {
	char *bytes;
	size_t length;
	size_t capacity;
};

/* The lean engine's part of a question. */
struct lean_work {
	struct http_reply reply;
	struct lean_conn *conn;           /* NULL: not connected */
	struct lean_conn *trying[2];      /* the older one first */
	struct lean_addresses *addresses; /* NULL: there is but one */
	struct loop_timer *next_try;      /* NULL: was never needed */
	struct connect_attempts attempts;
	struct failure failure;
	int os_errno;
	bool is_reused; /* conn was there before */
	bool is_begun;  /* the sink knows of the answer */
	bool may_keep;  /* conn, for the next question */
	size_t sent;    /* bytes of the request */
	/* Moments; 0: not reached. */
	int64_t start_us, connected_us, request_us, first_us, last_us;
	struct fetch_buffer carry; /* what the reader could not take yet */
	/* What was received, for the judge: here or where it came in. */
	struct fetch_buffer headers, body;
	const char *headers_at, *body_at;
	size_t headers_length, body_length;
};

enum fetch_state {
	FETCH_QUEUED,
	FETCH_RESOLVING,
	FETCH_SENT,    /* an engine has it */
	FETCH_SETTLED, /* the answer is known and will be told next turn */
};

/* From a pool, for as long as it is under way. */
struct fetch_question {
	struct fetch_target *target;
	struct fetch_question *next, *before; /* in a queue, in the pool */
	struct loop_queue_node deadline;
	enum fetch_state state;
	fetch_done *done;
	void *arg;
	bool fresh;
	bool retried;
	bool is_extended;
	bool is_looked; /* when the time was up */
	enum http_method method;
	unsigned redirects;
	int64_t timeout_ms;
	int64_t asked_ms; /* the loop's clock */
	int64_t sent_us;  /* the real one */
	int64_t lag_before_ms;
	int64_t lookup_us; /* when the name was asked for */
	double resolve_ms;
	struct resolver_question *lookup;
	struct fetch_slot *slot; /* libcurl's part of it */
	struct lean_work lean;
	char *next_url; /* NULL: the settings' */
	struct fetch_origin next_origin;
	struct http_verdict settled;
};

/* How the engine's part of a question ended. */
enum fetch_ending {
	ENDING_ANSWER, /* all of it is there, or as much as the sink wants */
	ENDING_TIME,   /* it came to know that the time is up */
	ENDING_DIED,   /* a kept connection, at the moment it was used again */
	ENDING_FAILED,
};

/* What was received, until stop(). */
struct fetch_received {
	int status;
	const char *headers;
	size_t header_bytes;
	const char *body;
	size_t kept_bytes; /* of the body; less than: */
	size_t body_bytes; /* where nobody reads it */
};

/*
 * An engine puts the request of t->q, and ends it by question_ended(), from
 * the loop alone.  All but start(), would_connect() and told() are called
 * between start() and stop() only.
 */
struct fetch_engine_ops {
	enum fetch_engine name;
	/*
	 * answer: the addresses; NULL: in numbers in the URL.  NULL, or why the
	 * question cannot be put: then no stop(), and words may be set.
	 */
	const struct failure *(*start)(struct fetch_target *t,
	    const struct resolver_answer *answer, const char **words);
	/* What was received goes; a kept connection stays if it may. */
	void (*stop)(struct fetch_target *t);
	struct sample_phases (*phases)(const struct fetch_target *t);
	double (*total_ms)(const struct fetch_target *t); /* since start() */
	int (*status)(const struct fetch_target *t);      /* 0: none came */
	struct failure (*timeout)(const struct fetch_target *t);
	struct fetch_received (*received)(const struct fetch_target *t);
	/* Is there anything that we did not look at yet?  NULL: never mind. */
	bool (*has_unread)(const struct fetch_target *t);
	/* The sink is told of the answer, if it was not yet. */
	void (*begin_sink)(const struct fetch_target *t);
	/* As far as it knows, with a question that need not be fresh. */
	bool (*would_connect)(const struct fetch_target *t);
	/* What became of the question, before it is told; NULL: never mind. */
	void (*told)(struct fetch_target *t, const struct sample *s);
};

extern const struct fetch_engine_ops curl_engine;
extern const struct fetch_engine_ops lean_engine;

struct fetch_queue {
	struct fetch_question *first, *last;
};

struct fetch {
	struct loop *loop;
	struct loop_queue *at_once;
	struct resolver *resolver;
	struct fetch_question *questions; /* the pool */
	size_t spare_questions;           /* in it */
	struct fetch_counts counts;
	/* What waits for its turn; the first goes before the second. */
	struct fetch_queue fresh, queue;
	struct fetch_question *expiring; /* looked at next; NULL: none */
	size_t in_flight, in_flight_max;
	size_t dials;              /* of others than us */
	size_t open_max, kept_max; /* connections of both engines */
	size_t kept_now;           /* fewer while more than usual are new */
	long connection_life_s;
	struct loop_timer *tick; /* runs while anything is in flight */
	struct loop_timer *pump; /* while anything waits */
	/* For new connections: a second, what is left, and since when. */
	int64_t work_us, work_left_us, refilled_us;
	int64_t tick_due_ms;
	int64_t lag_ms;  /* how late our own loop was, in all */
	unsigned depth;  /* inside of a callback from the loop */
	bool is_closing; /* freed inside of one */

	/* The lean engine's. */
	struct lean_conn *lean_oldest, *lean_newest; /* kept and idle */
	size_t lean_open, lean_kept; /* connections, and those that are kept */
	int *dead; /* descriptors that are to be closed; NULL: none */
	size_t dead_count, dead_capacity;
	struct loop_timer *dead_timer; /* NULL: was never needed */
	int64_t dead_ms;               /* the turn, and how many in it: */
	unsigned dead_in_turn;
	char *lean_bytes; /* where answers come in; NULL: not needed yet */

	/* libcurl's. */
	struct fetch_shard *shards;
	size_t empty_shards;           /* of them, without a target */
	size_t curl_open;              /* descriptors */
	struct fetch_socket **sockets; /* by descriptor; NULL: none */
	size_t socket_count;
};

/* fetch.c: CLOCK_BOOTTIME, not the loop's idea of it */
int64_t fetch_clock_us(void);
int64_t fetch_clock_ms(void);
void fetch_enter(struct fetch *f); /* around every callback from the loop */
void fetch_leave(struct fetch *f);
/* One descriptor more; false: the rest is not for us. */
bool fetch_may_open(struct fetch *f);
/* Or there are more connections than can be kept. */
bool fetch_may_keep(const struct fetch *f);

/* queue.c */
bool queue_init(struct fetch *f);
void queue_close(struct fetch *f);
void queue_ask(struct fetch_target *t); /* now, or when its turn has come */
void queue_leave(struct fetch_question *q);
void queue_start(struct fetch *f);           /* those whose turn has come */
int64_t fetch_lag_ms(const struct fetch *f); /* since it began, in all */

/* question_pool.c */
bool question_new(struct fetch_target *t); /* t->q; false: memory */
void question_free(struct fetch_target *t);
void question_free_spare(struct fetch *f);

/* question.c */
void question_begin(struct fetch_target *t);
void question_drop(struct fetch_target *t);        /* tells nobody */
void question_out_of_time(struct fetch_target *t); /* in the queue */
int64_t question_left_ms(const struct fetch_question *q);
int64_t question_held_up_ms(const struct fetch_target *t); /* by our lag */
void question_wake(struct fetch_question *q, int64_t delay_ms);
/*
 * failure: of ENDING_FAILED, with words for people.  The target may be gone
 * when this returns.
 */
void question_ended(struct fetch_target *t, enum fetch_ending ending,
    const struct failure *failure, const char *words);
void question_onward(struct fetch_target *t); /* to q->next_url */

/* question_tell.c: after each the target may be gone. */
void question_finish(struct fetch_target *t, const struct http_verdict *v);
void question_failed(
    struct fetch_target *t, const struct failure *failure, const char *words);
void question_answered(struct fetch_target *t);
void question_time_is_up(struct fetch_target *t);

struct http_verdict question_because(
    const struct failure *failure, const char *words);

/* form.c */
struct fetch_form *form_new(
    const struct http_settings *settings, struct error *err);
void form_free(struct fetch_form *form); /* for one of its targets */

/* origin.c */
bool origin_parse(const char *url, struct fetch_origin *o, struct error *err);
void origin_free(struct fetch_origin *o);
bool origin_may_be_local(
    const struct fetch_origin *o, const struct http_settings *settings);

/* curl_engine.c: from now on libcurl asks; false: memory or descriptors */
bool curl_join(struct fetch_target *t);
void curl_leave(struct fetch_target *t); /* also if it never joined */

/* curl_form.c */
struct curl_form *curl_form_new(const struct http_settings *settings);
void curl_form_free(struct curl_form *form); /* NULL is allowed */

/* buffer.c: false: memory */
bool buffer_add(struct fetch_buffer *b, const char *bytes, size_t length);
void buffer_clear(struct fetch_buffer *b); /* little stays for the next */
void buffer_free(struct fetch_buffer *b);

/* lean.c: false: it cannot, or memory is short */
bool lean_join(struct fetch_target *t);
void lean_leave(struct fetch_target *t);
/* Closes the one that was idle for the longest; false: there is none. */
bool lean_give_up(struct fetch *f);
/* lean_dead.c: one of them; false: there is none. */
bool lean_close_dead(struct fetch *f);
void lean_free_dead(struct fetch *f);
void lean_free_work(struct lean_work *w); /* of a question that goes */

/* shard.c */
void shard_free_empty(struct fetch *f);

#endif
