/* daemon/store/store.h: one thing after the other, each of which takes a
   while; between what is done and what is told there may be a crash. */
#include <stdlib.h>
#include <string.h>

#include "report/event.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

#define EVENTS_MAX 8
#define DELIVERIES_MAX 8
#define RETRY_MS 3000

enum job_kind {
	JOB_APPEND,
	JOB_RUN,
	JOB_READ,
	JOB_OUTBOX,
	JOB_DUE,
	JOB_DELIVERED,
	JOB_POSTPONE,
	JOB_RUN_NOTHING,
};

struct job {
	struct job *next;
	enum job_kind kind;
	struct store_event events[EVENTS_MAX];
	size_t event_count;
	struct store_delivery deliveries[DELIVERIES_MAX];
	size_t delivery_count;
	char *words[EVENTS_MAX * 6 + DELIVERIES_MAX * 3];
	size_t word_count;
	struct store_query query;
	store_done *done;
	store_rows *rows;
	store_outbox *outbox;
	store_work *work;
	void *arg;
	int64_t id, wall_ms;
	bool ok;
};

struct store {
	struct job *first, *last;
	struct loop_timer *timer;
	struct loop_timer *retry;
	bool is_done; /* the first one; not told yet */
	enum store_state state;
	uint64_t beats;
	store_changed *changed;
	void *arg;
};

static void
set_state(struct store *s, enum store_state state)
{
	if (s->state == state)
		return;
	s->state = state;
	oracle_store(state == STORE_FAILED);
	if (state == STORE_FAILED)
		loop_timer_start(s->retry, RETRY_MS);
	if (s->changed != NULL)
		s->changed(s->arg, state);
}

static void
on_retry(void *arg)
{
	struct store *s = arg;

	if (sim.disk_fails)
		loop_timer_start(s->retry, RETRY_MS);
	else
		set_state(s, STORE_OK);
}

static int64_t
how_long_ms(void)
{
	if (one_in(60))
		return span_between(50, 900);
	return span_between(1, 6);
}

static void
commit(struct job *j)
{
	for (size_t i = 0; i < j->event_count; i++) {
		disk_add_row(&j->events[i]);
		oracle_committed(&j->events[i]);
		chance_row(j->events[i].kind);
	}
	for (size_t i = 0; i < j->delivery_count; i++)
		disk_add_delivery(&j->deliveries[i]);
}

static void
perform(struct job *j)
{
	j->ok = !sim.disk_fails;
	switch (j->kind) {
	case JOB_APPEND:
		/* Not ok: it may be there all the same. */
		if (j->ok || one_in(8))
			commit(j);
		return;
	case JOB_RUN:
		j->ok = j->ok && j->work(j->arg);
		return;
	case JOB_DELIVERED:
		if (j->ok)
			disk_drop_delivery(j->id);
		return;
	case JOB_POSTPONE:
		if (j->ok)
			disk_postpone_delivery(j->id, j->wall_ms);
		return;
	case JOB_READ:
	case JOB_OUTBOX:
	case JOB_DUE:
	case JOB_RUN_NOTHING:
		return;
	}
}

static void
answer(struct job *j)
{
	const struct store_event *rows = NULL;
	const struct store_delivery *waiting = NULL;
	size_t count = 0;

	if (j->kind == JOB_READ && j->ok)
		rows = disk_find(&j->query, &count);
	if (j->kind == JOB_OUTBOX && j->ok)
		waiting = disk_deliveries(&count);
	if (j->kind == JOB_DUE && j->ok)
		waiting = disk_due(j->wall_ms, &count);
	for (size_t i = 0; i < j->event_count; i++)
		if (j->ok)
			oracle_told(&j->events[i]);
		else
			oracle_failed(&j->events[i]);
	if (j->rows != NULL)
		j->rows(j->arg, j->ok, rows, count);
	else if (j->outbox != NULL)
		j->outbox(j->arg, j->ok, waiting, count);
	else if (j->done != NULL)
		j->done(j->arg, j->ok);
}

static void
free_job(struct job *j)
{
	for (size_t i = 0; i < j->word_count; i++)
		free(j->words[i]);
	free(j);
}

static void
on_turn(void *arg)
{
	struct store *s = arg;
	struct job *j = s->first;

	if (!s->is_done) {
		perform(j);
		s->is_done = true;
		loop_timer_start(s->timer, 1);
		return;
	}
	s->is_done = false;
	s->first = j->next;
	if (s->first == NULL)
		s->last = NULL;
	else
		loop_timer_start(s->timer, how_long_ms());
	set_state(s, sim.disk_fails ? STORE_FAILED : STORE_OK);
	answer(j);
	free_job(j);
}

static struct job *
ask(struct store *s, enum job_kind kind, void *arg)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		abort();
	j->kind = kind;
	j->arg = arg;
	if (s->last == NULL)
		s->first = j;
	else
		s->last->next = j;
	s->last = j;
	if (s->first == j && !sim.is_dying)
		loop_timer_start(s->timer, how_long_ms());
	return j;
}

static const char *
keep(struct job *j, const char *words)
{
	char *copy = strdup(words == NULL ? "" : words);

	if (copy == NULL || j->word_count == sizeof(j->words) / sizeof(char *))
		abort();
	j->words[j->word_count++] = copy;
	return copy;
}

static void
keep_event(struct job *j, const struct store_event *e)
{
	struct store_event *mine = &j->events[j->event_count++];

	*mine = *e;
	mine->boot_id = keep(j, e->boot_id);
	mine->kind = keep(j, e->kind);
	mine->service = keep(j, e->service);
	mine->incident = keep(j, e->incident);
	mine->run = keep(j, e->run);
	mine->data = keep(j, e->data);
}

void
store_append(struct store *s, const struct store_event *events,
    size_t event_count, const struct store_delivery *deliveries,
    size_t delivery_count, store_done *done, void *arg)
{
	struct job *j = ask(s, JOB_APPEND, arg);

	if (event_count > EVENTS_MAX || delivery_count > DELIVERIES_MAX)
		abort();
	j->done = done;
	for (size_t i = 0; i < event_count; i++) {
		keep_event(j, &events[i]);
		if (!sim.is_dying)
			oracle_asked(&events[i]);
	}
	for (size_t i = 0; i < delivery_count; i++) {
		struct store_delivery *mine =
		    &j->deliveries[j->delivery_count++];

		*mine = deliveries[i];
		mine->channel = keep(j, deliveries[i].channel);
		mine->dedup_key = keep(j, deliveries[i].dedup_key);
		mine->body = keep(j, deliveries[i].body);
	}
}

void
store_run(struct store *s, store_work *work, store_done *done, void *arg)
{
	struct job *j = ask(s, JOB_RUN, arg);

	j->work = work;
	j->done = done;
}

void
store_read(
    struct store *s, const struct store_query *q, store_rows *rows, void *arg)
{
	struct job *j = ask(s, JOB_READ, arg);

	j->query = *q;
	if (q->kind != NULL)
		j->query.kind = keep(j, q->kind);
	if (q->or_kind != NULL)
		j->query.or_kind = keep(j, q->or_kind);
	if (q->service != NULL)
		j->query.service = keep(j, q->service);
	if (q->incident != NULL)
		j->query.incident = keep(j, q->incident);
	if (q->run != NULL)
		j->query.run = keep(j, q->run);
	j->rows = rows;
	if (q->incident != NULL && q->kind == NULL)
		oracle_closing(q->incident);
}

void
store_read_outbox(struct store *s, store_outbox *rows, void *arg)
{
	ask(s, JOB_OUTBOX, arg)->outbox = rows;
}

void
store_read_due(
    struct store *s, int64_t now_wall_ms, store_outbox *rows, void *arg)
{
	struct job *j = ask(s, JOB_DUE, arg);

	j->wall_ms = now_wall_ms;
	j->outbox = rows;
}

void
store_delivered(struct store *s, int64_t id)
{
	ask(s, JOB_DELIVERED, NULL)->id = id;
}

void
store_postpone(struct store *s, int64_t id, int64_t next_wall_ms)
{
	struct job *j = ask(s, JOB_POSTPONE, NULL);

	j->id = id;
	j->wall_ms = next_wall_ms;
}

/* Nothing is given up within a day. */
void
store_bury(struct store *s, int64_t id, const char *reason)
{
	(void)reason;
	store_delivered(s, id);
}

void
store_revive(struct store *s, int64_t id)
{
	(void)s;
	(void)id;
}

void
store_drop(struct store *s, int64_t id)
{
	store_delivered(s, id);
}

void
store_read_dead(struct store *s, store_outbox *rows, void *arg)
{
	ask(s, JOB_RUN_NOTHING, arg)->outbox = rows;
}

struct store *
store_open(struct loop *loop, const char *directory, struct error *err)
{
	struct store *s = calloc(1, sizeof(*s));

	(void)directory;
	(void)err;
	if (s == NULL)
		abort();
	s->timer = loop_timer_new(loop, on_turn, s);
	s->retry = loop_timer_new(loop, on_retry, s);
	return s;
}

/* Only ever called where the daemon dies: what was not done is not. */
void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL) {
		struct job *j = s->first;

		s->first = j->next;
		free_job(j);
	}
	loop_timer_free(s->timer);
	loop_timer_free(s->retry);
	free(s);
}

enum store_state
store_state(const struct store *s)
{
	return s->state;
}

const char *
store_trouble(const struct store *s)
{
	return s->state == STORE_FAILED ? "Input/output error" : NULL;
}

void
store_on_change(struct store *s, store_changed *changed, void *arg)
{
	s->changed = changed;
	s->arg = arg;
}

void
store_acknowledge(struct store *s, store_done *done, void *arg)
{
	ask(s, JOB_APPEND, arg)->done = done;
}

uint64_t
store_heartbeats(const struct store *s)
{
	return s->beats;
}

void
store_beat(struct store *s)
{
	s->beats++;
}

void
store_prune(struct store *s, int64_t before_wall_ms)
{
	(void)s;
	(void)before_wall_ms;
}
