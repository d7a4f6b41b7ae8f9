#include "daemon/survey.h"

#include <stdlib.h>

#include "daemon/answers_private.h"
#include "daemon/metrics.h"
#include "service/recording.h"

/* What one turn of the loop may take: less than half a millisecond each. */
#define STATUS_A_TURN 24
#define METRICS_A_TURN 250
/* Two thirds of the time are for other work. */
#define REST_MS 1
#define NO_ROOM_MS 20
#define BYTES_A_SERVICE 256
/* After so many reloads within one it is made in one go. */
#define BEGIN_ANEW_MAX 3
#define PIECE_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define ANSWER_MAX_BYTES ((size_t)15 * 1024 * 1024)

struct order {
	struct order *next;
	survey_done *done;
	void *arg;
};

struct survey {
	struct surveys *all;
	enum survey_kind kind;
	struct loop_timer *timer;
	struct order *orders; /* of the one that is being made, or told */
	struct order *next;   /* of the one after it */
	struct text text;
	struct text piece;
	struct survey_place at;
	const struct generation *generation; /* it is of these services */
	unsigned begun;
	bool is_made;
};

struct surveys {
	struct monitor *m;
	struct survey of[SURVEY_KINDS];
};

static size_t
text_max(enum survey_kind kind)
{
	return kind == SURVEY_METRICS ? METRICS_MAX_BYTES : ANSWER_MAX_BYTES;
}

/* True when there is more. */
static bool
add_some(struct survey *s, struct text *out, size_t count)
{
	struct monitor *m = s->all->m;

	switch (s->kind) {
	case SURVEY_STATUS:
		return answers_some_status(m, out, &s->at, count, false);
	case SURVEY_STATUS_PROBES:
		return answers_some_status(m, out, &s->at, count, true);
	case SURVEY_METRICS:
	case SURVEY_METRICS_QUOTED:
		break;
	}
	return metrics_write_some(m, out, &s->at, count);
}

static void
quote(struct survey *s)
{
	struct text quoted = text_new(s->text.max_bytes);

	recording_write_words(&quoted, text_str(&s->piece));
	/* Without the marks at its ends. */
	text_add_bytes(&s->text, text_str(&quoted) + 1, quoted.length - 2);
	s->text.cut = s->text.cut || !text_ok(&quoted);
	text_free(&quoted);
}

static size_t
count_a_turn(const struct survey *s)
{
	if (s->begun > BEGIN_ANEW_MAX)
		return SIZE_MAX;
	return s->kind < SURVEY_METRICS ? STATUS_A_TURN : METRICS_A_TURN;
}

static void
begin(struct survey *s)
{
	s->at = (struct survey_place){ 0 };
	s->generation = s->all->m->generation;
	s->begun++;
	text_clear(&s->text);
	/* Long ones are long at once: what grows leaves gaps behind. */
	text_reserve(&s->text, s->all->m->watched_count * BYTES_A_SERVICE);
}

static bool
make_some(struct survey *s)
{
	bool more;

	if (s->generation != s->all->m->generation)
		begin(s);
	/* What did not fit will not. */
	if (!text_ok(&s->text))
		return false;
	if (s->kind != SURVEY_METRICS_QUOTED)
		return add_some(s, &s->text, count_a_turn(s));
	text_clear(&s->piece);
	more = add_some(s, &s->piece, count_a_turn(s));
	if (s->piece.length > 0)
		quote(s);
	return more;
}

/* How long to rest after it. */
static int64_t
tell_one(struct survey *s)
{
	struct order *o = s->orders;

	if (!o->done(o->arg, text_ok(&s->text) ? &s->text : NULL))
		return NO_ROOM_MS;
	s->orders = o->next;
	free(o);
	return REST_MS;
}

static void
end(struct survey *s)
{
	text_clear(&s->piece);
	text_free(&s->text);
	s->text = text_new(text_max(s->kind));
	s->is_made = false;
	s->generation = NULL;
	s->begun = 0;
}

/* A piece, or one who is told: what is long takes its time to be copied. */
static void
go_on(void *arg)
{
	struct survey *s = arg;
	int64_t rest_ms = REST_MS;

	if (s->orders == NULL) {
		s->orders = s->next;
		s->next = NULL;
	}
	if (s->orders == NULL)
		return;
	if (!s->is_made)
		s->is_made = !make_some(s);
	if (s->is_made)
		rest_ms = tell_one(s);
	if (s->orders == NULL)
		end(s);
	if (s->orders != NULL || s->next != NULL)
		loop_timer_start(s->timer, rest_ms);
}

static void
refuse_all(struct order *o)
{
	while (o != NULL) {
		struct order *next = o->next;

		(void)o->done(o->arg, NULL); /* there is room for that */
		free(o);
		o = next;
	}
}

struct surveys *
surveys_new(struct monitor *m)
{
	struct surveys *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->m = m;
	for (unsigned i = 0; i < SURVEY_KINDS; i++) {
		struct survey *s = &all->of[i];

		s->all = all;
		s->kind = (enum survey_kind)i;
		s->text = text_new(text_max(s->kind));
		s->piece = text_new(PIECE_MAX_BYTES);
		s->timer = loop_timer_new(m->loop, go_on, s);
		if (s->timer == NULL) {
			surveys_free(all);
			return NULL;
		}
	}
	return all;
}

void
surveys_free(struct surveys *all)
{
	if (all == NULL)
		return;
	for (unsigned i = 0; i < SURVEY_KINDS; i++) {
		struct survey *s = &all->of[i];

		refuse_all(s->orders);
		refuse_all(s->next);
		text_free(&s->text);
		text_free(&s->piece);
		loop_timer_free(s->timer);
	}
	free(all);
}

void
surveys_order(
    struct surveys *all, enum survey_kind kind, survey_done *done, void *arg)
{
	struct survey *s = &all->of[kind];
	bool is_idle = s->orders == NULL && s->next == NULL;
	struct order **last = &s->next;
	struct order *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		(void)done(arg, NULL); /* there is room for that */
		return;
	}
	*o = (struct order){ .done = done, .arg = arg };
	while (*last != NULL)
		last = &(*last)->next;
	*last = o;
	if (is_idle)
		go_on(s);
}
