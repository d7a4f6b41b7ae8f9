/*
 * Writes the claim of a first step that was permitted some time ago, as the
 * runner would have:
 *
 *	step_claim CLAIMS_FOLDER KEY MINUTES_AGO SERVICE PROCEDURE [WARRANT]
 *
 * With WARRANT "-" it is one of a version that wrote none.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "executor/result.h"

#define MINUTE_MS 60000

static int64_t
ago_ms(clockid_t clock, int64_t minutes)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 -
	    minutes * MINUTE_MS;
}

int
main(int argc, char *argv[])
{
	static char boot_id[64];
	struct text file = text_new(CLAIM_MAX_BYTES);
	struct claim claim = { .boot_id = boot_id,
		.pid = 1,
		.cause = "automatic",
		.incident = "01J0000000000000000000000Z",
		.warrant = "automatic",
		.request = "x",
		.request_length = 1 };
	char path[4096];
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (argc < 6)
		errx(2,
		    "usage: step_claim FOLDER KEY MINUTES SERVICE PROCEDURE "
		    "[WARRANT]");
	if (f == NULL || fgets(boot_id, sizeof(boot_id), f) == NULL)
		err(1, "boot_id");
	boot_id[strcspn(boot_id, "\n")] = '\0';
	(void)fclose(f);
	claim.key = argv[2];
	claim.claimed_ms = ago_ms(CLOCK_BOOTTIME, strtoll(argv[3], NULL, 10));
	claim.wall_ms = ago_ms(CLOCK_REALTIME, strtoll(argv[3], NULL, 10));
	claim.service = argv[4];
	claim.procedure = argv[5];
	if (argc > 6)
		claim.warrant = strcmp(argv[6], "-") == 0 ? NULL : argv[6];
	claim_write(&file, &claim);
	(void)snprintf(path, sizeof(path), "%s/%s", argv[1], argv[2]);
	f = fopen(path, "w");
	if (f == NULL || fwrite(file.data, file.length, 1, f) != 1 ||
	    fclose(f) != 0)
		err(1, "%s", path);
	text_free(&file);
	return 0;
}
