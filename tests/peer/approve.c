/*
 * Leaves an approval as rollbackctl would, or as somebody who forges one
 * might:
 *
 *	approve FILE NAME=VALUE...
 *
 * Names are those of the approval's fields; not_after_ms is counted from now.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "executor/approval.h"

static int64_t
now_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
set(struct approval *a, char *word)
{
	const struct {
		const char *name;
		const char **field;
	} fields[] = {
		{ "incident", &a->incident },
		{ "service", &a->service },
		{ "procedure", &a->procedure },
		{ "digest", &a->digest },
		{ "target_version", &a->target_version },
		{ "reason", &a->reason },
		{ "gate", &a->gate },
		{ "boot_id", &a->boot_id },
	};
	char *value = strchr(word, '=');

	if (value == NULL)
		errx(2, "%s: no value", word);
	*value++ = '\0';
	if (strcmp(word, "not_after_ms") == 0)
		a->not_after_ms =
		    now_ms(CLOCK_BOOTTIME) + strtoll(value, NULL, 10);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(word, fields[i].name) == 0)
			*fields[i].field = value;
}

int
main(int argc, char *argv[])
{
	static char boot_id[64];
	struct approval a = { .boot_id = boot_id,
		.service = "shop",
		.procedure = "asked",
		.wall_ms = now_ms(CLOCK_REALTIME),
		.not_after_ms = now_ms(CLOCK_BOOTTIME) + 60000 };
	struct text file = text_new(APPROVAL_MAX_BYTES);
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
	int fd;

	if (argc < 2)
		errx(2, "usage: approve FILE NAME=VALUE...");
	if (f == NULL || fgets(boot_id, sizeof(boot_id), f) == NULL)
		err(1, "boot_id");
	boot_id[strcspn(boot_id, "\n")] = '\0';
	(void)fclose(f);
	for (int i = 2; i < argc; i++)
		set(&a, argv[i]);
	approval_write(&file, &a);
	fd = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0 ||
	    write(fd, file.data, file.length) != (ssize_t)file.length ||
	    close(fd) != 0)
		err(1, "%s", argv[1]);
	text_free(&file);
	return 0;
}
