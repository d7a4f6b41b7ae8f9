/*
 * ask.h - puts the question of a probe, of whatever kind, and turns every
 * outcome into one sample.
 */
#ifndef DAEMON_ASK_ASK_H
#define DAEMON_ASK_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/fetch/fetch.h"
#include "daemon/loop.h"
#include "probe/metric_name.h"
#include "probe/probe_settings.h"
#include "sample/sample.h"

struct asker;
struct beat;
struct commands;
struct schedule;
struct steps;
struct tls_contexts;

/* What askers ask with; lives as long as they do. */
struct ask_tools {
	struct loop *loop;
	struct fetch *fetch;
	struct steps *steps;
	struct commands *commands; /* NULL: there are no command probes */
	struct tls_contexts *tls;
	struct schedule *schedule; /* of those that are polled */
};

/*
 * Takes all the memory that asking will need, and asks nothing yet.  owner is
 * the name of the service (copied where it is needed); the settings are
 * borrowed, the metrics (those of service_metrics()) only read here.  The
 * daemon makes two for each probe, one for the poll and one for questions out
 * of turn, so an idle one must cost next to nothing.
 */
struct asker *asker_new(const struct ask_tools *tools, const char *owner,
    const struct probe_settings *settings, const struct metric_name *metrics,
    size_t metric_count, struct error *err);

/*
 * A second one beside the first, made by the same words: they share what does
 * not change, where the kind knows how.
 */
struct asker *asker_new_like(const struct asker *first,
    const struct ask_tools *tools, const char *owner,
    const struct probe_settings *settings, const struct metric_name *metrics,
    size_t metric_count, struct error *err);

/* A question under way is dropped: no callback comes after this. */
void asker_free(struct asker *a);

/* Equal settings of a new configuration: the old are no longer looked at. */
void asker_resettle(struct asker *a, const struct probe_settings *settings);

typedef void asker_done(void *arg, const struct sample *s);

/*
 * Puts one question; the answer comes from the loop, never from inside of
 * this call, and no later than timeout_ms (and our own lag) after it was
 * sent.  False, and nothing happens, while a question is under way.  fresh:
 * on a new connection, where the kind knows such.
 */
bool asker_ask(struct asker *a, int64_t timeout_ms, bool fresh,
    asker_done *done, void *arg);

bool asker_is_busy(const struct asker *a);

/* Which of several engines asks: "curl", "lean"; NULL: there is but one. */
const char *asker_engine(const struct asker *a);

/*
 * For kinds that listen: what is heard from now on counts.  To be said when
 * polling begins and after a pause.  is_polled: it asks for a poll, which
 * may wait for what is to come; else for people, who want to know at once.
 */
void asker_begin(struct asker *a, bool is_polled);

/*
 * For kinds that compare answers: what was answered, or asked, before says
 * nothing of what is there now.  To be said at a deployment and the like.
 */
void asker_forget(struct asker *a);

/* A heartbeat came.  False where the kind takes none. */
bool asker_beat(struct asker *a, const struct beat *beat);

#endif
