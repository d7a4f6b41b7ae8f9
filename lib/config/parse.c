#include "config/parse.h"

#include <string.h>

#include "config/scan.h"

/* The slip counts only where libconfig stumbles over it. */
static void
say_why(const config_t *tree, struct source where, const struct hint *hint,
    struct complaints *complaints)
{
	const char *why = config_error_text(tree);
	const char *advice = "";

	where.line = (unsigned)config_error_line(tree);
	if (hint->line > 0 && hint->line <= where.line) {
		where.line = hint->line;
		advice = hint->text;
	} else if (strstr(why, "duplicate") != NULL)
		advice = "the group has this key already; take one away";
	complain(complaints, COMPLAINT_ERROR, where, "%s%s%s", why,
	    *advice == '\0' ? "" : ": ", advice);
}

char *
parse_copy(struct arena *a, const char *bytes, size_t length)
{
	char *copy = arena_alloc(a, length + sizeof("\n"));

	if (copy != NULL) {
		if (length > 0)
			memcpy(copy, bytes, length);
		copy[length] = '\n';
	}
	return copy;
}

bool
parse_bytes(struct parsed *p, const char *shown, const char *bytes,
    size_t length, struct complaints *complaints)
{
	struct source where = { .file = shown };
	struct hint hint = { 0 };

	config_init(&p->tree);
	p->shown = shown;
	if (!scan_bytes(bytes, length, where, complaints, &hint))
		return false;
	if (config_read_string(&p->tree, bytes) != CONFIG_TRUE) {
		say_why(&p->tree, where, &hint, complaints);
		return false;
	}
	config_setting_set_hook(config_root_setting(&p->tree), p);
	return true;
}

void
parse_free(struct parsed *p)
{
	config_destroy(&p->tree);
}
