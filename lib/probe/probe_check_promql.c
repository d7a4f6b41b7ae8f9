#include "probe/probe_check_impl.h"

#include <string.h>

#include "probe/promql_judge.h"
#include "probe/promql_settings.h"

static void
check_length(const struct probe_settings *p, const struct promql_settings *s,
    const struct objector *o)
{
	struct text url = text_new(PROMQL_URL_MAX);
	struct text body = text_new(PROMQL_BODY_MAX);

	if (!promql_request(s, p->timeout_ms, &url, &body))
		probe_say(o, PROBE_WRONG,
		    "query: too long for a URL; use method = \"POST\"");
	text_free(&url);
	text_free(&body);
}

void
probe_check_promql(const struct probe_settings *p, const struct objector *o)
{
	const struct promql_settings *s = p->settings;
	struct http_settings asking = s->http;

	asking.url = s->server;
	probe_check_asking(&asking, "server", o);
	if (s->server == NULL || s->query == NULL)
		return;
	if (strpbrk(s->server, "?#") != NULL ||
	    strstr(s->server, "/api/v1") != NULL)
		probe_say(o, PROBE_WRONG,
		    "server = \"%s\": name the server alone; /api/v1/query is "
		    "added",
		    s->server);
	if (s->query[strspn(s->query, " \t\r\n")] == '\0')
		probe_say(o, PROBE_WRONG, "query: it is empty");
	check_length(p, s, o);
}
