/* Deployments that are named on the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "daemon/ctl/backtest_prometheus_impl.h"

#define WORDS_MAX 512
#define LINE_MAX_BYTES 1024

static bool
read_deploy(
    struct deploy *d, const char *words, int64_t now_ms, struct error *err)
{
	const char *equals = strchr(words, '='), *at = strrchr(words, '@');
	const char *comma;
	size_t length;

	if (equals == NULL || at == NULL || at < equals ||
	    strlen(words) > WORDS_MAX)
		return error_set(err,
		    "--deploy %.100s: write SERVICE=VERSION@TIME or "
		    "SERVICE=VERSION,PREVIOUS@TIME",
		    words);
	comma = memchr(equals, ',', (size_t)(at - equals));
	length = (size_t)((comma == NULL ? at : comma) - equals) - 1;
	(void)snprintf(
	    d->version, sizeof(d->version), "%.*s", (int)length, equals + 1);
	if (comma != NULL)
		(void)snprintf(d->previous, sizeof(d->previous), "%.*s",
		    (int)(at - comma) - 1, comma + 1);
	d->service = words;
	if (!name_is_valid(d->version) ||
	    (comma != NULL && !name_is_valid(d->previous)))
		return error_set(err, "--deploy %.100s: no version", words);
	return backtest_time_parse(at + 1, now_ms, &d->at_ms) ||
	    error_set(err, "--deploy %.100s: %s is no moment", words, at + 1);
}

static int
compare_deploys(const void *a, const void *b)
{
	const struct deploy *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return strcmp(x->service, y->service);
}

bool
prometheus_take_deploys(struct asking *a, const struct prometheus_wish *w,
    int64_t now_ms, struct error *err)
{
	for (size_t i = 0; i < w->deploy_count; i++)
		if (!read_deploy(&a->deploys[a->deploy_count++], w->deploys[i],
			now_ms, err))
			return false;
	qsort(a->deploys, a->deploy_count, sizeof(a->deploys[0]),
	    compare_deploys);
	return true;
}

static bool
give_deploy(struct asking *a, const struct deploy *d, struct error *err)
{
	char service[WORDS_MAX + 1], line[LINE_MAX_BYTES];
	struct text out = text_over(line, sizeof(line));
	bool ok;

	(void)snprintf(service, sizeof(service), "%.*s",
	    (int)strcspn(d->service, "="), d->service);
	text_add(&out, "{\"event\":\"deploy\"");
	recording_add_int(&out, "at_ms", d->at_ms);
	recording_add_words(&out, "service", service);
	recording_add_words(&out, "version", d->version);
	recording_add_words(&out, "previous", d->previous);
	text_add_char(&out, '}');
	if (!recording_read(text_str(&out), out.length, &a->line, err))
		return false;
	ok = a->take(a->arg, &a->line, err);
	recording_end(&a->line);
	return ok;
}

bool
prometheus_deployed(struct asking *a, int64_t at_ms, struct error *err)
{
	while (a->deployed < a->deploy_count &&
	    a->deploys[a->deployed].at_ms <= at_ms)
		if (!give_deploy(a, &a->deploys[a->deployed++], err))
			return false;
	return true;
}
