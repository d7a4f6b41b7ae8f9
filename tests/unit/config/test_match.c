/* What a reload finds the same in two configurations. */
#include "config/match.h"
#include "tests/unit/test.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define CONFIG_MAX_BYTES 65536

struct version {
	const char *services; /* names; in capitals: otherwise than before */
	const char *step;     /* what "back" does; "there" does the same ever */
};

static void
add_service(struct text *t, char name, bool is_first)
{
	bool is_changed = name < 'a';

	text_addf(t,
	    "%s{ name = \"%c\"; environment = \"e\";\n"
	    "probes = ( { name = \"p\"; type = \"http\"; interval = \"1s\";\n"
	    "  url = \"http://127.0.0.1/\"; timeout = \"500ms\"; } );\n"
	    "evaluators = ( { name = \"c\"; type = \"consecutive\";\n"
	    "  probe = \"p\"; failures = %d; } );\n"
	    "rules = ( { name = \"r\"; any = [ \"c\" ]; severity = \"P0\";\n"
	    "  mode = \"enforce\"; arm_window = \"none\";\n"
	    "  procedure = \"%s\"; } );\n"
	    "verify = { probes = [ \"p\" ]; successes = 2;\n"
	    "  within = \"10s\"; interval = \"1s\"; }; }\n",
	    is_first ? "" : ",", is_changed ? name - 'A' + 'a' : name,
	    is_changed ? 9 : 3, name == 'd' ? "there" : "back");
}

static struct config *
configured(const struct version *v)
{
	const struct config_rules rules = { 0 };
	struct complaints *complaints = complaints_new();
	struct text t = text_new(CONFIG_MAX_BYTES);
	struct config *c;

	text_addf(&t,
	    "procedures = ( { name = \"back\"; steps = ( { name = \"s\";\n"
	    "  timeout = \"5s\"; command = [ \"%s\" ]; } ); },\n"
	    "{ name = \"there\"; steps = ( { name = \"s\";\n"
	    "  timeout = \"5s\"; command = [ \"/bin/true\" ]; } ); } );\n"
	    "services = (\n",
	    v->step);
	for (const char *name = v->services; *name != '\0'; name++)
		add_service(&t, *name, name == v->services);
	text_addf(&t, ");\n");
	c = config_from_bytes(text_str(&t), t.length, &rules, complaints);
	if (c == NULL)
		fail_msg("%s", complaints_line(complaints, 0));
	complaints_free(complaints);
	text_free(&t);
	return c;
}

/* "a1=": a was the second, and is the same; "!": it was changed; "~": it needs
 * new plans; "+": it is new. */
static void
expect(const struct version *before, const struct version *after,
    const char *wanted)
{
	struct config *old = before == NULL ? NULL : configured(before);
	struct config *now = configured(after);
	struct config_match *matches = config_match(old, now);
	struct text found = text_new(256);

	assert_non_null(matches);
	for (size_t i = 0; i < now->service_count; i++) {
		const struct config_match *m = &matches[i];

		text_addf(
		    &found, "%s%s", i == 0 ? "" : " ", now->services[i].name);
		if (m->was == CONFIG_MATCH_NONE)
			text_addf(&found, "+");
		else
			text_addf(&found, "%zu%s", m->was,
			    !m->is_same        ? "!" :
				m->needs_plans ? "~" :
						 "=");
	}
	assert_string_equal(text_str(&found), wanted);
	text_free(&found);
	free(matches);
	config_free(old);
	config_free(now);
}

static void
test_what_is_the_same_is_found(void **state)
{
	static const struct {
		struct version before, after;
		const char *wanted;
	} rows[] = {
		{ { "abcd", "/bin/true" }, { "abcd", "/bin/true" },
		    "a0= b1= c2= d3=" },
		{ { "abcd", "/bin/true" }, { "aBcd", "/bin/true" },
		    "a0= b1! c2= d3=" },
		{ { "abcd", "/bin/true" }, { "acd", "/bin/true" },
		    "a0= c2= d3=" },
		{ { "bd", "/bin/true" }, { "abcde", "/bin/true" },
		    "a+ b0= c+ d1= e+" },
		{ { "dcba", "/bin/true" }, { "abcd", "/bin/true" },
		    "a0= b1= c2= d3=" },
		/* Those that run the other procedure keep their plans. */
		{ { "abcd", "/bin/true" }, { "aBcd", "/bin/false" },
		    "a0~ b1! c2~ d3=" },
		{ { "a", "/bin/true" }, { "b", "/bin/true" }, "b+" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(&rows[i].before, &rows[i].after, rows[i].wanted);
}

static void
test_beside_nothing_all_is_new(void **state)
{
	const struct version only = { "ab", "/bin/true" };

	(void)state;
	expect(NULL, &only, "a+ b+");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_the_same_is_found),
		cmocka_unit_test(test_beside_nothing_all_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
