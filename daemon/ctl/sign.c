#include "daemon/ctl/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/ulid.h"
#include "executor/approval.h"

/* Was that ordered?  What the order does not say may be anything. */
static bool
is_ordered(struct json_object *approval, const struct command *c,
    const char *key, const char *arg, struct error *err)
{
	const char *asked = json_text(approval, key);
	const char *ordered = json_text(c->args, arg);

	if (ordered == NULL || (asked != NULL && strcmp(asked, ordered) == 0))
		return true;
	return error_set(err,
	    "the daemon asks to approve %s \"%.128s\", which is not what was "
	    "ordered",
	    key, asked == NULL ? "" : asked);
}

static bool
is_what_was_ordered(
    struct json_object *a, const struct command *c, struct error *err)
{
	return is_ordered(a, c, "incident", "incident", err) &&
	    is_ordered(a, c, "service", "service", err) &&
	    is_ordered(a, c, "procedure", "procedure", err) &&
	    is_ordered(a, c, "target_version", "to", err) &&
	    is_ordered(a, c, "gate", "step", err);
}

static bool
write_words(struct json_object *o, const struct command *c, struct text *file,
    struct error *err)
{
	struct approval a = {
		.incident = json_text(o, "incident"),
		.service = json_text(o, "service"),
		.procedure = json_text(o, "procedure"),
		.digest = json_text(o, "digest"),
		.target_version = json_text(o, "target_version"),
		.gate = json_text(o, "gate"),
		.reason = json_text(c->args, "reason"),
		.boot_id = json_text(o, "boot_id"),
	};

	if (a.incident == NULL || !ulid_is_valid(a.incident) ||
	    a.service == NULL || a.procedure == NULL || a.digest == NULL ||
	    a.boot_id == NULL || !json_int(o, "wall_ms", &a.wall_ms) ||
	    !json_int(o, "not_after_ms", &a.not_after_ms))
		return error_set(
		    err, "what the daemon asks to approve is not complete");
	approval_write(file, &a);
	return text_ok(file) || error_set(err, "the approval is too long");
}

static bool
write_all(int fd, const struct text *file)
{
	return write(fd, text_str(file), file->length) ==
	    (ssize_t)file->length &&
	    fsync(fd) == 0;
}

static int
open_new(const char *path)
{
	return open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/*
 * In place of one's own; but the folder is sticky, and nobody else's can be
 * taken away: then under a name that nobody else can have taken before.
 */
static int
open_beside(char *path, size_t length, size_t room)
{
	uint64_t random;

	if (unlink(path) == 0)
		return open_new(path);
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -1;
	if (snprintf(path + length, room - length, ".%016llx",
		(unsigned long long)random) >= (int)(room - length)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open_new(path);
}

static bool
leave(const char *folder, const char *name, const struct text *file,
    struct error *err)
{
	char path[4096];
	bool good;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return error_set(err, "%s: the name is too long", folder);
	fd = open_new(path);
	if (fd < 0 && errno == EEXIST)
		fd = open_beside(path, strlen(path), sizeof(path));
	if (fd < 0)
		return error_set(err,
		    "the approval cannot be left in %s: %s; it takes a member "
		    "of the socket's group, on the daemon's host",
		    folder, strerror(errno));
	good = write_all(fd, file);
	if (close(fd) != 0)
		good = false;
	if (good)
		return true;
	(void)unlink(path); /* half an approval is none */
	return error_set(
	    err, "the approval cannot be written: %s", strerror(errno));
}

/* A part of what is signed, where it has that. */
static void
add_part(struct text *line, struct json_object *approval, const char *words,
    const char *key)
{
	const char *value = json_text(approval, key);

	if (value == NULL)
		return;
	text_add(line, words);
	text_add_escaped(line, value, strlen(value));
}

/* So that nobody signs for what he has not seen: the daemon may lie. */
static void
show(struct json_object *approval)
{
	struct text line = text_new(APPROVAL_MAX_BYTES);

	add_part(&line, approval, "signs for procedure ", "procedure");
	add_part(&line, approval, " of service ", "service");
	add_part(&line, approval, ", to ", "target_version");
	add_part(&line, approval, ", step ", "gate");
	add_part(&line, approval, ", incident ", "incident");
	(void)fprintf(stderr, "rollbackctl: %s\n", text_str(&line));
	text_free(&line);
}

bool
sign_approval(
    struct json_object *approval, const struct command *c, struct error *err)
{
	const char *folder = getenv(SIGN_FOLDER_VARIABLE);
	struct text file = text_new(APPROVAL_MAX_BYTES);
	char name[APPROVAL_NAME_BYTES] = "";
	bool good = is_what_was_ordered(approval, c, err) &&
	    write_words(approval, c, &file, err);

	if (folder == NULL || *folder == '\0')
		folder = SIGN_FOLDER;
	if (good)
		approval_name(json_text(approval, "incident"),
		    json_text(approval, "gate"), name);
	if (good)
		show(approval);
	good = good && leave(folder, name, &file, err);
	text_free(&file);
	return good;
}
