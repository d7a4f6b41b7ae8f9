/*
 * The registry of versions, as a story:
 *
 *   v2     deployed          v2<v1  with the previous one said
 *   #v2    deployed when what is in place was bad; ^ it is well again
 *   v2+    as verified       v2!    incompatible with all before it
 *   *      what is in place has soaked
 *   -v1    a rule led back to v1, and it helped
 *   -v1?   and it did not    -      to nobody knows where
 *   ~v1    an operator led back to v1
 *   =v1    found in place
 *   @v1+   marked verified   @v1-   failed
 *   @v1!   incompatible      @v1/   compatible
 *
 * and what is known at its end, the oldest first.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/versions.h"

#define NOWHERE "no version is known to go back to"
#define BACK(v) \
	"a rollback has led to " v " already, and nothing was deployed since"

static struct row {
	const char *name;
	const char *story;
	const char *now, *previous, *target, *no_target;
	const char *known;
} rows[] = {
	/* clang-format off */
	{ "nothing is known at first", "", "", "", "", NOWHERE, "" },
	{ "what was said to be before, and nothing else is known of it",
	  "v2<v1", "v2", "v1", "v1", "", "v1:named v2:deployed" },
	{ "nothing was said", "v2", "v2", "", "", NOWHERE, "v2:deployed" },
	{ "what was before is no way back unless it is verified",
	  "v1 v2", "v2", "v1", "", NOWHERE ": v1 was never verified",
	  "v1:deployed v2:deployed" },
	{ "not even if it is said: it was seen, and not for long enough",
	  "v1 v2<v1", "v2", "v1", "", NOWHERE ": v1 was never verified",
	  "v1:deployed v2:deployed" },
	{ "what has soaked is", "v1 * v2", "v2", "v1", "v1", "",
	  "v1:good v2:deployed" },
	{ "what was deployed as verified is", "v1+ v2", "v2", "v1", "v1", "",
	  "v1:good v2:deployed" },
	{ "also when another came in between", "v1+ v2 v3", "v3", "v2", "v1",
	  "", "v1:good v2:deployed v3:deployed" },
	{ "the newest good one", "v1+ v2 * v3", "v3", "v2", "v2", "",
	  "v1:good v2:good v3:deployed" },
	{ "an older one that is good if that was in place, as is said",
	  "v1+ v2+ v3<v1", "v3", "v1", "v1", "",
	  "v1:good v2:good v3:deployed" },
	{ "to say nothing in so many words is to say nothing",
	  "v1+ v2<", "v2", "v1", "v1", "", "v1:good v2:deployed" },
	{ "a hint that is not good does not count", "v1+ v2 v3<v2",
	  "v3", "v2", "v1", "", "v1:good v2:deployed v3:deployed" },
	{ "a good one is better than one that is only named",
	  "v1+ v3<v2", "v3", "v2", "v1", "", "v1:good v2:named v3:deployed" },
	{ "a version is no way back from itself", "v1+ v1", "v1", "v1", "",
	  NOWHERE, "v1:deployed" },
	{ "not even if it is said", "v2<v2", "v2", "v2", "", NOWHERE,
	  "v2:deployed" },
	{ "after a rollback there is nowhere to go", "v2<v1 -v1", "v1", "v2",
	  "", BACK("v1"), "v2:failed v1:named" },
	{ "not even to what was good before that", "v0+ v1+ v2 -v1", "v1",
	  "v2", "", BACK("v1"), "v0:good v2:failed v1:good" },
	{ "a rollback that ended who knows where", "v1+ v2 -", "v2", "v1", "",
	  "the last rollback ended nobody knows where, and nothing was "
	  "deployed since", "v1:good v2:failed" },
	{ "a rollback to where it was", "v2<v1 -v2", "v2", "v1", "v1", "",
	  "v1:named v2:deployed" },
	{ "what was rolled back is no way back", "v2<v1 -v1 v3<v2", "v3",
	  "v2", "v1", "", "v2:failed v1:named v3:deployed" },
	{ "what was gone back to and soaked is", "v2<v1 -v1 * v3", "v3",
	  "v1", "v1", "", "v2:failed v1:good v3:deployed" },
	{ "no ping-pong: what was tried in vain is none",
	  "v1+ v2 -v1? v3<v1", "v3", "v1", "",
	  NOWHERE ": v1 was gone back to in vain, v2 failed",
	  "v2:failed v1:not_recovered v3:deployed" },
	{ "but there may be an older one that was good",
	  "v0+ v1+ v2 -v1? v3", "v3", "v1", "v0", "",
	  "v0:good v2:failed v1:not_recovered v3:deployed" },
	{ "good and then rolled back: no more", "v1+ v2+ -v1 v3", "v3", "v1",
	  "v1", "", "v2:failed v1:good v3:deployed" },
	{ "deployed again it starts over", "v2<v1 -v1 v2<v1 v3<v2", "v3",
	  "v2", "v1", "", "v1:named v2:deployed v3:deployed" },
	{ "and may become good", "v2<v1 -v1 v2<v1 * v3<v2",
	  "v3", "v2", "v2", "", "v1:named v2:good v3:deployed" },
	{ "or is said to be", "v2<v1 -v1 v2+ v3<v2", "v3", "v2", "v2", "",
	  "v1:named v2:good v3:deployed" },
	{ "what failed does not soak",
	  "v1+ v2 -v1 =v2 * v3", "v3", "v2", "v1", "",
	  "v1:good v2:failed v3:deployed" },
	{ "what an operator leads away from is withdrawn", "v1+ v2+ ~v1 v3",
	  "v3", "v1", "v1", "", "v2:withdrawn v1:good v3:deployed" },
	{ "an operator may lead to what nobody knew", "v2 ~v0 v3", "v3", "v0",
	  "v0", "", "v2:withdrawn v0:named v3:deployed" },
	{ "nothing before what is incompatible", "v1+ v2! v3", "v3", "v2", "",
	  NOWHERE ": v2 was never verified, v1 is incompatible with v2 (schema)",
	  "v1:good v2:deployed! v3:deployed" },
	{ "but that itself", "v1+ v2! * v3", "v3", "v2", "v2", "",
	  "v1:good v2:good! v3:deployed" },
	{ "nor when it is in place", "v1+ v2!", "v2", "v1", "",
	  NOWHERE ": v1 is incompatible with v2 (schema)",
	  "v1:good v2:deployed!" },
	{ "the schema stays when the version is deployed again",
	  "v1+ v2! v2", "v2", "v2", "",
	  NOWHERE ": v1 is incompatible with v2 (schema)",
	  "v1:good v2:deployed!" },
	{ "until somebody says that it was mended", "v1+ v2! @v2/", "v2",
	  "v1", "v1", "", "v1:good v2:deployed" },
	{ "said later", "v1+ v2 @v2!", "v2", "v1", "",
	  NOWHERE ": v1 is incompatible with v2 (schema)",
	  "v1:good v2:deployed!" },
	{ "marked good", "v1 v2 @v1+", "v2", "v1", "v1", "",
	  "v1:good v2:deployed" },
	{ "marked good, and never seen", "v2 @v1+", "v2", "", "v1", "",
	  "v1:good v2:deployed" },
	{ "marked bad", "v0+ v1+ v2 @v1-", "v2", "v1", "v0", "",
	  "v0:good v1:withdrawn v2:deployed" },
	{ "marked good again", "v1 v2 -v1 v3 @v2+", "v3", "v1", "v2", "",
	  "v2:good v1:deployed v3:deployed" },
	{ "what came after it lives with it, also when it is gone back to",
	  "v1+ v2! * v3 * v4 ~v2 v5", "v5", "v2", "v2", "",
	  "v1:good v3:good v4:withdrawn v2:good! v5:deployed" },
	{ "and when that fails at last", "v1+ v2! * v3 * v4 ~v2? v5", "v5",
	  "v2", "v3", "",
	  "v1:good v3:good v4:withdrawn v2:not_recovered! v5:deployed" },
	{ "what nobody knew came before what is in place", "v2! @v1+", "v2",
	  "", "", NOWHERE ": v1 is incompatible with v2 (schema)",
	  "v1:good v2:deployed!" },
	{ "what is in place is not known, what is good is", "@v1+", "", "", "",
	  "it is not known which version is in place", "v1:good" },
	{ "what was bad itself is no way back", "v0+ v1+ #v2", "v2", "v1",
	  "v0", "", "v0:good v1:good v2:deployed" },
	{ "and not when there is nothing else", "v1+ #v2<v1 #v3", "v3", "v2",
	  "", NOWHERE ": v2 was never verified, v1 was bad itself",
	  "v1:good v2:deployed v3:deployed" },
	{ "until it is well again", "v1+ #v2 ^", "v2", "v1", "v1", "",
	  "v1:good v2:deployed" },
	{ "or the next one comes when it is", "v1+ #v2 v3", "v3", "v2", "v1",
	  "", "v1:good v2:deployed v3:deployed" },
	{ "found in place, it is no deployment", "=v1", "v1", "", "", NOWHERE,
	  "v1:deployed" },
	{ "but it soaks", "=v1 * v2", "v2", "v1", "v1", "",
	  "v1:good v2:deployed" },
	{ "where a rollback led in the end", "v1+ v2 - =v1", "v1", "v2", "",
	  BACK("v1"), "v2:failed v1:good" },
	{ "many that will not do are cut",
	  "v1 v2 v3 v4 v5 v6", "v6", "v5", "",
	  NOWHERE ": v5 was never verified, v4 was never verified, v3 was "
	  "never verified, v2 was never verified, and 1 more",
	  "v1:deployed v2:deployed v3:deployed v4:deployed v5:deployed "
	  "v6:deployed" },
	/* clang-format on */
};

static int64_t now_ms;

static void
deploy(struct versions *v, char *word)
{
	size_t last = strlen(word) - 1;
	struct versions_deployment d = { .version = word + (word[0] == '#'),
		.was_ill = word[0] == '#',
		.at_ms = now_ms };
	char *previous = strchr(word, '<');

	d.verified = word[last] == '+';
	d.incompatible = word[last] == '!' ? "schema" : NULL;
	if (d.verified || d.incompatible != NULL)
		word[last] = '\0';
	if (previous != NULL)
		*previous++ = '\0';
	d.previous = previous;
	versions_deployed(v, &d);
}

static void
roll_back(struct versions *v, char *word)
{
	struct versions_act act = {
		.ordered = word[0] == '~', .why = "it was bad", .at_ms = now_ms
	};
	size_t last = strlen(word) - 1;

	act.not_recovered = word[last] == '?';
	if (act.not_recovered)
		word[last] = '\0';
	act.now_at = word[1] == '\0' ? NULL : word + 1;
	versions_acted(v, &act);
}

static void
mark(struct versions *v, char *word)
{
	static const char marks[] = "+-!/";
	size_t last = strlen(word) - 1;
	enum version_mark m =
	    (enum version_mark)(strchr(marks, word[last]) - marks);
	struct error err;

	word[last] = '\0';
	assert_true(versions_may_be_marked(v, word + 1, m, &err));
	versions_mark(v, word + 1, m, "schema", now_ms);
}

static void
tell(struct versions *v, char *word)
{
	now_ms++;
	switch (word[0]) {
	case '^':
		versions_well(v);
		break;
	case '*':
		versions_soaked(v, v->now, "did well", now_ms);
		break;
	case '-':
	case '~':
		roll_back(v, word);
		break;
	case '=':
		versions_found(v, word + 1, now_ms);
		break;
	case '@':
		mark(v, word);
		break;
	default:
		deploy(v, word);
	}
}

static struct versions
told(const char *words)
{
	struct versions v = { .count = 0 };
	char story[1024], *left;

	versions_choose(&v);
	(void)snprintf(story, sizeof(story), "%s", words);
	for (char *word = strtok_r(story, " ", &left); word != NULL;
	     word = strtok_r(NULL, " ", &left))
		tell(&v, word);
	return v;
}

static const char *
known(const struct versions *v, char *buffer, size_t size)
{
	struct text t = text_over(buffer, size);

	buffer[0] = '\0';
	for (unsigned i = 0; i < v->count; i++)
		text_addf(&t, "%s%s:%s%s", i == 0 ? "" : " ", v->items[i].name,
		    version_state_word(v->items[i].state),
		    v->items[i].incompatible[0] == '\0' ? "" : "!");
	return buffer;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct versions v = told(row->story);
	const struct versions_way *way = &v.way;
	char buffer[1024];

	assert_string_equal(known(&v, buffer, sizeof(buffer)), row->known);
	assert_string_equal(v.now, row->now);
	assert_string_equal(v.previous, row->previous);
	if (v.suspect[0] != '\0')
		way = &v.way_of_ill;
	assert_string_equal(way->target, row->target);
	assert_string_equal(way->no_target, row->no_target);
}

static void
test_a_name_of_the_greatest_length_is_kept(void **state)
{
	struct versions v = { .count = 0 };
	char longest[VERSION_MAX] = "";

	(void)state;
	memset(longest, 'v', NAME_MAX_BYTES);
	versions_deployed(&v,
	    &(struct versions_deployment){
		.version = "v2", .previous = longest });
	assert_string_equal(v.way.target, longest);
	versions_acted(&v, &(struct versions_act){ .now_at = longest });
	assert_string_equal(v.now, longest);
}

static void
test_texts_are_cut_at_a_whole_character(void **state)
{
	struct versions v = { .count = 0 };
	char by[VERSION_BY_MAX + 8] = "";

	(void)state;
	memset(by, 'x', VERSION_BY_MAX - 2);
	(void)strncat(by, "\xc3\xa9", 3); /* the second byte does not fit */
	versions_deployed(
	    &v, &(struct versions_deployment){ .version = "v1", .by = by });
	by[VERSION_BY_MAX - 2] = '\0';
	assert_string_equal(v.items[0].by, by);
}

/* All that ever came, and still the way back is known. */
static void
test_the_oldest_are_forgotten_but_not_what_is_needed(void **state)
{
	struct versions v = told("v1+ v2! * v3");
	char name[16];

	(void)state;
	for (unsigned i = 0; i < 3 * VERSIONS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "w%u", i);
		tell(&v, name);
	}
	assert_int_equal(v.count, VERSIONS_MAX);
	assert_string_equal(v.way.target, "v2");
	assert_null(versions_find(&v, "v1"));
	assert_null(versions_find(&v, "w0"));
	assert_non_null(versions_find(&v, "w95"));
	assert_non_null(versions_find(&v, "w66"));
}

static void
test_one_more_than_fits_is_the_oldest(void **state)
{
	struct versions v = { .count = 0 };
	char name[16];

	(void)state;
	for (unsigned i = 0; i <= VERSIONS_MAX; i++) {
		if (i == VERSIONS_MAX)
			assert_non_null(versions_find(&v, "w0"));
		(void)snprintf(name, sizeof(name), "w%u", i);
		tell(&v, name);
	}
	assert_null(versions_find(&v, "w0"));
	assert_non_null(versions_find(&v, "w1"));
}

static void
test_what_may_be_named(void **state)
{
	struct versions v = told("v0+ v1+ v2! v3 -v2");
	struct error err;

	(void)state;
	assert_true(versions_may_be_named(&v, "v3", &err));
	assert_true(versions_may_be_named(&v, "v2", &err));
	assert_false(versions_may_be_named(&v, "v1", &err));
	assert_string_equal(err.text,
	    "version v1 is from before v2, which is incompatible with what "
	    "was before it: schema; if that is no longer so: mark it "
	    "--compatible");
	assert_false(versions_may_be_named(&v, "v9", &err));
	v = told("v0 v1 -v0 v3");
	assert_true(versions_may_be_named(&v, "v1", &err)); /* failed */
	assert_true(versions_may_be_named(&v, "v9", &err));
}

static void
test_what_is_not_known_is_not_marked_incompatible(void **state)
{
	struct versions v = told("v1");
	struct error err;

	(void)state;
	assert_false(versions_may_be_marked(&v, "v2", MARK_INCOMPATIBLE, &err));
	assert_string_equal(err.text,
	    "version v2 is not known: say it with deploy, when it goes out");
	assert_false(versions_may_be_marked(&v, "v2", MARK_COMPATIBLE, &err));
	assert_true(versions_may_be_marked(&v, "v2", MARK_FAILED, &err));
}

static void
test_words_are_read_back(void **state)
{
	enum version_state s;
	enum version_mark m;

	(void)state;
	for (int i = VERSION_NAMED; i <= VERSION_WITHDRAWN; i++) {
		assert_true(version_state_parse(
		    version_state_word((enum version_state)i), &s));
		assert_int_equal(s, i);
	}
	for (int i = MARK_VERIFIED; i <= MARK_NOT_RECOVERED; i++) {
		assert_true(version_mark_parse(
		    version_mark_word((enum version_mark)i), &m));
		assert_int_equal(m, i);
	}
	assert_false(version_state_parse("soaking", &s));
	assert_false(version_mark_parse("fine", &m));
}

int
main(void)
{
	static const struct CMUnitTest rules[] = {
		cmocka_unit_test(test_a_name_of_the_greatest_length_is_kept),
		cmocka_unit_test(test_texts_are_cut_at_a_whole_character),
		cmocka_unit_test(
		    test_the_oldest_are_forgotten_but_not_what_is_needed),
		cmocka_unit_test(test_one_more_than_fits_is_the_oldest),
		cmocka_unit_test(test_what_may_be_named),
		cmocka_unit_test(
		    test_what_is_not_known_is_not_marked_incompatible),
		cmocka_unit_test(test_words_are_read_back),
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
