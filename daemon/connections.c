#include "daemon/connections.h"

#include "probe/http_settings.h"
#include "probe/probe_settings.h"
#include "probe/prometheus_settings.h"
#include "probe/promql_settings.h"

static const struct http_settings *
http_of(const struct probe_settings *p)
{
	if (p->kind == &probe_http)
		return p->settings;
	if (p->kind == &probe_prometheus) {
		const struct prometheus_settings *s = p->settings;

		return &s->http;
	}
	if (p->kind == &probe_promql) {
		const struct promql_settings *s = p->settings;

		return &s->http;
	}
	return NULL;
}

static size_t
count(const struct probe_settings *probes, size_t probe_count)
{
	size_t kept = 0;

	for (size_t i = 0; i < probe_count; i++) {
		const struct http_settings *http = http_of(&probes[i]);

		kept += http != NULL && !http->fresh_connection;
	}
	return kept;
}

void
connections_tell(
    const struct config *c, const struct descriptors *d, struct text *out)
{
	size_t targets = count(c->witnesses, c->witness_count);

	for (size_t i = 0; i < c->service_count; i++)
		targets +=
		    count(c->services[i].probes, c->services[i].probe_count);
	descriptors_tell(d, targets, out);
}
