#include "procedure/template_scan.h"

#include <string.h>

#include "procedure/variables.h"

static bool
is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

/* Bytes of the name at the start; 0: none. */
static size_t
name_length(const char *p)
{
	size_t n = 0;

	if (*p == '-' || *p == '.')
		return 0;
	while (is_letter_or_digit(p[n]) || p[n] == '_' || p[n] == '-' ||
	    p[n] == '.')
		n++;
	return n;
}

/* Bytes up to the next "${" or "$${", one at least. */
static size_t
literal_length(const char *p)
{
	size_t n = 1;

	while (p[n] != '\0' && strncmp(p + n, "${", 2) != 0 &&
	    strncmp(p + n, "$${", 3) != 0)
		n++;
	return n;
}

/* Takes the piece at the cursor; false: it is not well formed. */
bool
template_take_piece(const char **cursor, struct piece *piece)
{
	const char *p = *cursor;

	*piece = (struct piece){ .start = p };
	if (strncmp(p, "$${", 3) == 0) {
		piece->start = p + 1;
		piece->length = 2;
		*cursor = p + 3;
		return true;
	}
	if (strncmp(p, "${", 2) == 0) {
		piece->is_name = true;
		piece->start = p + 2;
		piece->length = name_length(p + 2);
		*cursor = p + 2 + piece->length + 1;
		return piece->length > 0 && piece->length <= NAME_MAX_BYTES &&
		    (*cursor)[-1] == '}';
	}
	piece->length = literal_length(p);
	*cursor = p + piece->length;
	return true;
}

void
template_copy_name(char name[NAME_MAX_BYTES + 1], const struct piece *piece)
{
	memcpy(name, piece->start, piece->length);
	name[piece->length] = '\0';
}

bool
template_malformed(const char *template, struct error *err)
{
	return error_set(err,
	    "\"%s\": \"${\" needs a name and \"}\" behind it; \"$${\" stands "
	    "for the two characters",
	    template);
}

bool
variables_scan(
    const char *template, variables_seen *seen, void *arg, struct error *err)
{
	for (const char *cursor = template; *cursor != '\0';) {
		char name[NAME_MAX_BYTES + 1];
		struct piece piece;

		if (!template_take_piece(&cursor, &piece))
			return template_malformed(template, err);
		if (!piece.is_name)
			continue;
		template_copy_name(name, &piece);
		seen(name, arg);
	}
	return true;
}

bool
variables_rename(const char *template, variables_new_name *rename, void *arg,
    struct text *out, struct error *err)
{
	for (const char *cursor = template; *cursor != '\0';) {
		const char *start = cursor, *new_name;
		char name[NAME_MAX_BYTES + 1];
		struct piece piece;

		if (!template_take_piece(&cursor, &piece))
			return template_malformed(template, err);
		if (!piece.is_name) {
			text_add_bytes(out, start, (size_t)(cursor - start));
			continue;
		}
		template_copy_name(name, &piece);
		new_name = rename(name, arg);
		if (new_name == NULL)
			return error_set(err, "out of memory");
		text_addf(out, "${%s}", new_name);
	}
	return text_ok(out) || error_set(err, "\"%s\": too long", template);
}

bool
variables_is_one(const char *template, char name[NAME_MAX_BYTES + 1])
{
	const char *cursor = template;
	struct piece piece;

	if (!template_take_piece(&cursor, &piece) || !piece.is_name ||
	    *cursor != '\0')
		return false;
	template_copy_name(name, &piece);
	return true;
}

bool
variables_expand_params(const char *template, const struct params *params,
    struct text *out, struct error *err)
{
	for (const char *cursor = template; *cursor != '\0';) {
		char name[NAME_MAX_BYTES + 1];
		const struct param *p;
		struct piece piece;

		if (!template_take_piece(&cursor, &piece))
			return template_malformed(template, err);
		if (!piece.is_name) {
			text_add_bytes(out, piece.start, piece.length);
			continue;
		}
		template_copy_name(name, &piece);
		p = params_find(params, name);
		if (p == NULL || p->is_list)
			return error_set(err, "${%s} %s", name,
			    p == NULL ? "is no parameter that has a value" :
					"is a list, and stands in a text");
		text_add(out, p->values.items[0]);
	}
	return text_ok(out) || error_set(err, "\"%s\": too long", template);
}
