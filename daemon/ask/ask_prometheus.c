#include <stdlib.h>
#include <strings.h>

#include "daemon/ask/ask_impl.h"
#include "probe/metric_page.h"
#include "probe/promtext.h"

struct ask_prometheus {
	struct asker base;
	struct loop *loop;
	struct fetch_target *target;
	struct http_settings http; /* what the target looks at */
	const char **headers;      /* in it */
	struct metric_page *page;
	unsigned value_count;
	bool is_old; /* the page that is under way */
};

/* The sink */

static void
on_begin(void *arg, const struct fetch_answer *answer)
{
	struct ask_prometheus *a = arg;
	const struct metric_page_answer head = {
		.status = answer->status,
		.content_type = answer->content_type,
		.encoding = answer->encoding,
	};

	metric_page_begin(a->page, &head, loop_wall_ms());
}

static bool
on_bytes(void *arg, const char *bytes, size_t length)
{
	struct ask_prometheus *a = arg;

	return metric_page_bytes(a->page, bytes, length);
}

static struct fetch_verdict
on_judge(void *arg)
{
	struct ask_prometheus *a = arg;
	struct fetch_verdict v = {
		.verdict = metric_page_end(a->page, loop_now_ms(a->loop)),
	};

	if (v.verdict.outcome == SAMPLE_OK && a->value_count > 0) {
		v.values = metric_page_values(a->page);
		v.value_count = a->value_count;
	}
	if (v.verdict.outcome == SAMPLE_OK)
		v.version = metric_page_version(a->page);
	if (a->is_old)
		metric_page_forget(a->page);
	return v;
}

static bool
has_accept(const struct strings *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		if (strncasecmp(headers->items[i], "accept:", 7) == 0)
			return true;
	return false;
}

/* Its own headers, and ours where it has none that says the same. */
static void
settle(struct ask_prometheus *a, const struct http_settings *settings)
{
	const struct strings own = settings->headers;

	a->http = *settings;
	for (size_t i = 0; i < own.count; i++)
		a->headers[i] = own.items[i];
	a->http.headers = (struct strings){ a->headers, own.count };
	if (!has_accept(&own))
		a->headers[a->http.headers.count++] =
		    "Accept: " PROMTEXT_ACCEPT;
}

/* The asker */

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_prometheus *a = (struct ask_prometheus *)self;

	if (!fetch_ask(a->target, timeout_ms, fresh, done, arg))
		return false;
	a->is_old = false;
	return true;
}

static bool
is_busy(const struct asker *self)
{
	return fetch_is_busy(((const struct ask_prometheus *)self)->target);
}

static void
resettle(struct asker *self, const struct probe_settings *probe)
{
	struct ask_prometheus *a = (struct ask_prometheus *)self;
	const struct prometheus_settings *settings = probe->settings;

	settle(a, &settings->http);
	fetch_target_resettle(a->target, &a->http);
	metric_page_resettle(a->page, settings);
}

static void
forget(struct asker *self)
{
	struct ask_prometheus *a = (struct ask_prometheus *)self;

	metric_page_forget(a->page);
	a->is_old = fetch_is_busy(a->target);
}

static const char *
engine(const struct asker *self)
{
	return fetch_engine_word(
	    fetch_target_engine(((const struct ask_prometheus *)self)->target));
}

static void
release(struct asker *self)
{
	struct ask_prometheus *a = (struct ask_prometheus *)self;

	fetch_target_free(a->target);
	metric_page_free(a->page);
	free(a->headers);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = is_busy,
	.resettle = resettle,
	.release = release,
	.engine = engine,
	.forget = forget,
};

struct asker *
ask_prometheus_new(const struct asker_wish *wish, struct error *err)
{
	const struct prometheus_settings *settings = wish->settings->settings;
	struct ask_prometheus *a = calloc(1, sizeof(*a));
	struct fetch_sink sink = { on_begin, on_bytes, on_judge, a };
	struct error why = { "out of memory" };

	if (a == NULL)
		goto failed;
	a->base.ops = &ops;
	a->loop = wish->tools->loop;
	a->headers =
	    calloc(settings->http.headers.count + 1, sizeof(*a->headers));
	if (a->headers == NULL)
		goto failed;
	settle(a, &settings->http);
	a->value_count = (unsigned)wish->metric_count;
	a->page = metric_page_new_with(settings, wish->metrics,
	    wish->metric_count, wish->settings->version, &why);
	if (a->page != NULL)
		a->target =
		    fetch_target_new(wish->tools->fetch, &a->http, &sink, &why);
	if (a->target != NULL)
		return &a->base;
failed:
	if (a != NULL)
		release(&a->base);
	(void)error_set(err, "probe %s: %s", wish->settings->name, why.text);
	return NULL;
}
