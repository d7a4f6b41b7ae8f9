/*
 * Each row is a story.  What happens, in the letters of run_story.h, and
 * beside it what is asked for, at first and after each of these: b2 is the
 * second attempt of step b, b2c1 the first check of that.
 */
#include "tests/unit/procedure/run_story.h"

struct row {
	const char *name;
	struct step_settings steps[3]; /* those that have a name */
	const char *happens;
	const char *asked;
};

/* clang-format off */
static struct row rows[] = {
	{ "steps come one after the other", { { A }, { B }, { C } },
	  "ddd", "a1 b1 c1 DONE" },
	{ "one step is enough", { { A } },
	  "d", "a1 DONE" },
	{ "a step that fails stops the run", { { A }, { B } },
	  "f", "a1 FAILED(a)" },
	{ "so does the second", { { A }, { B } },
	  "df", "a1 b1 FAILED(b)" },
	{ "stop may be said", { { A, .on_failure = "stop" }, { B } },
	  "f", "a1 FAILED(a)" },
	{ "after the end nothing changes", { { A }, { B } },
	  "fdfABA", "a1 FAILED(a) FAILED(a) FAILED(a) FAILED(a) FAILED(a) "
	  "FAILED(a)" },

	/* attempts */
	{ "what failed may have done half of its work", { { A, .attempts = 3 } },
	  "f", "a1 FAILED(a)" },
	{ "when it says that nothing was done it is tried again",
	  { { A, NOTHING_DONE, .attempts = 3 } },
	  "nnn", "a1 a2 a3 FAILED(a)" },
	{ "but not with any other status",
	  { { A, NOTHING_DONE, .attempts = 3 } },
	  "nf", "a1 a2 FAILED(a)" },
	{ "and goes on once it is done",
	  { { A, NOTHING_DONE, .attempts = 3 }, { B } },
	  "nndd", "a1 a2 a3 b1 DONE" },
	{ "a step that may run again is tried whatever its status",
	  { { A, RERUN, .attempts = 3 } },
	  "fnf", "a1 a2 a3 FAILED(a)" },
	{ "attempts are counted for each step",
	  { { A, RERUN, .attempts = 2 }, { B, NOTHING_DONE, .attempts = 2 } },
	  "fdnd", "a1 a2 b1 b2 DONE" },
	{ "what was refused is not tried again",
	  { { A, RERUN, NOTHING_DONE, .attempts = 3 } },
	  "r", "a1 FAILED(a)" },
	{ "what timed out may have done its work", { { A, .attempts = 3 } },
	  "t", "a1 FAILED(a)" },
	{ "unless it may run again", { { A, RERUN, .attempts = 3 } },
	  "tft", "a1 a2 a3 FAILED(a)" },

	/* on_failure */
	{ "continue goes on with the next", { { A, CONTINUE }, { B } },
	  "fd", "a1 b1 DONE" },
	{ "continue with the last is the end", { { A, CONTINUE } },
	  "f", "a1 DONE" },
	{ "continue comes after all attempts",
	  { { A, CONTINUE, RERUN, .attempts = 2 }, { B } },
	  "ffd", "a1 a2 b1 DONE" },
	{ "refused and timed out are failures too",
	  { { A, CONTINUE }, { B, CONTINUE }, { C } },
	  "rtd", "a1 b1 c1 DONE" },
	{ "another procedure can be asked for",
	  { { A, .on_failure = "procedure:plan-b" }, { B } },
	  "f", "a1 FAILED(a)>plan-b" },

	/* interrupted */
	{ "an unknown outcome ends the run", { { A }, { B } },
	  "i", "a1 INTERRUPTED(a)" },
	{ "attempts are not for that", { { A, CONTINUE, .attempts = 3 } },
	  "i", "a1 INTERRUPTED(a)" },
	{ "a step that may run again does", { { A, RERUN } },
	  "id", "a1 a2 DONE" },
	{ "but not for ever", { { A, RERUN } },
	  "iii", "a1 a2 a3 INTERRUPTED(a)" },
	{ "interruptions and failures are counted apart",
	  { { A, RERUN, .attempts = 2 }, { B } },
	  "ifiti", "a1 a2 a3 a4 FAILED(a) FAILED(a)" },
	{ "none runs again beside what cannot be killed", { { A, RERUN } },
	  "k", "a1 INTERRUPTED(a)" },
	{ "nor is it checked", { { A, CHECK } },
	  "k", "a1 INTERRUPTED(a)" },
	{ "reruns are counted for each step", { { A, RERUN }, { B, RERUN } },
	  "iidiid", "a1 a2 a3 b1 b2 b3 DONE" },

	/* check */
	{ "done, says the check", { { A, CHECK }, { B } },
	  "i0d", "a1 a1c1 b1 DONE" },
	{ "not done: run again", { { A, CHECK } },
	  "i1d", "a1 a1c1 a2 DONE" },
	{ "each attempt has its own checks", { { A, CHECK } },
	  "i1i0", "a1 a1c1 a2 a2c1 DONE" },
	{ "again, but not for ever", { { A, CHECK } },
	  "i1i1i1", "a1 a1c1 a2 a2c1 a3 a3c1 INTERRUPTED(a)" },
	{ "a check that cannot tell ends the run", { { A, CHECK } },
	  "i2", "a1 a1c1 INTERRUPTED(a)" },
	{ "so does one that hangs", { { A, CHECK } },
	  "it", "a1 a1c1 INTERRUPTED(a)" },
	{ "or is not there", { { A, CHECK } },
	  "ir", "a1 a1c1 INTERRUPTED(a)" },
	{ "a check may be interrupted once", { { A, CHECK } },
	  "ii0", "a1 a1c1 a1c2 DONE" },
	{ "and not twice", { { A, CHECK } },
	  "iii", "a1 a1c1 a1c2 INTERRUPTED(a)" },
	{ "a failed step may have been done after all", { { A, CHECK }, { B } },
	  "f0d", "a1 a1c1 b1 DONE" },
	{ "or may be tried again", { { A, CHECK, .attempts = 2 } },
	  "f1f1", "a1 a1c1 a2 a2c1 FAILED(a)" },
	{ "or has failed: cannot tell", { { A, CHECK, .attempts = 2 } },
	  "f2", "a1 a1c1 FAILED(a)" },
	{ "it is not asked where the step has said it already",
	  { { A, CHECK, NOTHING_DONE, .attempts = 2 } },
	  "nn", "a1 a2 FAILED(a)" },
	{ "one that timed out may have been done after all",
	  { { A, CHECK }, { B } },
	  "t0d", "a1 a1c1 b1 DONE" },
	{ "or may be tried again", { { A, CHECK, .attempts = 2 } },
	  "t1t1", "a1 a1c1 a2 a2c1 FAILED(a)" },
	{ "or stays timed out: not done", { { A, CHECK } },
	  "t1", "a1 a1c1 FAILED(a)" },
	{ "or stays timed out: cannot tell",
	  { { A, CHECK, .on_failure = "procedure:plan-b" } },
	  "t2", "a1 a1c1 FAILED(a)>plan-b" },
	{ "or stays timed out: nobody looked", { { A, CHECK } },
	  "tii", "a1 a1c1 a1c2 FAILED(a)" },

	/* when */
	{ "an unwanted step is passed over",
	  { { A }, { B, WHEN("a is failed") }, { C } },
	  "dd", "a1 c1 DONE" },
	{ "a wanted one is not",
	  { { A, CONTINUE }, { B, WHEN("a is failed") }, { C } },
	  "fdd", "a1 b1 c1 DONE" },
	{ "the last one may be unwanted", { { A }, { B, WHEN("a is failed") } },
	  "d", "a1 DONE" },
	{ "skipped is an outcome",
	  { { A }, { B, WHEN("a is not done") }, { C, WHEN("b is skipped") } },
	  "dd", "a1 c1 DONE" },

	/* abort */
	{ "an abort before the start", { { A }, { B } },
	  "A", "a1 ABORTED(a)" },
	{ "an abort while a step runs waits for it", { { A }, { B } },
	  "BAd", "a1 a1 a1 ABORTED(b)" },
	{ "also for the last one", { { A } },
	  "BAd", "a1 a1 a1 ABORTED" },
	{ "no further attempt after it", { { A, RERUN, .attempts = 3 } },
	  "BAf", "a1 a1 a1 ABORTED(a)" },
	{ "none is begun that was to come after a while",
	  { { A, RERUN, .attempts = 3, .delay_ms = 1000 } },
	  "BfA", "a1 a1 a2 ABORTED(a)" },
	{ "no rerun", { { A, RERUN } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "no check", { { A, CHECK } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "a check under way still ends", { { A, CHECK }, { B } },
	  "BiBA0", "a1 a1 a1c1 a1c1 a1c1 ABORTED(b)" },
	{ "but is not repeated", { { A, CHECK } },
	  "BiBAi", "a1 a1 a1c1 a1c1 a1c1 ABORTED(a)" },
	{ "no other step", { { A, CONTINUE }, { B } },
	  "BAf", "a1 a1 a1 ABORTED(b)" },
	{ "no other procedure", { { A, .on_failure = "procedure:plan-b" } },
	  "BAf", "a1 a1 a1 ABORTED(a)" },
	{ "an unknown outcome does not hide an abort", { { A } },
	  "BAi", "a1 a1 a1 ABORTED(a)" },
	{ "a step taken back in time", { { A, .attempts = 3 }, { B } },
	  "BAw", "a1 a1 a1 ABORTED(a)" },
	{ "one taken back without an abort is none to go on behind",
	  { { A, .attempts = 3 }, { B } },
	  "w", "a1 ABORTED(a)" },
	{ "the same of a check", { { A, CHECK }, { B } },
	  "iw", "a1 a1c1 ABORTED(a)" },

	/* time */
	{ "when time is up no step begins", { { A }, { B } },
	  "dS", "a1 b1 FAILED(b)" },
	{ "nor another attempt", { { A, RERUN, .attempts = 2 } },
	  "fS", "a1 a2 FAILED(a)" },
	{ "one that has begun ends", { { A }, { B } },
	  "BSd", "a1 a1 a1 b1" },
	{ "a check looks", { { A, CHECK } },
	  "iS0", "a1 a1c1 a1c1 DONE" },
	{ "what is over is over", { { A } },
	  "dS", "a1 DONE DONE" },
};
/* clang-format on */

static void
test_row(void **state)
{
	struct row *row = *state;
	struct text asked = text_new(1024);
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, row->steps);
	struct run *r = run_new(plan);

	assert_non_null(r);
	tell(&asked, plan, r);
	for (const char *c = row->happens; *c != '\0'; c++) {
		happen(r, *c);
		tell(&asked, plan, r);
	}
	assert_string_equal(text_str(&asked), row->asked);
	text_free(&asked);
	run_free(r);
	plan_free(plan);
}

int
main(void)
{
	struct CMUnitTest stories[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	return cmocka_run_group_tests(stories, NULL, NULL);
}
