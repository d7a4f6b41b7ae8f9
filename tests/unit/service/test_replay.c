/*
 * All replays: tests/replay/NAME.replay, samples in, decisions out.  Each is
 * told twice and must be, both times and to the byte, what the file says.
 *
 * With REPLAY_WRITE=1 in the environment the files are written anew instead:
 * for a new story, to be read before it is believed.
 */
#include "tests/unit/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/replay/story.h"

#define REPLAYS "tests/replay/*.replay"
#define REPLAYS_MAX 512
#define REPLAYS_MIN 90

static void
write_anew(const char *path, const struct text *told)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(
	    fwrite(text_str(told), 1, told->length, f), told->length);
	assert_int_equal(fclose(f), 0);
}

static void
assert_is_file(const char *path, const struct text *told)
{
	static char bytes[STORY_MAX_BYTES + 1];
	FILE *f = fopen(path, "re");
	size_t length;

	assert_non_null(f);
	length = fread(bytes, 1, STORY_MAX_BYTES, f);
	bytes[length] = '\0';
	fclose(f);
	if (strcmp(bytes, text_str(told)) != 0)
		print_error("%s says otherwise than what happened:\n%s", path,
		    text_str(told));
	assert_string_equal(text_str(told), bytes);
}

static void
test_replay(void **state)
{
	const char *path = *state;
	struct text told = text_new(STORY_MAX_BYTES);
	struct text again = text_new(STORY_MAX_BYTES);
	struct error err = { "" };

	if (!replay_tell(path, &told, &err) || !replay_tell(path, &again, &err))
		fail_msg("%s: %s", path, err.text);
	assert_true(text_ok(&told));
	assert_string_equal(text_str(&told), text_str(&again));
	if (getenv("REPLAY_WRITE") != NULL)
		write_anew(path, &told);
	else
		assert_is_file(path, &told);
	text_free(&told);
	text_free(&again);
}

int
main(void)
{
	static struct CMUnitTest tests[REPLAYS_MAX];
	glob_t found;
	int failed;

	if (glob(REPLAYS, 0, NULL, &found) != 0 ||
	    found.gl_pathc < REPLAYS_MIN || found.gl_pathc > REPLAYS_MAX) {
		fprintf(stderr, "where are the replays, " REPLAYS "?\n");
		return 1;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){
			.name = strrchr(found.gl_pathv[i], '/') + 1,
			.test_func = test_replay,
			.initial_state = found.gl_pathv[i],
		};
	failed = _cmocka_run_group_tests(
	    "replays", tests, found.gl_pathc, NULL, NULL);
	globfree(&found);
	return failed;
}
