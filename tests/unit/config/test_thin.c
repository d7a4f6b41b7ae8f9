/*
 * What is left of a file when one service "me" and one procedure "undo" are
 * wanted; "=" means: all of it.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "config/thin.h"

struct row {
	const char *name, *text, *left;
};

/* clang-format off */
static const struct row rows[] = {
	{ "others go", "services = ( { name = \"you\"; }, { name = \"me\"; } );",
	  "services = ({ name = \"me\"; });" },
	{ "all may go", "services = ( { name = \"you\"; } );\nx = 1;",
	  "services = ();\nx = 1;" },
	{ "lines stay", "services = (\n{ name = \"a\";\n},\n{ name = \"me\"; }\n);",
	  "services = (\n\n\n{ name = \"me\"; }\n);" },
	{ "both lists",
	  "services = ({ name = \"a\"; });procedures = ({ name = \"undo\"; },"
	  "{ name = \"b\"; });",
	  "services = ();procedures = ({ name = \"undo\"; });" },
	{ "the same name twice stays twice",
	  "services = ({ name = \"me\"; },{ name = \"me\"; });", "=" },
	{ "a name inside is another name",
	  "services = ({ probes = ({ name = \"you\"; }); name = \"me\"; });",
	  "=" },
	{ "a name inside alone decides nothing",
	  "services = ({ probes = ({ name = \"you\"; }); });", "=" },
	{ "a colon is an equals sign", "services : ({ name : \"you\"; });",
	  "services : ();" },
	{ "a text in parts is not understood",
	  "services = ({ name = \"m\" \"e\"; });", "=" },
	{ "nor one with a backslash", "services = ({ name = \"m\\x65\"; });",
	  "=" },
	{ "nor a name that is no text", "services = ({ name = 5; });", "=" },
	{ "brackets in texts and comments are none",
	  "services = ({ name = \"you\"; a = \")}\"; /* }) */ },"
	  "{ name = \"me\"; # })\n});",
	  "services = ({ name = \"me\"; # })\n});" },
	{ "a comment between goes", "services = ( # (\n{ name = \"me\"; });",
	  "services = (\n{ name = \"me\"; });" },
	{ "templates stay", "templates = { a = { name = \"you\"; }; };", "=" },
	{ "a list of that name elsewhere stays",
	  "x = { services = ({ name = \"you\"; }); };", "=" },
	{ "two commas are left to libconfig",
	  "services = ({ name = \"you\"; },,{ name = \"me\"; });", "=" },
	{ "so is the last comma", "services = ({ name = \"you\"; },);", "=" },
	{ "and the first", "services = (,{ name = \"you\"; });", "=" },
	{ "and a missing one", "services = ({ name = \"a\"; }{});", "=" },
	{ "and what is no group", "services = ( 5 );", "=" },
	{ "and a list without end", "services = ({ name = \"you\"; }", "=" },
	{ "and an item without end", "services = ({ name = \"you\";", "=" },
	{ "and a text without end", "services = ({ name = \"you", "=" },
	{ "and a bracket too many", "} services = ({ name = \"you\"; });", "=" },
	{ "an empty list", "services = ( );", "services = ();" },
	{ "nothing", "", "=" },
};
/* clang-format on */

static void
test_row(void **state)
{
	const struct row *row = *state;
	const struct thin_wish wish = { "me", "undo" };
	size_t length = strlen(row->text);
	const char *left = strcmp(row->left, "=") == 0 ? row->text : row->left;
	/* Just the room that was promised: a byte more is found. */
	char *out = malloc(length + 1);
	size_t written;

	assert_non_null(out);
	written = thin_bytes(row->text, length, wish, out);
	assert_in_range(written, 0, length);
	out[written] = '\0';
	assert_string_equal(out, left);
	free(out);
}

int
main(void)
{
	static struct CMUnitTest cases[ARRAY_LEN(rows)];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		cases[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	return _cmocka_run_group_tests(
	    "thin", cases, ARRAY_LEN(cases), NULL, NULL);
}
