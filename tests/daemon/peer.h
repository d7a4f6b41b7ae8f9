/*
 * peer.h - the scripted servers of tests/peer, started and stopped by a test.
 */
#ifndef TESTS_DAEMON_PEER_H
#define TESTS_DAEMON_PEER_H

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define PEER_ARGS_MAX 32
#define PEER_LOG_MAX (1024 * 1024)

struct peer {
	pid_t pid;
	int input;
	FILE *output;
	unsigned port;
	char *log; /* what it printed, from peer_stop() on */
};

/* $BUILD/tests/peer, which is beside the folder of the test itself. */
static inline void
peer_path(const char *tool, char path[4096])
{
	char self[2048];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	(void)snprintf(path, 4096, "%s/../peer/%s", self, tool);
}

static inline struct peer
peer_start(const char *tool, const char *const args[])
{
	struct peer p = { .log = calloc(1, PEER_LOG_MAX) };
	char path[4096], line[32], *argv[PEER_ARGS_MAX] = { path };
	int in[2], out[2];
	posix_spawn_file_actions_t actions;

	peer_path(tool, path);
	for (int i = 0; args[i] != NULL; i++)
		argv[i + 1] = strdup(args[i]);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	assert_int_equal(
	    posix_spawn(&p.pid, path, &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	for (int i = 1; argv[i] != NULL; i++)
		free(argv[i]);
	(void)close(in[0]);
	(void)close(out[1]);
	p.input = in[1];
	p.output = fdopen(out[0], "r");
	assert_non_null(fgets(line, sizeof(line), p.output));
	p.port = (unsigned)strtoul(line, NULL, 10);
	return p;
}

static inline void
peer_stop(struct peer *p)
{
	size_t n;

	(void)close(p->input);
	n = fread(p->log, 1, PEER_LOG_MAX - 1, p->output);
	p->log[n] = '\0';
	(void)fclose(p->output);
	(void)waitpid(p->pid, NULL, 0);
}

static inline void
peer_forget(struct peer *p)
{
	free(p->log);
	p->log = NULL;
}

/* Lines that begin so. */
static inline int
peer_count(const struct peer *p, const char *start)
{
	const char *line = p->log;
	int count = 0;

	while (line != NULL && *line != '\0') {
		count += strncmp(line, start, strlen(start)) == 0;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return count;
}

#endif
