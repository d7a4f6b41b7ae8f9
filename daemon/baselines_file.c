#include "daemon/baselines_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "daemon/files.h"

#define VERSION 1

void
baseline_line_write(struct text *out, const struct baseline_line *line,
    const struct baseline *b)
{
	struct json_object *o = json_object_new_object();
	const char *head;

	json_set_int(o, "version", VERSION);
	json_set_text(o, "service", line->service);
	json_set_text(o, "evaluator", line->evaluator);
	json_set_text(o, "subject", line->subject);
	if (line->reset[0] != '\0')
		json_set_text(o, "reset", line->reset);
	if (line->pinned_by[0] != '\0') {
		json_set_text(o, "pinned_by", line->pinned_by);
		json_set_int(o, "pinned_wall_ms", line->pinned_wall_ms);
	}
	/* The state, which is most of it, is written into it as it comes. */
	head = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	text_add_bytes(out, head, strlen(head) - 1);
	text_add(out, ",\"baseline\":");
	baseline_export(b, out);
	text_add_char(out, '}');
	json_object_put(o);
}

static bool
take_word(struct json_object *o, const char *key, char *to, size_t bytes)
{
	const char *word = json_text(o, key);
	int n = snprintf(to, bytes, "%s", word == NULL ? "" : word);

	return word != NULL && n > 0 && (size_t)n < bytes;
}

bool
baseline_line_read(const char *bytes, size_t length, struct baseline_line *line,
    char **state, struct error *err)
{
	struct json_object *o = json_parse(bytes, length, err);
	struct json_object *b = json_member(o, "baseline");
	int64_t version = 0;
	bool ok = false;

	*line = (struct baseline_line){ .pinned_wall_ms = 0 };
	if (o == NULL)
		return false;
	if (!json_int(o, "version", &version) || version != VERSION ||
	    !take_word(o, "service", line->service, sizeof(line->service)) ||
	    !take_word(
		o, "evaluator", line->evaluator, sizeof(line->evaluator)) ||
	    !take_word(o, "subject", line->subject, sizeof(line->subject)) ||
	    b == NULL) {
		(void)error_set(err, "it is no line of version %d", VERSION);
		goto out;
	}
	(void)take_word(o, "reset", line->reset, sizeof(line->reset));
	(void)take_word(
	    o, "pinned_by", line->pinned_by, sizeof(line->pinned_by));
	(void)json_int(o, "pinned_wall_ms", &line->pinned_wall_ms);
	*state =
	    strdup(json_object_to_json_string_ext(b, JSON_C_TO_STRING_PLAIN));
	ok = *state != NULL || error_set(err, "no memory");
out:
	json_object_put(o);
	return ok;
}

static int
open_folder(const char *directory, struct error *err)
{
	int folder =
	    open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (folder < 0)
		(void)error_set(err, "%s cannot be opened", directory);
	return folder;
}

bool
baselines_file_write(
    const char *directory, const struct text *lines, struct error *err)
{
	int folder;
	bool ok;

	if (!text_ok(lines))
		return error_set(err, "there are more than fit into %zu MiB",
		    BASELINES_MAX_BYTES >> 20);
	folder = open_folder(directory, err);
	if (folder < 0)
		return false;
	ok = file_write_durably(folder, BASELINES_FILE, text_str(lines),
	    lines->length, FILE_REPLACE, NULL, err);
	(void)close(folder); /* read-only: nothing to lose */
	return ok;
}

static bool
read_line(const char *bytes, size_t length, baselines_take *take, void *arg,
    struct error *err)
{
	struct baseline_line line;
	char *state = NULL;
	bool ok;

	ok = baseline_line_read(bytes, length, &line, &state, err) &&
	    take(arg, &line, state, err);
	free(state);
	return ok;
}

static void
set_aside(int folder, const struct text *bad)
{
	struct error err;

	/* Best effort: the reason is in the log already. */
	(void)file_write_durably(folder, BASELINES_DAMAGED, text_str(bad),
	    bad->length, FILE_REPLACE, NULL, &err);
}

bool
baselines_file_read(const char *directory, baselines_take *take, void *arg,
    size_t *damaged, struct error *err)
{
	struct text bad = text_new(BASELINES_MAX_BYTES);
	int folder = open_folder(directory, err);
	bool is_missing = false;
	char *bytes = NULL;
	size_t length = 0;

	*damaged = 0;
	if (folder < 0)
		return false;
	bytes = file_read_whole(folder, BASELINES_FILE, BASELINES_MAX_BYTES,
	    &length, &is_missing, err);
	/* Whatever the reason, what comes next must not replace it. */
	if (bytes == NULL && !is_missing)
		(void)renameat(
		    folder, BASELINES_FILE, folder, BASELINES_DAMAGED);
	for (size_t at = 0; bytes != NULL && at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t size =
		    end == NULL ? length - at : (size_t)(end - bytes) - at;
		struct error why = { "" };

		if (!read_line(bytes + at, size, take, arg, &why)) {
			if ((*damaged)++ == 0)
				*err = why;
			text_add_bytes(&bad, bytes + at, size);
			text_add_char(&bad, '\n');
		}
		at += size + 1;
	}
	if (*damaged > 0)
		set_aside(folder, &bad);
	text_free(&bad);
	(void)close(folder); /* read-only: nothing to lose */
	free(bytes);
	return bytes != NULL || is_missing;
}
