#include "procedure/template_put.h"

#include <string.h>

static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (is_control((unsigned char)*text))
			return true;
	return false;
}

static bool
put_as_it_is(
    struct text *out, const char *value, bool is_first, struct error *err)
{
	(void)is_first;
	(void)err;
	text_add(out, value);
	return true;
}

static bool
put_without_control(
    struct text *out, const char *value, bool is_first, struct error *err)
{
	if (has_control(value))
		return error_set(err, "its value holds a control character");
	return put_as_it_is(out, value, is_first, err);
}

static bool
is_unreserved(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' && strchr("-._~", c) != NULL);
}

static bool
is_of_address(char c)
{
	return is_unreserved(c) ||
	    (c != '\0' && strchr(":/?#[]!$&'()*+,;=%", c) != NULL);
}

/* Scheme and host, and perhaps a path: no name and password before the host. */
static bool
put_address(struct text *out, const char *value, struct error *err)
{
	if (strncmp(value, "http://", 7) != 0 &&
	    strncmp(value, "https://", 8) != 0)
		return error_set(
		    err, "its value does not begin with http:// or https://");
	for (const char *p = value; *p != '\0'; p++)
		if (!is_of_address(*p))
			return error_set(
			    err, "its value holds what no address may");
	text_add(out, value);
	return true;
}

static bool
put_in_url(
    struct text *out, const char *value, bool is_first, struct error *err)
{
	if (is_first)
		return put_address(out, value, err);
	for (; *value != '\0'; value++) {
		if (is_unreserved(*value))
			text_add_char(out, *value);
		else
			text_addf(out, "%%%02X", (unsigned char)*value);
	}
	return true;
}

static bool
put_in_json(
    struct text *out, const char *value, bool is_first, struct error *err)
{
	(void)is_first;
	(void)err;
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			text_addf(out, "\\%c", c);
		else if (is_control(c))
			text_addf(out, "\\u%04x", c);
		else
			text_add_char(out, *value);
	}
	return true;
}

variables_put *
template_put_of(enum template_place place)
{
	switch (place) {
	case TEMPLATE_ARGUMENT:
	case TEMPLATE_VALUE:
		return put_as_it_is;
	case TEMPLATE_URL:
		return put_in_url;
	case TEMPLATE_JSON:
		return put_in_json;
	case TEMPLATE_HEADER:
	case TEMPLATE_PATH:
		return put_without_control;
	}
	return put_without_control;
}

/* Would the path climb, once it is made short? */
static bool
has_dots(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/?#");

		if ((length == 1 && path[0] == '.') ||
		    (length == 2 && strncmp(path, "..", 2) == 0))
			return true;
		if (path[length] != '/')
			return false;
		path += length + 1;
	}
}

static bool
is_whole_url(const char *url, struct error *err)
{
	const char *host = strstr(url, "://");

	if (host == NULL)
		return error_set(err, "\"%s\" is no address", url);
	host += 3;
	if (strcspn(host, "/?#") == 0)
		return error_set(err, "\"%s\" has no host", url);
	return !has_dots(host) ||
	    error_set(err, "\"%s\" has \".\" or \"..\" in its path", url);
}

bool
template_put_is_whole(
    enum template_place place, const char *whole, struct error *err)
{
	if (place == TEMPLATE_URL)
		return is_whole_url(whole, err);
	if (place == TEMPLATE_HEADER && has_control(whole))
		return error_set(err, "it holds a control character");
	if (place != TEMPLATE_PATH)
		return true;
	if (whole[0] != '/')
		return error_set(err, "\"%s\" is no absolute path", whole);
	return !has_dots(whole) ||
	    error_set(err, "\"%s\" has \".\" or \"..\" in it", whole);
}
