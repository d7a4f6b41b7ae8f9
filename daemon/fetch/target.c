#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/fetch_impl.h"

static bool
choose_engine(struct fetch_target *t, struct error *err)
{
	if (lean_join(t) || curl_join(t))
		return true;
	return error_set(err, "out of memory or descriptors");
}

static struct fetch_target *
target_new(struct fetch *f, struct fetch_form *form)
{
	struct fetch_target *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->fetch = f;
	t->form = form;
	return t;
}

static bool
add_sink(struct fetch_target *t, const struct fetch_sink *sink)
{
	if (sink == NULL)
		return true;
	t->sink = malloc(sizeof(*sink));
	if (t->sink != NULL)
		*t->sink = *sink;
	return t->sink != NULL;
}

/* Public functions */

struct fetch_target *
fetch_target_new(struct fetch *f, const struct http_settings *settings,
    const struct fetch_sink *sink, struct error *err)
{
	struct fetch_form *form = form_new(settings, err);
	struct fetch_target *t;

	if (form == NULL)
		return NULL;
	t = target_new(f, form);
	if (t == NULL || !add_sink(t, sink)) {
		(void)error_set(err, "out of memory");
		goto failed;
	}
	if (choose_engine(t, err))
		return t;
failed:
	if (t == NULL)
		form_free(form);
	fetch_target_free(t);
	return NULL;
}

struct fetch_target *
fetch_target_new_like(const struct fetch_target *other, struct error *err)
{
	struct fetch_target *t = target_new(other->fetch, other->form);

	if (t == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	t->form->target_count++;
	if (choose_engine(t, err))
		return t;
	fetch_target_free(t);
	return NULL;
}

void
fetch_target_resettle(
    struct fetch_target *t, const struct http_settings *settings)
{
	t->form->settings = settings;
	http_judge_resettle(t->form->judge, &settings->expect);
}

bool
fetch_target_find_version(struct fetch_target *t, const char *pointer)
{
	t->form->version_pointer = strdup(pointer);
	t->form->reads_body = true;
	return t->form->version_pointer != NULL;
}

const char *
fetch_engine_word(enum fetch_engine engine)
{
	return engine == FETCH_LEAN ? "lean" : "curl";
}

enum fetch_engine
fetch_target_engine(const struct fetch_target *t)
{
	return t->engine->name;
}

void
fetch_target_free(struct fetch_target *t)
{
	if (t == NULL)
		return;
	question_drop(t);
	lean_leave(t);
	curl_leave(t);
	form_free(t->form);
	free(t->sink);
	free(t);
}
