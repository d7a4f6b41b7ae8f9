/* What is not documented does not exist: both manuals know every verb. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/reply.h"
#include "control/verb.h"

#define PAGE_MAX 100000

static char *
read_page(const char *path)
{
	char *page = calloc(1, PAGE_MAX);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(page, 1, PAGE_MAX - 1, f) > 0);
	assert_true(feof(f));
	(void)fclose(f);
	return page;
}

static void
must_say(
    const char *page, const char *before, const char *word, const char *after)
{
	char words[128];

	(void)snprintf(words, sizeof(words), "%s%s%s", before, word, after);
	if (strstr(page, words) == NULL)
		fail_msg("the manual lacks: %s", words);
}

static void
test_protocol_manual(void **state)
{
	char *page = read_page("man/rollbackd-control.7");

	(void)state;
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = verb_info((enum control_verb)i);
		const char *section;
		char heading[64];

		(void)snprintf(heading, sizeof(heading), "\n.Ss %s\n", v->word);
		section = strstr(page, heading);
		if (section == NULL)
			fail_msg("no section: %s", v->word);
		for (size_t a = 0; a < v->arg_count; a++)
			must_say(section, "\n.Cm ", v->args[a].name, "");
	}
	for (unsigned e = CONTROL_DENIED; e <= CONTROL_TIMEOUT; e++)
		must_say(page, "\n.It Cm ",
		    control_error_word((enum control_error)e), "\n");
	free(page);
}

/* Options are written with a minus of their own: "Fl -previous". */
static void
test_tool_manual(void **state)
{
	char *page = read_page("man/rollbackctl.8");

	(void)state;
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = verb_info((enum control_verb)i);

		must_say(page, "Cm ", v->word, "");
		for (size_t a = 0; a < v->arg_count; a++)
			if (v->args[a].option != NULL)
				must_say(
				    page, "Fl ", v->args[a].option + 1, "");
	}
	for (unsigned e = CONTROL_EXIT_OK; e <= CONTROL_EXIT_BAD_CONFIG; e++) {
		char number[12];

		(void)snprintf(number, sizeof(number), "%u", e);
		must_say(page, "\n.It ", number, "\n");
	}
	free(page);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocol_manual),
		cmocka_unit_test(test_tool_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
