/*
 * The two engines are given the same answers, whole and in pieces, and must
 * come to the same samples: outcome, class, status, phases; and to the one
 * that the table says.
 */
#include "tests/daemon/asking.h"
#include "tests/daemon/player.h"

#include <sys/resource.h>

#define BATCH 480
#define TIMEOUT_MS 1500 /* where an answer never becomes complete */
#define PATIENCE_MS 15000
/* What follows an answer is there before the next question is put. */
#define SETTLE_MS 60
/* Of answers that no table knows, and where they differ once more. */
#define SHORT_TIMEOUT_MS 400
#define LONG_TIMEOUT_MS 4000
#define MUTANTS 600 /* or as many as the environment says */
#define MUTANT_MAX 512

enum { LEAN, CURL, ENGINES };

static const enum http_engine engines[ENGINES] = {
	[LEAN] = HTTP_ENGINE_AUTO,
	[CURL] = HTTP_ENGINE_CURL,
};

/* One question and the one that follows it. */
struct story {
	struct stage *stage;
	const struct answer_row *row;
	struct play *play;
	struct http_settings settings;
	char url[64];
	struct fetch_target *target;
	int64_t timeout_ms;
	struct sample first, second;
	unsigned first_requests;
	bool is_kept;
};

struct stage {
	struct world *world;
	struct player player;
	struct play *plays;
	struct story *stories;
	size_t count;
	size_t left; /* answers of this batch */
};

static const char *any_status[] = { "100-999" };

static void
on_sample(struct story *s, struct sample *where, const struct sample *sample)
{
	*where = *sample;
	if (--s->stage->left == 0)
		loop_stop(s->stage->world->loop);
}

static void
on_first(void *arg, const struct sample *sample)
{
	struct story *s = arg;

	on_sample(s, &s->first, sample);
}

static void
on_second(void *arg, const struct sample *sample)
{
	struct story *s = arg;

	on_sample(s, &s->second, sample);
}

static void
await_batch(struct stage *g)
{
	loop_timer_start(g->world->guard, GUARD_MS);
	assert_true(loop_run(g->world->loop));
	loop_timer_stop(g->world->guard);
}

static bool
is_unfinished(const struct answer_row *row)
{
	return row->failure != NULL && strcmp(row->failure, UNFINISHED) == 0;
}

static void
ask_first(struct stage *g, struct story *s)
{
	struct error err = { "" };
	size_t i = (size_t)(s->play - g->plays);

	(void)snprintf(s->url, sizeof(s->url), "http://127.1.%zu.%zu:%u/%zu",
	    i / 200, i % 200 + 1, g->player.port, i);
	s->settings.url = s->url;
	s->target = fetch_target_new(g->world->fetch, &s->settings, NULL, &err);
	if (s->target == NULL)
		fail_msg("%s", err.text);
	assert_true(fetch_ask(s->target, s->timeout_ms, false, on_first, s));
}

static void
run_batch(struct stage *g, struct story *stories, size_t count)
{
	g->left = count;
	for (size_t i = 0; i < count; i++)
		ask_first(g, &stories[i]);
	await_batch(g);
	let_pass(g->world, SETTLE_MS);
	g->left = count;
	for (size_t i = 0; i < count; i++) {
		struct story *s = &stories[i];

		s->first_requests = atomic_load(&s->play->requests);
		assert_true(
		    fetch_ask(s->target, PATIENCE_MS, false, on_second, s));
	}
	await_batch(g);
	for (size_t i = 0; i < count; i++) {
		struct story *s = &stories[i];

		s->is_kept = atomic_load(&s->play->connections) == 1;
		fetch_target_free(s->target);
	}
}

static void
run_all(struct stage *g)
{
	for (size_t at = 0; at < g->count; at += BATCH)
		run_batch(g, g->stories + at,
		    g->count - at < BATCH ? g->count - at : BATCH);
}

static void
stage_open(struct stage *g, size_t count)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	*g = (struct stage){ .count = count };
	g->plays = calloc(count, sizeof(*g->plays));
	g->stories = calloc(count, sizeof(*g->stories));
	assert_non_null(g->plays);
	assert_non_null(g->stories);
	for (size_t i = 0; i < count; i++) {
		g->stories[i].stage = g;
		g->stories[i].play = &g->plays[i];
	}
	g->world = world_new(NULL);
	player_start(&g->player, g->plays, count);
}

static void
stage_close(struct stage *g)
{
	world_free(g->world);
	player_stop(&g->player);
	free(g->plays);
	free(g->stories);
}

/* What is told apart */

static const char *
class_of(const struct sample *s)
{
	return s->failure == NULL ? "-" : s->failure;
}

static bool
is_same(const struct sample *a, const struct sample *b)
{
	const struct sample_phases *p = &a->phases, *q = &b->phases;

	return a->outcome == b->outcome &&
	    strcmp(class_of(a), class_of(b)) == 0 && a->status == b->status &&
	    (p->resolve_ms < 0) == (q->resolve_ms < 0) &&
	    (p->connect_ms < 0) == (q->connect_ms < 0) &&
	    (p->tls_ms < 0) == (q->tls_ms < 0) &&
	    (p->first_byte_ms < 0) == (q->first_byte_ms < 0) &&
	    (p->transfer_ms < 0) == (q->transfer_ms < 0);
}

static void
show(const struct story *s)
{
	const struct sample *a = &s->first;

	print_error("  %s: %s %s %d \"%s\" connect %.1f first %.1f transfer "
		    "%.1f, %s, then %s %s \"%s\"\n",
	    s->settings.engine == HTTP_ENGINE_CURL ? "curl" : "lean",
	    sample_outcome_word(a->outcome), class_of(a), a->status, a->detail,
	    a->phases.connect_ms, a->phases.first_byte_ms,
	    a->phases.transfer_ms, s->is_kept ? "kept" : "not kept",
	    sample_outcome_word(s->second.outcome), class_of(&s->second),
	    s->second.detail);
}

static void
show_bytes(const struct play *p)
{
	print_error("piece %d end %d: ", (int)p->piece, (int)p->end);
	for (size_t i = 0; i < p->length; i++)
		if (p->bytes[i] == '\n')
			print_error("\\n");
		else if (p->bytes[i] < ' ' || p->bytes[i] > '~')
			print_error("\\x%02x", (unsigned char)p->bytes[i]);
		else
			print_error("%c", p->bytes[i]);
	print_error("\n");
}

/* The table */

static void
set_story(struct story *s, const struct answer_row *row, enum piece piece,
    enum http_engine engine)
{
	s->row = row;
	s->timeout_ms = is_unfinished(row) ? TIMEOUT_MS : PATIENCE_MS;
	s->play->bytes = row->bytes;
	s->play->length = row->length;
	s->play->end = row->end;
	s->play->piece = piece;
	s->play->good = row->body;
	s->play->is_head = row->is_head;
	s->settings = (struct http_settings){
		.method = row->is_head ? HTTP_HEAD : HTTP_GET,
		.engine = engine,
		.expect = {
			.status = { any_status, 1 },
			.contains = row->is_head ? NULL : row->body,
			.max_bytes = row->max_bytes,
		},
	};
}

/* The class; NULL: none. */
static const char *
expected_class(const struct answer_row *row)
{
	if (!is_unfinished(row))
		return row->failure;
	return row->length == 0 ? "timeout.firstbyte" : "timeout.transfer";
}

static bool
is_as_expected(const struct story *s)
{
	const char *class = expected_class(s->row);

	if (class == NULL)
		return s->first.outcome == SAMPLE_OK &&
		    s->first.status == s->row->status;
	return s->first.outcome == SAMPLE_FAILED &&
	    strcmp(class_of(&s->first), class) == 0 &&
	    s->first.status == s->row->status && s->first.detail[0] != '\0';
}

/*
 * What we do not want to keep libcurl may keep: it throws away what came with
 * the end of an answer.
 */
static bool
is_kept_as_expected(const struct story *s)
{
	if (s->play->piece != PIECE_WHOLE)
		return true;
	if (s->row->is_kept)
		return s->is_kept;
	return !s->is_kept || s->settings.engine == HTTP_ENGINE_CURL;
}

static bool
is_right(const struct story *lean, const struct story *curl)
{
	return is_same(&lean->first, &curl->first) &&
	    is_same(&lean->second, &curl->second) &&
	    lean->second.outcome == SAMPLE_OK && is_as_expected(lean) &&
	    is_as_expected(curl) && is_kept_as_expected(lean) &&
	    is_kept_as_expected(curl) && lean->first_requests == 1 &&
	    curl->first_requests == 1;
}

static void
copy_story(struct story *to, const struct story *from)
{
	to->row = from->row;
	to->settings = from->settings;
	to->timeout_ms = LONG_TIMEOUT_MS;
	to->play->bytes = from->play->bytes;
	to->play->length = from->play->length;
	to->play->end = from->play->end;
	to->play->piece = from->play->piece;
	to->play->good = from->play->good;
	to->play->is_head = from->play->is_head;
	to->play->which = from->play->which;
}

/* A slow host is no difference: those that differ are asked once more. */
static size_t
count_wrong(const struct stage *g,
    bool (*is_fine)(const struct story *lean, const struct story *curl))
{
	struct stage again;
	size_t count = 0;

	stage_open(&again, g->count);
	again.count = 0;
	for (size_t i = 0; i < g->count; i += ENGINES)
		if (!is_fine(&g->stories[i + LEAN], &g->stories[i + CURL]))
			for (size_t e = 0; e < ENGINES; e++)
				copy_story(&again.stories[again.count++],
				    &g->stories[i + e]);
	run_all(&again);
	for (size_t i = 0; i < again.count; i += ENGINES) {
		const struct story *pair = &again.stories[i];

		if (is_fine(&pair[LEAN], &pair[CURL]))
			continue;
		count++;
		show_bytes(pair->play);
		show(&pair[LEAN]);
		show(&pair[CURL]);
	}
	stage_close(&again);
	return count;
}

static void
test_table(void **state)
{
	struct stage g;
	size_t at = 0;

	(void)state;
	stage_open(&g, ARRAY_LEN(answers) * PIECE_COUNT * ENGINES);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		for (int piece = 0; piece < PIECE_COUNT; piece++)
			for (int e = 0; e < ENGINES; e++)
				set_story(&g.stories[at++], &answers[i],
				    (enum piece)piece, engines[e]);
	run_all(&g);
	assert_int_equal(count_wrong(&g, is_right), 0);
	stage_close(&g);
}

/* Answers that no table knows */

static void
set_free_story(struct story *s, const char *bytes, size_t length,
    enum answer_end end, enum http_engine engine)
{
	s->timeout_ms = SHORT_TIMEOUT_MS;
	s->play->bytes = bytes;
	s->play->length = length;
	s->play->end = end;
	s->settings = (struct http_settings){
		.engine = engine,
		.expect = { .status = { any_status, 1 }, .max_bytes = 64 },
	};
}

static void
set_free_pair(struct stage *g, size_t pair, const char *bytes, size_t length,
    enum answer_end end)
{
	for (size_t e = 0; e < ENGINES; e++)
		set_free_story(&g->stories[pair * ENGINES + e], bytes, length,
		    end, engines[e]);
}

static bool
is_same_first(const struct story *lean, const struct story *curl)
{
	return is_same(&lean->first, &curl->first);
}

static bool
is_same_second(const struct story *lean, const struct story *curl)
{
	return lean->first.outcome == SAMPLE_OK &&
	    curl->first.outcome == SAMPLE_OK &&
	    is_same(&lean->second, &curl->second) &&
	    lean->is_kept == curl->is_kept;
}

/* clang-format off */
static const char *const seeds[] = {
	OK11 "Server: x\r\n" LEN(4) "\r\nfine",
	"HTTP/1.1 100 Continue\r\n\r\n" OK11 "X-A: b\r\n folded\r\n" LEN(2)
	"\r\nup",
	OK11 "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nup\r\n1\r\n!\r\n0\r\n"
	"X-C: d\r\n\r\n",
	"HTTP/1.0 404 Not Found\nConnection: keep-alive\n\ngone",
	"HTTP/1.1 204 No Content\r\nConnection: close\r\n" LEN(3) "\r\n",
	"HTTP/2 200\r\nTransfer-Encoding: identity, chunked\r\n" LEN(9)
	"\r\n0a\r\n0123456789\r\n0\r\n\r\n",
};
/* clang-format on */

/* The connection ends, one way or the other, after each byte. */
static void
cut_short(unsigned which,
    bool (*is_fine)(const struct story *lean, const struct story *curl))
{
	struct stage g;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		count += 2 * (strlen(seeds[i]) + 1);
	stage_open(&g, count * ENGINES);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		for (size_t n = 0; n <= strlen(seeds[i]); n++) {
			set_free_pair(&g, at++, seeds[i], n, END_CLOSED);
			set_free_pair(&g, at++, seeds[i], n, END_RESET);
		}
	for (size_t i = 0; i < g.count; i++) {
		g.plays[i].which = which;
		if (which > 0)
			g.stories[i].timeout_ms = PATIENCE_MS;
	}
	run_all(&g);
	assert_int_equal(count_wrong(&g, is_fine), 0);
	stage_close(&g);
}

static void
test_cut_short(void **state)
{
	(void)state;
	cut_short(0, is_same_first);
}

/* Then it may be that another one is to be asked: by both, or by none. */
static void
test_cut_short_when_kept(void **state)
{
	(void)state;
	cut_short(1, is_same_second);
}

/* A simple generator of its own: the same mutants everywhere. */
static uint32_t
next_random(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/*
 * No NUL: where a line begins with one libcurl forgets what it received with
 * it, so that its answer depends on how the answer is cut.
 */
static size_t
mutate(char bytes[MUTANT_MAX], size_t length, uint64_t *seed)
{
	static const char *const words[] = { "\r", "\n", "\r\n", "\r\n\r\n",
		":", " ", "\t", "0", "1", "9", "f", "-", "+", ",", ";", "HTTP/",
		"1.1", "2", "200", "100", "101", "close", "keep-alive",
		"chunked", "identity", "gzip",
		"Content-Length:", "Connection:", "Transfer-Encoding:", "\xff",
		"x" };
	const char *word = words[next_random(seed, ARRAY_LEN(words))];
	size_t at = next_random(seed, (uint32_t)length + 1);
	size_t gone = next_random(seed, 4) * next_random(seed, 4);
	size_t n = next_random(seed, 3) > 0 ? strlen(word) : 0;

	if (at + gone > length)
		gone = length - at;
	if (length - gone + n > MUTANT_MAX)
		n = 0;
	memmove(bytes + at + n, bytes + at + gone, length - at - gone);
	memcpy(bytes + at, word, n);
	return length - gone + n;
}

static size_t
mutant_count(void)
{
	const char *text = getenv("MUTANTS");

	return text == NULL ? MUTANTS : strtoul(text, NULL, 10);
}

static void
test_mutants(void **state)
{
	uint64_t seed = 1;
	size_t count = mutant_count();
	char(*mutants)[MUTANT_MAX] = calloc(count, sizeof(*mutants));
	struct stage g;

	(void)state;
	assert_non_null(mutants);
	stage_open(&g, count * ENGINES);
	for (size_t i = 0; i < count; i++) {
		const char *from = seeds[next_random(&seed, ARRAY_LEN(seeds))];
		size_t length = strlen(from);

		memcpy(mutants[i], from, length);
		for (uint32_t n = next_random(&seed, 4) + 1; n > 0; n--)
			length = mutate(mutants[i], length, &seed);
		set_free_pair(&g, i, mutants[i], length,
		    next_random(&seed, 8) == 0    ? END_OPEN :
			next_random(&seed, 3) > 0 ? END_CLOSED :
						    END_RESET);
	}
	run_all(&g);
	assert_int_equal(count_wrong(&g, is_same_first), 0);
	stage_close(&g);
	free(mutants);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_cut_short_when_kept),
		cmocka_unit_test(test_mutants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
