/*
 * Mistakes that operators make, each a file, and beside it what is said
 * about it.  With UPDATE_GOLDEN set the answers are written instead; read
 * the difference before you commit it.
 */
#include "tests/unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"

#define FOLDER "tests/golden/config"
#define CASES_MAX 300
#define ANSWER_MAX 65536
#define MAIN_FILE "rollbackd.conf"

static char scratch[] = "/tmp/golden-XXXXXX";

static struct text
file_text(const char *path)
{
	struct text t = text_new(ANSWER_MAX);
	FILE *f = fopen(path, "r");
	char buffer[4096];
	size_t n;

	if (f == NULL)
		return t;
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_add_bytes(&t, buffer, n);
	fclose(f);
	return t;
}

static void
write_file(const char *path, const struct text *t)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text_str(t), 1, t->length, f), t->length);
	assert_int_equal(fclose(f), 0);
}

static struct text
answer(void)
{
	struct config_rules rules = { .owner_uid = getuid(),
		.check_programs = true };
	struct complaints *complaints = complaints_new();
	struct text all = text_new(ANSWER_MAX);
	struct config *c;
	const char *line;

	assert_non_null(complaints);
	c = config_load(MAIN_FILE, &rules, complaints);
	for (size_t i = 0; (line = complaints_line(complaints, i)); i++)
		text_addf(&all, "%s\n", line);
	if (c != NULL)
		text_add(&all, all.length == 0 ? "good\n" : "usable\n");
	config_free(c);
	complaints_free(complaints);
	return all;
}

static void
test_case(void **state)
{
	const char *name = *state;
	char path[512], expected_path[512], home[4096];
	struct text conf, expected, got;

	(void)snprintf(path, sizeof(path), "%s/%s.conf", FOLDER, name);
	(void)snprintf(expected_path, sizeof(expected_path), "%s/%s.expected",
	    FOLDER, name);
	conf = file_text(path);
	expected = file_text(expected_path);

	assert_non_null(getcwd(home, sizeof(home)));
	assert_int_equal(chdir(scratch), 0);
	write_file(MAIN_FILE, &conf);
	got = answer();
	assert_int_equal(unlink(MAIN_FILE), 0);
	assert_int_equal(chdir(home), 0);

	if (getenv("UPDATE_GOLDEN") != NULL)
		write_file(expected_path, &got);
	else
		assert_string_equal(text_str(&got), text_str(&expected));
	text_free(&conf);
	text_free(&expected);
	text_free(&got);
}

static size_t
list_cases(struct CMUnitTest *cases)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *name = strdup(entry->d_name);
		char *end = strstr(name, ".conf");

		if (end == NULL || count == CASES_MAX) {
			free(name);
			continue;
		}
		*end = '\0';
		cases[count++] = (struct CMUnitTest){ .name = name,
			.test_func = test_case,
			.initial_state = name };
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

int
main(void)
{
	static struct CMUnitTest cases[CASES_MAX];
	size_t count = list_cases(cases);
	int failed;

	umask(022);
	if (count < 20 || mkdtemp(scratch) == NULL) {
		fprintf(stderr, "no cases in %s, or no %s\n", FOLDER, scratch);
		return 1;
	}
	failed = _cmocka_run_group_tests("golden", cases, count, NULL, NULL);
	(void)rmdir(scratch);
	for (size_t i = 0; i < count; i++)
		free(cases[i].initial_state);
	return failed;
}
