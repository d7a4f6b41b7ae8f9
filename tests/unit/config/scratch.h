/*
 * scratch.h - a folder of configuration files that goes away again.
 */
#ifndef TESTS_UNIT_CONFIG_SCRATCH_H
#define TESTS_UNIT_CONFIG_SCRATCH_H

#include "tests/unit/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/config.h"

struct scratch {
	char folder[256];
	char path[1024]; /* of the last file written */
};

static inline void
scratch_open(struct scratch *s)
{
	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/config-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
}

static inline void
scratch_write(struct scratch *s, const char *name, const char *text)
{
	FILE *f;

	(void)snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name);
	f = fopen(s->path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(s->path, 0644), 0);
}

static inline void
scratch_mkdir(struct scratch *s, const char *name)
{
	(void)snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name);
	assert_int_equal(mkdir(s->path, 0755), 0);
}

static inline struct config *
scratch_load(struct scratch *s, struct complaints *complaints)
{
	struct config_rules rules = { .owner_uid = getuid() };

	(void)snprintf(
	    s->path, sizeof(s->path), "%s/rollbackd.conf", s->folder);
	return config_load(s->path, &rules, complaints);
}

static inline void
scratch_print(struct complaints *complaints)
{
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)); i++)
		print_message("%s\n", line);
}

static inline void
scratch_close(struct scratch *s)
{
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		execlp("rm", "rm", "-rf", "--", s->folder, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
}

#endif
