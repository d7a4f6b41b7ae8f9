#include "daemon/step/generation.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/host/host.h"

/* The files of a request without the generation before each of them. */
struct files {
	char digest[DIGEST_TEXT_BYTES]; /* "": they name none */
	const char *names[REQUEST_FILES_MAX];
	struct strings list;
};

bool
generation_is_valid(const char *digest)
{
	return digest_text_is_valid(digest);
}

bool
generation_place(
    struct generation_place *place, const char *config, struct error *err)
{
	const char *slash = strrchr(config, '/');
	struct stat st;
	int length;

	if (stat(config, &st) == 0 && S_ISDIR(st.st_mode)) {
		length = snprintf(
		    place->folder, sizeof(place->folder), "%s", config);
		(void)snprintf(place->main_file, sizeof(place->main_file), "%s",
		    MAIN_FILE);
	} else {
		length = snprintf(place->folder, sizeof(place->folder), "%.*s",
		    slash == NULL ? 1 : (int)(slash - config + 1),
		    slash == NULL ? "." : config);
		(void)snprintf(place->main_file, sizeof(place->main_file), "%s",
		    slash == NULL ? config : slash + 1);
	}
	return length < (int)sizeof(place->folder) ||
	    error_set(err, "the path of the configuration is too long");
}

/* All name the same generation, or none does. */
static bool
split(struct files *f, const struct request *r, struct error *err)
{
	const char *slash = strchr(r->files[0], '/');
	size_t prefix = 0;

	*f = (struct files){ .list = { f->names, r->file_count } };
	if (slash != NULL && slash - r->files[0] == DIGEST_TEXT_BYTES - 1) {
		memcpy(f->digest, r->files[0], DIGEST_TEXT_BYTES - 1);
		if (generation_is_valid(f->digest))
			prefix = DIGEST_TEXT_BYTES;
		else
			f->digest[0] = '\0';
	}
	for (unsigned i = 0; i < r->file_count; i++) {
		if (prefix > 0 &&
		    strncmp(r->files[i], r->files[0], prefix) != 0)
			return error_set(err,
			    "its files are of more than one configuration");
		f->names[i] = r->files[i] + prefix;
	}
	return true;
}

/* What cannot be read is refused; what is another plan is not found. */
enum look {
	LOOK_FOUND,
	LOOK_OTHER,
	LOOK_REFUSED,
};

static enum look
look_in(struct permit *p, const char *folder, const struct files *f,
    struct text *canonical, struct error *err)
{
	const struct request *r = &p->request;
	char digest[DIGEST_TEXT_BYTES];

	text_clear(canonical);
	p->pin = pin_from_files(folder, &f->list, r->service, r->procedure,
	    geteuid(), canonical, err);
	if (p->pin == NULL)
		return LOOK_REFUSED;
	digest_text(text_str(canonical), canonical->length, digest);
	if (text_ok(canonical) && strcmp(digest, r->digest) == 0)
		return LOOK_FOUND;
	pin_free(p->pin);
	p->pin = NULL;
	(void)error_set(
	    err, "the configuration was changed after the run was planned");
	return LOOK_OTHER;
}

static int64_t
kept_at_ms(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

/* When the next one was kept; INT64_MAX: it is the newest. */
static int64_t
replaced_at_ms(const struct state *s, const char *digest)
{
	int64_t kept_ms = kept_at_ms(s->configs, digest), next_ms = INT64_MAX;
	int fd = openat(s->configs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (entries == NULL) {
		if (fd >= 0)
			(void)close(fd); /* was only read */
		return 0;
	}
	while ((entry = readdir(entries)) != NULL) {
		int64_t at_ms;

		if (!generation_is_valid(entry->d_name))
			continue;
		at_ms = kept_at_ms(s->configs, entry->d_name);
		if (at_ms > kept_ms && at_ms < next_ms)
			next_ms = at_ms;
	}
	(void)closedir(entries); /* was only read */
	return next_ms;
}

static bool
look_in_copy(struct permit *p, const struct state *s, const struct files *f,
    struct text *canonical)
{
	char folder[GENERATION_PATH_MAX];
	struct error why;
	struct stat st;

	if (f->digest[0] == '\0' ||
	    fstatat(s->configs, f->digest, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	(void)snprintf(folder, sizeof(folder), "/proc/self/fd/%d/%s",
	    s->configs, f->digest);
	if (look_in(p, folder, f, canonical, &why) != LOOK_FOUND)
		return false;
	p->replaced_ms = replaced_at_ms(s, f->digest);
	return true;
}

static bool
pin_in_system(struct permit *p, const struct state *s, const char *config,
    const struct files *f, struct text *canonical, struct error *err)
{
	struct generation_place place;
	struct error why;
	enum look look;

	if (!generation_place(&place, config, err))
		return false;
	if (strcmp(f->names[0], place.main_file) != 0)
		return error_set(
		    err, "its first file is not %s", place.main_file);
	look = look_in(p, place.folder, f, canonical, &why);
	if (look == LOOK_FOUND)
		return true;
	(void)error_set(err, "%s%s",
	    look == LOOK_REFUSED ? "the configuration is refused: " : "",
	    why.text);
	return look_in_copy(p, s, f, canonical);
}

static bool
pin_in_direct(struct permit *p, const char *config, const struct files *f,
    struct text *canonical, struct error *err)
{
	char folder[GENERATION_PATH_MAX];
	struct error why;
	enum look look;

	if (snprintf(folder, sizeof(folder), "%s%s%s", config,
		f->digest[0] == '\0' ? "" : "/",
		f->digest) >= (int)sizeof(folder))
		return error_set(err, "the path of the files is too long");
	look = look_in(p, folder, f, canonical, &why);
	if (look == LOOK_FOUND)
		return true;
	return error_set(err, "%s%s",
	    look == LOOK_REFUSED ? "the configuration is refused: " : "",
	    why.text);
}

bool
generation_pin(struct permit *p, const struct state *s, const char *config,
    struct text *canonical, struct error *err)
{
	struct files files;

	if (!split(&files, &p->request, err))
		return false;
	return s->is_system ?
	    pin_in_system(p, s, config, &files, canonical, err) :
	    pin_in_direct(p, config, &files, canonical, err);
}

bool
generation_was_current(
    const struct permit *p, int64_t wall_ms, struct error *err)
{
	return p->replaced_ms == INT64_MAX ||
	    wall_ms - p->replaced_ms < GENERATION_OVERLAP_MS ||
	    error_set(err,
		"the configuration that it was planned from was replaced too "
		"long ago");
}
