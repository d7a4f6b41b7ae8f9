/*
 * example.c - a plug-in of rollbackd(8): puts a line into a file.
 *
 *	cc -shared -fPIC -o example.so example.c
 *
 * As a step:
 *
 *	{ name = "note"; executor = "plugin"; user = "deployer";
 *	  plugin = "/usr/local/lib/rollbackd/example.so"; timeout = "10s";
 *	  settings = { file = "/var/lib/deployer/release";
 *	               line = "${target_version}"; }; }
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rollbackd/executor.h>

/* The first value of a setting; NULL when it is missing. */
static const char *
setting(const struct rollbackd_step *step, const char *name)
{
	for (size_t i = 0; i < step->setting_count; i++)
		if (strcmp(step->settings[i].name, name) == 0)
			return step->settings[i].values[0];
	return NULL;
}

static int
start(const struct rollbackd_step *step, const struct rollbackd_host *host,
    void **state)
{
	const char *file = setting(step, "file");
	const char *line = setting(step, "line");
	int fd;

	(void)state;
	if (file == NULL || line == NULL) {
		host->result(host->handle, ROLLBACKD_NOTHING_DONE, NULL,
		    "it needs the settings file and line");
		return 0;
	}
	fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0) {
		host->result(host->handle, ROLLBACKD_NOTHING_DONE, NULL,
		    strerror(errno));
		return 0;
	}
	host->progress(host->handle, "the file is open");
	if (dprintf(fd, "%s\n", line) < 0 || fsync(fd) != 0)
		host->result(
		    host->handle, ROLLBACKD_UNKNOWN, NULL, strerror(errno));
	else
		host->result(host->handle, ROLLBACKD_DONE, line, "written");
	return 0; /* not reached: the result ends the process */
}

const struct rollbackd_executor rollbackd_executor = {
	.abi = ROLLBACKD_EXECUTOR_ABI,
	.size = sizeof(struct rollbackd_executor),
	.name = "example",
	.start = start,
};
