/*
 * Writes the request for one step attempt as the monitor would, or as one
 * that was taken over might:
 *
 *	step_request CONFIG_FOLDER STATE_FOLDER KEY [NAME=VALUE]...
 *
 * Names are those of the request's fields; file may be given more than once,
 * not_after_ms is counted from now, "digest" is made from the files unless it
 * is given.  With STEP_REQUEST_SAYS in the environment prints the digest.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "config/pin.h"
#include "executor/request.h"

static char boot_id[64];

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
read_boot_id(void)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (f == NULL || fgets(boot_id, sizeof(boot_id), f) == NULL)
		err(1, "boot_id");
	boot_id[strcspn(boot_id, "\n")] = '\0';
	(void)fclose(f);
}

static void
set(struct request *r, char *word)
{
	const struct {
		const char *name;
		const char **field;
	} fields[] = {
		{ "parent", &r->parent },
		{ "service", &r->service },
		{ "procedure", &r->procedure },
		{ "digest", &r->digest },
		{ "cause", &r->cause },
		{ "version", &r->version },
		{ "previous_version", &r->previous_version },
		{ "target_version", &r->target_version },
		{ "incident", &r->incident },
		{ "reason", &r->reason },
		{ "told", &r->told },
		{ "parent_told", &r->parent_told },
		{ "boot_id", &r->boot_id },
		{ "key", &r->key },
	};
	char *value = strchr(word, '=');

	if (value == NULL)
		errx(2, "%s: no value", word);
	*value++ = '\0';
	if (strcmp(word, "not_after_ms") == 0)
		r->not_after_ms = now_ms() + strtoll(value, NULL, 10);
	if (strcmp(word, "file") == 0)
		r->files[r->file_count++] = value;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(word, fields[i].name) == 0)
			*fields[i].field = value;
}

static void
make_digest(struct request *r, const char *folder, char *digest)
{
	struct text canonical = text_new(PIN_MAX_BYTES);
	struct strings files = { r->files, r->file_count };
	struct error why;
	struct pin *pin = pin_from_files(folder, &files, r->service,
	    r->procedure, geteuid(), &canonical, &why);

	if (pin == NULL)
		errx(1, "%s", why.text);
	digest_text(text_str(&canonical), canonical.length, digest);
	r->digest = digest;
	pin_free(pin);
	text_free(&canonical);
}

static void
store(const char *state, const char *key, const struct text *file)
{
	char path[4096], temporary[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/requests", state);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/requests/%s", state, key);
	(void)snprintf(
	    temporary, sizeof(temporary), "%s/requests/.%s", state, key);
	f = fopen(temporary, "w");
	if (f == NULL || fwrite(file->data, file->length, 1, f) != 1 ||
	    fclose(f) != 0 || rename(temporary, path) != 0)
		err(1, "%s", path);
}

int
main(int argc, char *argv[])
{
	struct request r = { .service = "shop",
		.procedure = "back",
		.cause = "operator",
		.incident = "01J00000000000000000000000",
		.boot_id = boot_id };
	struct text file = text_new(1 << 20);
	char digest[DIGEST_TEXT_BYTES];

	if (argc < 4)
		errx(2, "usage: step_request CONFIG STATE KEY [NAME=VALUE]");
	read_boot_id();
	r.key = argv[3];
	r.not_after_ms = now_ms() + 60000;
	for (int i = 4; i < argc; i++)
		set(&r, argv[i]);
	if (r.file_count == 0)
		r.files[r.file_count++] = "rollbackd.conf";
	if (r.digest == NULL)
		make_digest(&r, argv[1], digest);
	step_request_write(&file, &r);
	store(argv[2], argv[3], &file);
	if (getenv("STEP_REQUEST_SAYS") != NULL)
		(void)puts(r.digest);
	text_free(&file);
	return 0;
}
