/* Can deployments be seen that nobody tells of? */
#include "config/check_impl.h"

#include <string.h>

#include "config/suggest.h"
#include "probe/http_settings.h"
#include "probe/selector.h"
#include "probe/version_read.h"

#define HINT_BYTES 128

static const struct probe_settings *
find_probe(struct check *c, const struct service_settings *s)
{
	struct suggestion near = suggest_new(s->discover.probe);
	char buffer[HINT_BYTES];

	for (size_t i = 0; i < s->probe_count; i++) {
		if (s->probes[i].name == NULL)
			continue;
		if (strcmp(s->probes[i].name, s->discover.probe) == 0)
			return &s->probes[i];
		suggest_consider(&near, s->probes[i].name);
	}
	check_wrong(c, s->discover.source,
	    "discover: service \"%s\" has no probe \"%s\"%s", s->name,
	    s->discover.probe, suggest_text(&near, buffer));
	return NULL;
}

static void
check_http(struct check *c, const struct discover_settings *d,
    const struct http_settings *http)
{
	struct error why = { "" };

	if (d->from.pointer == NULL || d->from.selector != NULL ||
	    d->from.label != NULL)
		check_wrong(c, d->source,
		    "discover: of an http probe the version is at a pointer "
		    "into its JSON body: pointer = \"/version\"");
	else if (!version_pointer_check(d->from.pointer, &why))
		check_wrong(c, d->source, "discover: %s", why.text);
	else if (http != NULL && http->method == HTTP_HEAD)
		check_wrong(c, d->source,
		    "discover: a HEAD answer has no body to name a version");
}

static void
check_prometheus(struct check *c, const struct discover_settings *d)
{
	struct error why = { "" };
	struct selector *selector;

	if (d->from.selector == NULL || d->from.label == NULL ||
	    d->from.pointer != NULL) {
		check_wrong(c, d->source,
		    "discover: of a prometheus probe the version is a label of "
		    "a series: selector = \"build_info\"; label = "
		    "\"version\"");
		return;
	}
	selector = selector_new(d->from.selector, &why);
	if (selector == NULL)
		check_wrong(c, d->source, "discover: selector \"%s\" %s",
		    d->from.selector, why.text);
	selector_free(selector);
}

void
check_discover(struct check *c, const struct service_settings *s)
{
	const struct discover_settings *d = &s->discover;
	const struct probe_settings *p;

	if (!d->is_given || d->probe == NULL)
		return;
	p = find_probe(c, s);
	if (p == NULL || p->kind == NULL)
		return;
	if (p->kind == &probe_http)
		check_http(c, d, p->settings);
	else if (p->kind == &probe_prometheus)
		check_prometheus(c, d);
	else if (p->kind != &probe_command)
		check_wrong(c, d->source,
		    "discover: probe \"%s\" is of type %s, and only answers of "
		    "http, prometheus and command name a version",
		    p->name, p->kind->name);
	else if (d->from.pointer != NULL || d->from.selector != NULL ||
	    d->from.label != NULL)
		check_wrong(c, d->source,
		    "discover: of a command probe the version is the first "
		    "line of its output: leave pointer, selector and label "
		    "out");
}
