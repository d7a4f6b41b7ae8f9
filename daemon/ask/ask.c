#include "daemon/ask/ask_impl.h"

static const struct {
	const struct option_kind *kind;
	asker_create *create;
} kinds[] = {
	{ &probe_http, ask_http_new },
	{ &probe_tcp, ask_tcp_new },
	{ &probe_tls, ask_tls_new },
	{ &probe_prometheus, ask_prometheus_new },
	{ &probe_push, ask_push_new },
	{ &probe_command, ask_command_new },
	{ &probe_promql, ask_promql_new },
};

struct asker *
asker_new(const struct ask_tools *tools, const char *owner,
    const struct probe_settings *settings, const struct metric_name *metrics,
    size_t metric_count, struct error *err)
{
	struct asker_wish wish = {
		.tools = tools,
		.owner = owner,
		.settings = settings,
		.metrics = metrics,
		.metric_count = metric_count,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == settings->kind)
			/* The kind borrows it for the call. */
			/* cppcheck-suppress returnDanglingLifetime */
			return kinds[i].create(&wish, err);
	(void)error_set(err, "probe %s: nobody can ask a probe of type %s",
	    settings->name, settings->kind->name);
	return NULL;
}

struct asker *
asker_new_like(const struct asker *first, const struct ask_tools *tools,
    const char *owner, const struct probe_settings *settings,
    const struct metric_name *metrics, size_t metric_count, struct error *err)
{
	if (first->ops->like != NULL)
		return first->ops->like(first, err);
	return asker_new(tools, owner, settings, metrics, metric_count, err);
}

void
asker_free(struct asker *a)
{
	if (a != NULL)
		a->ops->release(a);
}

void
asker_resettle(struct asker *a, const struct probe_settings *settings)
{
	a->ops->resettle(a, settings);
}

bool
asker_ask(struct asker *a, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	return a->ops->ask(a, timeout_ms, fresh, done, arg);
}

void
asker_begin(struct asker *a, bool is_polled)
{
	if (a->ops->begin != NULL)
		a->ops->begin(a, is_polled);
}

void
asker_forget(struct asker *a)
{
	if (a->ops->forget != NULL)
		a->ops->forget(a);
}

bool
asker_beat(struct asker *a, const struct beat *beat)
{
	if (a->ops->beat == NULL)
		return false;
	a->ops->beat(a, beat);
	return true;
}

bool
asker_is_busy(const struct asker *a)
{
	return a->ops->is_busy(a);
}

const char *
asker_engine(const struct asker *a)
{
	return a->ops->engine == NULL ? NULL : a->ops->engine(a);
}
