#include "config/value.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_MAX_BYTES 60
#define WORDS_MAX_BYTES 512

/* What was written, cut to what fits a line. */
static void
show(struct text *out, const config_setting_t *s)
{
	const char *text;
	size_t length;

	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		text_addf(out, "%lld", config_setting_get_int64(s));
		break;
	case CONFIG_TYPE_FLOAT:
		text_addf(out, "%g", config_setting_get_float(s));
		if (strpbrk(text_str(out), ".e") == NULL)
			text_add(out, ".0");
		break;
	case CONFIG_TYPE_BOOL:
		text_add(out, config_setting_get_bool(s) ? "true" : "false");
		break;
	case CONFIG_TYPE_STRING:
		text = config_setting_get_string(s);
		length = strlen(text);
		text_add(out, "\"");
		text_add_escaped(out, text,
		    length > SHOWN_MAX_BYTES ? SHOWN_MAX_BYTES : length);
		text_add(out, length > SHOWN_MAX_BYTES ? "...\"" : "\"");
		break;
	case CONFIG_TYPE_ARRAY:
		text_add(out, "[ ... ]");
		break;
	case CONFIG_TYPE_LIST:
		text_add(out, "( ... )");
		break;
	default:
		text_add(out, "{ ... }");
	}
}

static const char *
key_of(const config_setting_t *s)
{
	const char *name = config_setting_name(s);

	while (name == NULL && !config_setting_is_root(s)) {
		s = config_setting_parent(s);
		name = config_setting_name(s);
	}
	return name == NULL ? "?" : name;
}

void
value_wrong(
    struct reader *r, const config_setting_t *setting, const char *fmt, ...)
{
	struct text shown = text_new(WORDS_MAX_BYTES);
	struct text words = text_new(WORDS_MAX_BYTES);
	va_list ap;

	show(&shown, setting);
	va_start(ap, fmt);
	text_addv(&words, fmt, ap);
	va_end(ap);
	complain(r->complaints, COMPLAINT_ERROR, reader_source(setting),
	    "%s = %s: %s", key_of(setting), text_str(&shown), text_str(&words));
	text_free(&shown);
	text_free(&words);
}

void *
value_alloc(struct reader *r, size_t count, size_t bytes)
{
	void *p = arena_array(r->arena, count, bytes);

	if (p == NULL && count > 0)
		r->short_of_memory = true;
	return p;
}

void *
value_begin(struct reader *r, size_t count, size_t bytes)
{
	/* There are none that need no memory. */
	void *p = calloc(count + 1, bytes);

	if (p == NULL)
		r->short_of_memory = true;
	return p;
}

void *
value_end(struct reader *r, void *filled, size_t count, size_t bytes)
{
	void *kept = NULL;

	if (filled == NULL)
		return NULL;
	if (r->equal == NULL) {
		kept = arena_array(r->arena, count, bytes);
		if (kept != NULL && count > 0)
			memcpy(kept, filled, count * bytes);
	} else {
		/* Only while more is read nobody may write to it. */
		kept = (void *)(uintptr_t)intern_bytes(
		    r->equal, filled, count * bytes);
	}
	if (kept == NULL)
		r->short_of_memory = true;
	free(filled);
	return kept;
}

const char *
value_keep(struct reader *r, const char *text)
{
	const char *kept = r->equal == NULL ? arena_strdup(r->arena, text) :
					      intern_text(r->equal, text);

	if (kept == NULL)
		r->short_of_memory = true;
	return kept;
}
