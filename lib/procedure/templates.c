#include "procedure/templates.h"

#include <string.h>

#include "procedure/template_put.h"

/* Every option that holds templates.  A body's place depends on its type. */
static const struct {
	const char *option;
	enum template_place place;
} places[] = {
	{ "command", TEMPLATE_ARGUMENT },
	{ "check", TEMPLATE_ARGUMENT },
	{ "undo", TEMPLATE_ARGUMENT },
	{ "environment", TEMPLATE_VALUE },
	{ "url", TEMPLATE_URL },
	{ "headers", TEMPLATE_HEADER },
	{ "body", TEMPLATE_JSON },
	{ "content_type", TEMPLATE_HEADER },
	{ "extract", TEMPLATE_VALUE },
	{ "bearer_file", TEMPLATE_PATH },
	{ "username", TEMPLATE_VALUE },
	{ "password_file", TEMPLATE_PATH },
	{ "header_files", TEMPLATE_HEADER },
	{ "ca_file", TEMPLATE_PATH },
	{ "client_cert_file", TEMPLATE_PATH },
	{ "client_key_file", TEMPLATE_PATH },
	{ "units", TEMPLATE_ARGUMENT },
	{ "plugin", TEMPLATE_PATH },
	{ "settings", TEMPLATE_VALUE },
	{ "ask", TEMPLATE_VALUE },
};

static bool
is_json(const char *content_type)
{
	const char *suffix;

	if (content_type == NULL)
		return true;
	if (strncmp(content_type, "application/json",
		strlen("application/json")) == 0)
		return true;
	suffix = strstr(content_type, "+json");
	return suffix != NULL && strchr(content_type, '/') < suffix;
}

bool
template_place_of(const struct step_settings *s, const char *option,
    enum template_place *place)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].option, option) != 0)
			continue;
		*place = places[i].place;
		if (*place == TEMPLATE_JSON && !is_json(s->content_type))
			*place = TEMPLATE_VALUE;
		return true;
	}
	return false;
}

static bool
tell_strings(const char *option, enum template_place place,
    const struct strings *list, template_seen *seen, void *arg)
{
	for (size_t i = 0; i < list->count; i++)
		if (!seen(option, place, list->items[i], arg))
			return false;
	return true;
}

static bool
tell_params(const char *option, enum template_place place,
    const struct params *params, template_seen *seen, void *arg)
{
	for (size_t i = 0; i < params->count; i++)
		if (!tell_strings(
			option, place, &params->items[i].values, seen, arg))
			return false;
	return true;
}

bool
templates_of(const struct step_settings *s, template_seen *seen, void *arg)
{
	for (size_t i = 0; i < step_options.count; i++) {
		const struct option *o = &step_options.options[i];
		const void *field = (const char *)s + o->offset;
		enum template_place place;
		bool go_on = true;

		if (!template_place_of(s, o->key, &place))
			continue;
		if (o->type == OPTION_STRINGS)
			go_on = tell_strings(o->key, place, field, seen, arg);
		else if (o->type == OPTION_PARAMS)
			go_on = tell_params(o->key, place, field, seen, arg);
		else if (*(const char *const *)field != NULL)
			go_on = seen(
			    o->key, place, *(const char *const *)field, arg);
		if (!go_on)
			return false;
	}
	return true;
}

bool
template_json_check(const char *template, struct error *err)
{
	bool in_text = false;

	for (const char *p = template; *p != '\0'; p++) {
		if (strncmp(p, "$${", 3) == 0)
			p += 2;
		else if (strncmp(p, "${", 2) == 0 && !in_text)
			return error_set(err,
			    "\"%.32s\": in JSON a variable stands within a "
			    "text: write \"${NAME}\" in double quotes",
			    p);
		else if (in_text && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			in_text = !in_text;
	}
	return !in_text || error_set(err, "its last text has no closing quote");
}

bool
template_expand(enum template_place place, const char *template,
    const struct occasion *occasion, const struct plan *plan, unsigned step,
    const struct run *run, struct text *out, struct error *err)
{
	size_t start = out->length;

	if (place == TEMPLATE_ARGUMENT)
		return variables_expand(
		    template, occasion, plan, step, run, out, err);
	if (place == TEMPLATE_JSON && !template_json_check(template, err))
		return false;
	return variables_expand_with(template, occasion, plan, step, run,
		   template_put_of(place), out, err) &&
	    template_put_is_whole(
		place, out->data == NULL ? "" : out->data + start, err);
}
