/* All files of a configuration as they are, for a copy of them. */
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "config/loading.h"

#define FILE_LINE_MAX ((size_t)8192)

void
loading_digest(struct config *c)
{
	struct text all = text_new(CONFIG_FILES_MAX * FILE_LINE_MAX);

	for (size_t i = 0; i < c->file_count; i++) {
		char digest[DIGEST_TEXT_BYTES];

		digest_text(c->files[i].bytes, c->files[i].length, digest);
		text_addf(&all, "%s %s\n", digest, c->files[i].path);
	}
	digest_text(text_str(&all), all.length, c->digest);
	text_free(&all);
}

struct config *
config_files(const char *path, uint32_t owner_uid, struct error *err)
{
	struct complaints *complaints = complaints_new();
	struct loading *l =
	    complaints == NULL ? NULL : loading_new(owner_uid, complaints);
	struct config *c = l == NULL ? NULL : l->config;
	bool good = false;

	if (l == NULL)
		(void)error_set(err, "memory is short");
	else if (!loading_read(l, path) || complaints_are_fatal(complaints))
		(void)error_set(err, "%s",
		    complaints_are_fatal(complaints) ?
			complaints_line(complaints, 0) :
			"memory is short");
	else if (l->reader.short_of_memory)
		(void)error_set(err, "memory is short");
	else
		good = true;
	if (good)
		loading_digest(c);
	loading_free(l);
	complaints_free(complaints);
	if (good)
		return c;
	config_free(c);
	return NULL;
}
