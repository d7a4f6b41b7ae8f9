/*
 * fetch.h - asks HTTP targets, many at a time, and turns every outcome into
 * one sample.
 *
 * By one of two engines, libcurl or our own for what is plain, on our loop;
 * what an answer means is decided by lib/probe.
 */
#ifndef DAEMON_FETCH_FETCH_H
#define DAEMON_FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/loop.h"
#include "probe/http_judge.h"
#include "probe/http_settings.h"
#include "sample/sample.h"

struct fetch;
struct fetch_target;
struct resolver;

/* What stands above the body of an answer; valid for the call only. */
struct fetch_answer {
	int status;
	const char *content_type; /* NULL: it names none */
	const char *encoding;     /* of the content: "gzip"; NULL: as it is */
	const char *retry_after;  /* NULL: it says nothing of that */
};

/* What a sink makes of it: what goes into the sample. */
struct fetch_verdict {
	struct http_verdict verdict;
	const double *values; /* the sink's; stay until it is asked again */
	unsigned value_count;
	const char *version; /* NULL: none is named; the sink's as well */
};

/*
 * Judges answers in place of settings->expect, while they come: nothing of
 * the body is kept here, and expect.max_bytes still cuts it (0: never).
 *
 * begin() is called once it is known what answers, and again, to start over,
 * for each further question: an answer that breaks off or is late ends with
 * no call at all.  Redirects that may be followed are not shown, but for the
 * last one, which has no bytes then.  bytes() says false when it has seen
 * enough.  judge() is called when the answer is complete or enough.
 */
struct fetch_sink {
	void (*begin)(void *arg, const struct fetch_answer *a);
	bool (*bytes)(void *arg, const char *bytes, size_t length);
	struct fetch_verdict (*judge)(void *arg);
	void *arg;
};

/* NULL fields: what the host has. */
struct fetch_settings {
	const char *dns_servers; /* "127.0.0.1:5353", commas between */
	const char *resolv_conf; /* path */
	size_t in_flight_max;    /* 0: half of the descriptors there are */
	long connection_life_s;  /* no connection is used longer; 0: 60 */
	/* 0: by the descriptors that there may be (descriptors.h) */
	size_t open_max; /* connections at once */
	size_t kept_max; /* of them, those that are kept */
};

enum fetch_engine {
	FETCH_CURL, /* libcurl: everything */
	FETCH_LEAN, /* our own: plain http alone */
};

/* Since the beginning. */
struct fetch_counts {
	uint64_t asked;
	uint64_t connects;       /* new connections that were tried */
	uint64_t retried;        /* a kept connection had had its day */
	uint64_t closed_by_peer; /* kept connections, while idle */
	uint64_t given_up;       /* kept ones that others needed */
	uint64_t late;           /* LOST because our own loop was late */
};

struct fetch *fetch_new(struct loop *loop, struct error *err);
struct fetch *fetch_new_with(struct loop *loop,
    const struct fetch_settings *settings, struct error *err);

/*
 * Why the libcurl at hand should not be relied upon, in words; NULL: nothing
 * is known against it.
 */
const char *fetch_library_trouble(void);

/* What fetch_target_new() would refuse, without making anything. */
bool fetch_check(const struct http_settings *settings, struct error *err);

const struct fetch_counts *fetch_counts(const struct fetch *f);

/* For those who ask in other ways than HTTP; lives as long as f. */
struct resolver *fetch_resolver(struct fetch *f);

/*
 * May one more of those be under way?  When all of them hang, there must be
 * descriptors left to act with.  What was taken is given back.
 */
bool fetch_take_dial(struct fetch *f);
void fetch_give_dial(struct fetch *f);

/* Every target must have been freed before. */
void fetch_free(struct fetch *f);

/*
 * Takes all the memory that asking will need.  Borrows the settings.  The
 * daemon makes two for each probe, one for the poll and one for questions out
 * of turn, so an idle target must cost next to nothing.
 * Credentials are read from their files when a question is put.  The sink is
 * copied; NULL: settings->expect judges.
 */
struct fetch_target *fetch_target_new(struct fetch *f,
    const struct http_settings *settings, const struct fetch_sink *sink,
    struct error *err);

/*
 * Its samples name the version that is there in the JSON of the body, whatever
 * else the answer says.  False when memory is short.
 */
bool fetch_target_find_version(struct fetch_target *t, const char *pointer);

/*
 * A second one that asks the same, beside the first, and shares all that does
 * not change: for a target without a sink.  NULL with the reason: memory.
 */
struct fetch_target *fetch_target_new_like(
    const struct fetch_target *t, struct error *err);

const char *fetch_engine_word(enum fetch_engine engine); /* "curl", "lean" */

/* Who asks it now. */
enum fetch_engine fetch_target_engine(const struct fetch_target *t);

/* A question under way is dropped: no callback comes after this. */
void fetch_target_free(struct fetch_target *t);

/*
 * Equal settings of a new configuration, in other memory: the old ones are
 * no longer looked at, by those that are like it neither.
 */
void fetch_target_resettle(
    struct fetch_target *t, const struct http_settings *settings);

typedef void fetch_done(void *arg, const struct sample *s);

/*
 * Puts one question; the answer comes from the loop, never from inside of
 * this call, and no later than timeout_ms (and our own lag) after it was
 * sent.  False, and nothing happens, while a question is under way or when
 * memory is short.  fresh: on a new connection.
 */
bool fetch_ask(struct fetch_target *t, int64_t timeout_ms, bool fresh,
    fetch_done *done, void *arg);

bool fetch_is_busy(const struct fetch_target *t);

#endif
