/*
 * What runs ask for, against a model that was written down in another way: as
 * one would explain it, step by step, instead of as what follows from an end.
 * Every mixture of settings of two steps, each with many fates.
 */
#include "tests/unit/procedure/run_story.h"

#define FATES 20
#define ASKED_MAX 64

/* What happens is drawn; both draw the same, for they ask for the same. */
struct fate {
	uint32_t seed;
	unsigned asked;
	unsigned abort_at; /* at the so manieth that is asked for; 0: never */
	bool begins;       /* before the abort */
};

static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % below;
}

static char
letter(struct fate *f, enum next_kind kind)
{
	static const char steps[] = "ddffntrik", checks[] = "001112tri",
			  undos[] = "ddddddftri";

	f->asked++;
	if (kind == NEXT_STEP)
		return steps[draw(&f->seed, sizeof(steps) - 1)];
	if (kind == NEXT_CHECK)
		return checks[draw(&f->seed, sizeof(checks) - 1)];
	return undos[draw(&f->seed, sizeof(undos) - 1)];
}

struct model {
	const struct step_settings *steps;
	unsigned step_count;
	bool undo_on_abort;
	struct fate fate;
	struct text told;
	bool aborted;    /* nothing new is asked for */
	bool is_unknown; /* and so is the outcome of a step */
	bool has_failed;
	unsigned touched[3]; /* the last attempt that did */
	unsigned attempts[3];
};

/* What becomes of it; 0: it is not asked for any more. */
static char
ask(struct model *m, unsigned step, enum next_kind kind, unsigned number)
{
	bool is_undone = kind == NEXT_UNDO && m->undo_on_abort;
	char c;

	if (m->aborted && !is_undone)
		return 0;
	text_addf(&m->told, " %s%u", m->steps[step].name,
	    kind == NEXT_UNDO ? m->touched[step] : m->attempts[step]);
	if (kind != NEXT_STEP)
		text_addf(
		    &m->told, "%c%u", kind == NEXT_CHECK ? 'c' : 'u', number);
	c = letter(&m->fate, kind);
	if (m->fate.asked != m->fate.abort_at)
		return c;
	m->aborted = true;
	return m->fate.begins || is_undone ? c : 0;
}

enum word {
	SAYS_DONE,
	SAYS_NOT_DONE,
	SAYS_NOTHING,
};

static enum word
ask_check(struct model *m, unsigned step)
{
	for (unsigned check = 1; check <= RUN_CHECKS_MAX; check++) {
		char c = ask(m, step, NEXT_CHECK, check);

		if (c != 'i')
			return c == '0' ? SAYS_DONE :
			    c == '1'    ? SAYS_NOT_DONE :
					  SAYS_NOTHING;
	}
	return SAYS_NOTHING;
}

enum end {
	END_DONE,
	END_FAILED,
	END_UNKNOWN,
};

/* Until it is done, has failed for good, or nobody knows. */
static enum end
do_step(struct model *m, unsigned step)
{
	const struct step_settings *s = &m->steps[step];
	unsigned tries = s->attempts == 0 ? 1 : s->attempts;
	unsigned failed = 0, unknown = 0;

	for (;;) {
		bool is_again = s->resume == RESUME_RERUN;
		char c;

		m->attempts[step]++;
		c = ask(m, step, NEXT_STEP, 0);
		if (c != 0)
			m->is_unknown = c == 'i' || c == 'k';
		if (c == 0 || c == 'r')
			return END_FAILED;
		if (c == 'n' && s->retry_on.count > 0) {
			if (++failed >= tries)
				return END_FAILED;
			continue;
		}
		m->touched[step] = m->attempts[step];
		if (c == 'd')
			return END_DONE;
		if (c == 'k')
			return END_UNKNOWN;
		if (s->resume == RESUME_CHECK) {
			enum word word = ask_check(m, step);

			if (word == SAYS_DONE) {
				m->is_unknown = false;
				return END_DONE;
			}
			is_again = word == SAYS_NOT_DONE;
		}
		if (c == 'i' && (!is_again || unknown++ == RUN_RERUNS_MAX))
			return END_UNKNOWN;
		if (c != 'i' && (!is_again || ++failed >= tries))
			return END_FAILED;
	}
}

/* All steps, or as far as it goes. */
static enum end
do_steps(struct model *m, const char **follower)
{
	for (unsigned i = 0; i < m->step_count; i++) {
		const char *then = m->steps[i].on_failure;
		enum end end;

		if (m->aborted)
			return END_DONE;
		end = do_step(m, i);
		if (end == END_UNKNOWN)
			return end;
		if (end == END_DONE ||
		    (then != NULL && strcmp(then, "continue") == 0)) {
			m->is_unknown = m->is_unknown && m->aborted;
			continue;
		}
		if (then != NULL && strncmp(then, "procedure:", 10) == 0)
			*follower = then + 10;
		return END_FAILED;
	}
	return END_DONE;
}

/* False: an undo was not done; the letter says how it ended. */
static bool
undo(struct model *m, char *how)
{
	for (unsigned i = m->step_count; i > 0; i--) {
		if (m->touched[i - 1] == 0 || m->steps[i - 1].undo.count == 0)
			continue;
		*how = ask(m, i - 1, NEXT_UNDO, 1);
		if (*how != 'd')
			return false;
	}
	return true;
}

static void
model(struct model *m)
{
	const char *follower = NULL;
	enum end end = do_steps(m, &follower);
	bool was_aborted = m->aborted;
	char how = 'd';

	if (was_aborted ? m->undo_on_abort && !m->is_unknown :
			  end == END_FAILED)
		(void)undo(m, &how);
	if (m->aborted)
		text_add(&m->told, " ABORTED");
	else if (end == END_UNKNOWN || how == 'i')
		text_add(&m->told, " INTERRUPTED");
	else if (end == END_DONE)
		text_add(&m->told, " DONE");
	else
		text_addf(&m->told, " FAILED%s%s", follower == NULL ? "" : ">",
		    follower == NULL ? "" : follower);
}

static void
happen_to(struct run *r, struct fate *f, struct text *told, struct next n)
{
	char c = letter(f, n.kind);

	text_addf(told, " %c%u", 'a' + (char)n.step, n.attempt);
	if (n.kind != NEXT_STEP)
		text_addf(told, "%c%u", n.kind == NEXT_CHECK ? 'c' : 'u',
		    n.kind == NEXT_CHECK ? n.check : n.undo);
	if (f->asked == f->abort_at) {
		if (f->begins)
			assert_true(run_step_begins(r));
		run_abort(r);
		if (!f->begins &&
		    (run_next(r).kind != n.kind || run_next(r).step != n.step))
			return;
	}
	happen(r, c);
}

static void
really(const struct plan *plan, struct fate fate, struct text *told)
{
	static const char *const words[] = { "DONE", "FAILED", "INTERRUPTED",
		"ABORTED" };
	struct run *r = run_new(plan);
	struct next n;

	assert_non_null(r);
	while ((n = run_next(r)).kind != NEXT_FINISHED) {
		assert_in_range(fate.asked, 0, ASKED_MAX);
		happen_to(r, &fate, told, n);
	}
	text_addf(told, " %s%s%s", words[n.outcome],
	    n.procedure == NULL ? "" : ">",
	    n.procedure == NULL ? "" : n.procedure);
	run_free(r);
}

static void
compare(struct step_settings *steps, bool undo_on_abort, uint32_t *seed)
{
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);

	procedure.undo_on_abort = undo_on_abort;
	for (unsigned i = 0; i < FATES; i++) {
		struct model m = {
			.steps = steps,
			.step_count = 2,
			.undo_on_abort = undo_on_abort,
			.fate = { .seed = *seed + i,
			    .abort_at = draw(seed, 3) == 0 ? draw(seed, 8) : 0,
			    .begins = draw(seed, 2) == 0 },
			.told = text_new(4096),
		};
		struct text told = text_new(4096);

		really(plan, m.fate, &told);
		model(&m);
		if (strcmp(text_str(&told), text_str(&m.told)) != 0)
			fail_msg("abort at %u%s:\n is       %s\n should be%s",
			    m.fate.abort_at, m.fate.begins ? " begun" : "",
			    text_str(&told), text_str(&m.told));
		text_free(&told);
		text_free(&m.told);
	}
	plan_free(plan);
}

/* The mixture of that number: 3 x 4 x 2 x 2 x 3 of each step. */
static struct step_settings
mixture(const char *name, unsigned *number)
{
	static const char *const then[] = { NULL, "stop", "continue",
		"procedure:q" };
	static const char *nothing_done[] = { "75" };
	unsigned n = *number;
	struct step_settings s = { .name = name,
		.check = { check_command, 1 } };

	s.resume = (enum resume)(n % 3);
	n /= 3;
	s.on_failure = then[n % 4];
	n /= 4;
	s.retry_on = (struct strings){ nothing_done, n % 2 };
	n /= 2;
	s.undo = (struct strings){ undo_command, n % 2 };
	n /= 2;
	s.attempts = n % 3;
	n /= 3;
	*number = n;
	return s;
}

static void
test_every_mixture(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < 144 * 144 * 2; i++) {
		unsigned number = i;
		struct step_settings steps[3] = { { .name = NULL } };

		steps[0] = mixture("a", &number);
		steps[1] = mixture("b", &number);
		compare(steps, number == 1, &seed);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_mixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
