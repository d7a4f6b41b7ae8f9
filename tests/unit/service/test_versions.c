/*
 * Where to go back to, as a story: "v2" deployed, "v2<v1" deployed with the
 * previous one given, "+" behind it as verified, "~" while what was before it
 * did well, "-v1" rolled back to v1, "-" to nobody knows where.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "service/versions.h"

static struct row {
	const char *name;
	const char *story;
	const char *now, *previous, *target, *refused;
} rows[] = {
	/* clang-format off */
	{ "nothing is known at first", "", "", "", "", "" },
	{ "what was said to be before", "v2<v1", "v2", "v1", "v1", "" },
	{ "nothing was said", "v2", "v2", "", "", "" },
	{ "what was before is no target unless it is said or verified",
	  "v1 v2", "v2", "v1", "", "" },
	{ "what was verified is", "v1+ v2", "v2", "v1", "v1", "" },
	{ "also when another came in between", "v1+ v2 v3", "v3", "v2", "v1",
	  "" },
	{ "to say nothing in so many words is to say nothing",
	  "v1+ v2<", "v2", "v1", "v1", "" },
	{ "what is said counts more", "v1+ v2 v3<v2", "v3", "v2", "v2", "" },
	{ "a version is no way back from itself", "v1+ v1", "v1", "v1", "",
	  "" },
	{ "not even if it is said", "v2<v2", "v2", "v2", "", "" },
	{ "after a rollback there is nowhere to go", "v2<v1 -v1", "v1", "v2",
	  "", "" },
	{ "a rollback that ended who knows where", "v2<v1 -", "v2", "v1", "",
	  "" },
	{ "a rollback to where it was", "v2<v1 -v2", "v2", "v1", "v1",
	  "" },
	{ "what was rolled back is no way back", "v2<v1 -v1 v3<v2", "v3",
	  "v2", "", "v2" },
	{ "there may be a better one", "v1+ v2<v1 -v1 v3<v2", "v3", "v2",
	  "v1", "v2" },
	{ "unless it is deployed again as verified",
	  "v2<v1 -v1 v2+ v3<v2", "v3", "v2", "v2", "" },
	{ "or was deployed again and did well", "v2<v1 -v1 v2<v1 ~v3<v2",
	  "v3", "v2", "v2", "" },
	{ "to deploy it again alone is not enough", "v2<v1 -v1 v2<v1 v3<v2",
	  "v3", "v2", "", "v2" },
	{ "two that failed", "v2<v1 -v1 v3<v1 -v1 v4<v2", "v4", "v2", "",
	  "v2" },
	{ "the fourth last is remembered",
	  "v1<v0 -v0 v2<v0 -v0 v3<v0 -v0 v4<v0 -v0 v5<v1", "v5", "v1", "",
	  "v1" },
	{ "the fifth last is not",
	  "v1<v0 -v0 v2<v0 -v0 v3<v0 -v0 v4<v0 -v0 v5<v0 -v0 v6<v1", "v6",
	  "v1", "v1", "" },
	{ "what was verified and then rolled back is not good any more",
	  "v1+ v2+ -v1 v3", "v3", "v1", "", "" },
	{ "what is refused is forgotten with the next", "v2<v1 -v1 v3<v2 v4<v3",
	  "v4", "v3", "v3", "" },
	/* clang-format on */
};

static void
tell(struct versions *v, char *word)
{
	bool was_good = word[0] == '~';
	bool verified = word[strlen(word) - 1] == '+';
	char *version = word + was_good;
	char *previous = strchr(version, '<');

	if (word[0] == '-') {
		versions_rolled_back(v, word[1] == '\0' ? NULL : word + 1);
		return;
	}
	if (verified)
		word[strlen(word) - 1] = '\0';
	if (previous != NULL)
		*previous++ = '\0';
	versions_deployed(v, version, previous, verified, was_good);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct versions v = { .failed_count = 0 };
	char story[128], *left;

	(void)snprintf(story, sizeof(story), "%s", row->story);
	for (char *word = strtok_r(story, " ", &left); word != NULL;
	     word = strtok_r(NULL, " ", &left))
		tell(&v, word);
	assert_string_equal(v.now, row->now);
	assert_string_equal(v.previous, row->previous);
	assert_string_equal(v.target, row->target);
	assert_string_equal(v.refused, row->refused);
}

static void
test_a_name_of_the_greatest_length_is_kept(void **state)
{
	struct versions v = { .failed_count = 0 };
	char longest[VERSION_MAX] = "";

	(void)state;
	memset(longest, 'v', NAME_MAX_BYTES);
	versions_deployed(&v, "v2", longest, false, false);
	assert_string_equal(v.target, longest);
	versions_rolled_back(&v, longest);
	assert_string_equal(v.now, longest);
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_name_of_the_greatest_length_is_kept),
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
