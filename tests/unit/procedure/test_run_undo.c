/*
 * Each row is a story of a run that is undone, in the letters of run_story.h;
 * P in front: the procedure says undo_on_abort.
 */
#include "tests/unit/procedure/run_story.h"

struct row {
	const char *name;
	struct step_settings steps[3];
	const char *happens;
	const char *asked;
	unsigned undone;
};

/* clang-format off */
static struct row rows[] = {
	{ "what was done is undone, the last one first",
	  { { A, UNDO }, { B, UNDO }, { C } },
	  "ddfdd", "a1 b1 c1 b1u1 a1u1 FAILED(c)", 2 },
	{ "only where it says how",
	  { { A, UNDO }, { B }, { C } },
	  "ddfd", "a1 b1 c1 a1u1 FAILED(c)", 1 },
	{ "what failed may be half done",
	  { { A, UNDO }, { B, UNDO } },
	  "dfdd", "a1 b1 b1u1 a1u1 FAILED(b)", 2 },
	{ "so may what timed out",
	  { { A, UNDO }, { B, UNDO } },
	  "dtdd", "a1 b1 b1u1 a1u1 FAILED(b)", 2 },
	{ "not what says that it did nothing",
	  { { A, UNDO }, { B, UNDO, NOTHING_DONE } },
	  "dnd", "a1 b1 a1u1 FAILED(b)", 1 },
	{ "but once it did not say so it counts",
	  { { A, RERUN, UNDO, NOTHING_DONE, .attempts = 3 } },
	  "nfnd", "a1 a2 a3 a2u1 FAILED(a)", 1 },
	{ "not what was refused",
	  { { A, UNDO }, { B, UNDO } },
	  "drd", "a1 b1 a1u1 FAILED(b)", 1 },
	{ "unless an attempt before was not",
	  { { A, RERUN, UNDO, .attempts = 3 } },
	  "frd", "a1 a2 a1u1 FAILED(a)", 1 },
	{ "what a check found not done may be half done",
	  { { A, CHECK, UNDO } },
	  "f1d", "a1 a1c1 a1u1 FAILED(a)", 1 },
	{ "what was passed over was not done",
	  { { A, UNDO }, { B, UNDO, WHEN("a is failed") }, { C } },
	  "dfd", "a1 c1 a1u1 FAILED(c)", 1 },
	{ "what failed on the way is undone with the rest",
	  { { A, UNDO, CONTINUE }, { B, UNDO }, { C } },
	  "fdfdd", "a1 b1 c1 b1u1 a1u1 FAILED(c)", 2 },
	{ "a run that is done is not undone",
	  { { A, UNDO, CONTINUE }, { B, UNDO } },
	  "fd", "a1 b1 DONE", 0 },
	{ "another procedure comes behind it",
	  { { A, UNDO }, { B, .on_failure = "procedure:q" } },
	  "dfd", "a1 b1 a1u1 FAILED(b)>q", 1 },
	{ "an interrupted step may have been the one that failed before",
	  { { A, RERUN, UNDO } },
	  "ifd", "a1 a2 a2u1 FAILED(a)", 1 },

	/* an undo that is not done */
	{ "one that fails is the last",
	  { { A, UNDO }, { B, UNDO }, { C, .on_failure = "procedure:q" } },
	  "ddff", "a1 b1 c1 b1u1 FAILED(c)>q", 0 },
	{ "so is one that times out",
	  { { A, UNDO }, { B, UNDO } },
	  "dfdt", "a1 b1 b1u1 a1u1 FAILED(b)", 1 },
	{ "and one that cannot be run",
	  { { A, UNDO }, { B, UNDO } },
	  "dfr", "a1 b1 b1u1 FAILED(b)", 0 },
	{ "one that is interrupted is never run again",
	  { { A, UNDO }, { B, RERUN, UNDO, .on_failure = "procedure:q" } },
	  "dfi", "a1 b1 b1u1 INTERRUPTED(b)", 0 },
	{ "nor is it checked",
	  { { A, CHECK, UNDO }, { B, .on_failure = "procedure:q" } },
	  "dfi", "a1 b1 a1u1 INTERRUPTED(b)", 0 },

	/* what is unknown is not undone */
	{ "an interrupted run is looked at first",
	  { { A, UNDO }, { B, UNDO } },
	  "di", "a1 b1 INTERRUPTED(b)", 0 },
	{ "so is one whose check cannot tell",
	  { { A, UNDO }, { B, CHECK, UNDO } },
	  "di2", "a1 b1 b1c1 INTERRUPTED(b)", 0 },

	/* time */
	{ "when time is up it is undone",
	  { { A, UNDO }, { B, UNDO } },
	  "dSd", "a1 b1 a1u1 FAILED(b)", 1 },
	{ "however late",
	  { { A, UNDO }, { B, UNDO } },
	  "dSSd", "a1 b1 a1u1 a1u1 FAILED(b)", 1 },
	{ "and before a delay is over",
	  { { A, UNDO, RERUN, .attempts = 2, .delay_ms = 1000 } },
	  "fSd", "a1 a2 a1u1 FAILED(a)", 1 },

	/* abort */
	{ "an abort leaves it as it is",
	  { { A, UNDO }, { B, UNDO } },
	  "dA", "a1 b1 ABORTED(b)", 0 },
	{ "unless the procedure says else",
	  { { A, UNDO }, { B, UNDO } },
	  "PdAd", "a1 b1 a1u1 ABORTED(b)", 1 },
	{ "then it waits for what is under way",
	  { { A, UNDO }, { B, UNDO } },
	  "PdBAddd", "a1 b1 b1 b1 b1u1 a1u1 ABORTED", 2 },
	{ "which may fail",
	  { { A, UNDO }, { B, UNDO, RERUN, .attempts = 3 } },
	  "PdBAfdd", "a1 b1 b1 b1 b1u1 a1u1 ABORTED(b)", 2 },
	{ "or be taken back in time",
	  { { A, UNDO }, { B, UNDO } },
	  "PdBAwd", "a1 b1 b1 b1 a1u1 ABORTED(b)", 1 },
	{ "or be unknown: then nothing more is done",
	  { { A, UNDO }, { B, UNDO } },
	  "PdBAi", "a1 b1 b1 b1 ABORTED(b)", 0 },
	{ "an abort while a check is due",
	  { { A, UNDO }, { B, UNDO, CHECK } },
	  "PdfAdd", "a1 b1 b1c1 b1u1 a1u1 ABORTED(b)", 2 },
	{ "with the outcome unknown",
	  { { A, UNDO }, { B, UNDO, CHECK } },
	  "PdiA", "a1 b1 b1c1 ABORTED(b)", 0 },
	{ "an abort before anything was done",
	  { { A, UNDO } }, "PA", "a1 ABORTED(a)", 0 },
	{ "an abort ends an undoing",
	  { { A, UNDO }, { B, UNDO } },
	  "dfA", "a1 b1 b1u1 ABORTED(b)", 0 },
	{ "after the undo under way",
	  { { A, UNDO }, { B, UNDO, .on_failure = "procedure:q" } },
	  "dfBAd", "a1 b1 b1u1 b1u1 b1u1 ABORTED(b)", 1 },
	{ "which may fail",
	  { { A, UNDO }, { B, UNDO } },
	  "dfBAf", "a1 b1 b1u1 b1u1 b1u1 ABORTED(b)", 0 },
	{ "or be unknown",
	  { { A, UNDO }, { B, UNDO } },
	  "dfBAi", "a1 b1 b1u1 b1u1 b1u1 ABORTED(b)", 0 },
	{ "or be taken back",
	  { { A, UNDO }, { B, UNDO, .on_failure = "procedure:q" } },
	  "dfBAw", "a1 b1 b1u1 b1u1 b1u1 ABORTED(b)", 0 },
	{ "taken back without an abort it ends as well",
	  { { A, UNDO }, { B, UNDO, .on_failure = "procedure:q" } },
	  "dfw", "a1 b1 b1u1 ABORTED(b)", 0 },
	{ "with undo_on_abort the undoing goes on",
	  { { A, UNDO }, { B, UNDO, .on_failure = "procedure:q" } },
	  "PdfAdd", "a1 b1 b1u1 b1u1 a1u1 ABORTED(b)", 2 },
	{ "nothing changes what is over",
	  { { A, UNDO } },
	  "fdA", "a1 a1u1 FAILED(a) FAILED(a)", 1 },
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
	const char *happens = row->happens;

	procedure.undo_on_abort = *happens == 'P';
	happens += *happens == 'P';
	tell(&asked, plan, r);
	for (; *happens != '\0'; happens++) {
		happen(r, *happens);
		tell(&asked, plan, r);
	}
	assert_string_equal(text_str(&asked), row->asked);
	assert_int_equal(run_undone_count(r), row->undone);
	text_free(&asked);
	run_free(r);
	plan_free(plan);
}

static void
test_the_undo_that_failed_is_told(void **state)
{
	struct step_settings steps[3] = { { A, UNDO }, { B, UNDO }, { C } };
	struct procedure_settings procedure;
	struct plan *plan = plan_of(&procedure, steps);
	struct run *r = run_new(plan);
	unsigned step;

	(void)state;
	for (const char *c = "ddfd"; *c != '\0'; c++)
		happen(r, *c);
	assert_false(run_undo_failed(r, &step));
	happen(r, 't');
	assert_true(run_undo_failed(r, &step));
	assert_int_equal(step, 0);
	run_free(r);
	plan_free(plan);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_the_undo_that_failed_is_told),
	};
	struct CMUnitTest stories[ARRAY_LEN(rows)];
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		stories[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = &rows[i],
		};
	failed = cmocka_run_group_tests(stories, NULL, NULL);
	failed += cmocka_run_group_tests(rules, NULL, NULL);
	return failed;
}
