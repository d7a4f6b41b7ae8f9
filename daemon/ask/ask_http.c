#include <stdlib.h>

#include "daemon/ask/ask_impl.h"

struct ask_http {
	struct asker base;
	struct fetch_target *target;
};

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_http *a = (struct ask_http *)self;

	return fetch_ask(a->target, timeout_ms, fresh, done, arg);
}

static bool
is_busy(const struct asker *self)
{
	return fetch_is_busy(((const struct ask_http *)self)->target);
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	struct ask_http *a = (struct ask_http *)self;

	fetch_target_resettle(a->target, settings->settings);
}

static const char *
engine(const struct asker *self)
{
	return fetch_engine_word(
	    fetch_target_engine(((const struct ask_http *)self)->target));
}

static void
release(struct asker *self)
{
	struct ask_http *a = (struct ask_http *)self;

	fetch_target_free(a->target);
	free(a);
}

/* Gives the target away, or frees it. */
static struct asker *
wrap(const struct asker_ops *ops, struct fetch_target *t, struct error *err)
{
	struct ask_http *a = t == NULL ? NULL : calloc(1, sizeof(*a));

	if (a != NULL) {
		a->base.ops = ops;
		a->target = t;
		return &a->base;
	}
	if (t != NULL)
		(void)error_set(err, "out of memory");
	fetch_target_free(t);
	return NULL;
}

static struct asker *
like(const struct asker *self, struct error *err)
{
	const struct ask_http *a = (const struct ask_http *)self;

	return wrap(self->ops, fetch_target_new_like(a->target, err), err);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = is_busy,
	.resettle = resettle,
	.release = release,
	.engine = engine,
	.like = like,
};

struct asker *
ask_http_new(const struct asker_wish *wish, struct error *err)
{
	const struct version_source *version = wish->settings->version;
	struct fetch_target *t = fetch_target_new(
	    wish->tools->fetch, wish->settings->settings, NULL, err);

	if (t == NULL || version == NULL || version->pointer == NULL ||
	    fetch_target_find_version(t, version->pointer))
		return wrap(&ops, t, err);
	(void)error_set(err, "no memory for probe %s", wish->settings->name);
	fetch_target_free(t);
	return NULL;
}
