#include "config/parse.h"

#include "config/scan.h"

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
		where.line = (unsigned)config_error_line(&p->tree);
		if (hint.line > 0 && hint.line <= where.line)
			where.line = hint.line;
		complain(complaints, COMPLAINT_ERROR, where, "%s%s%s",
		    config_error_text(&p->tree),
		    hint.text[0] == '\0' ? "" : ": ", hint.text);
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
