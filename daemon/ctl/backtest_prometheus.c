#include "daemon/ctl/backtest_prometheus.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "daemon/ctl/backtest_prometheus_impl.h"
#include "daemon/ctl/backtest_query.h"
#include "daemon/ctl/tool.h"
#include "probe/promql_judge.h"
#include "probe/promql_settings.h"
#include "service/inputs.h"

#define QUERY_MAX_BYTES 65536

static bool
take_memory(struct column *c, size_t count)
{
	c->points.values = calloc(count, sizeof(double));
	c->points.series = calloc(count, sizeof(signed char));
	return c->points.values != NULL && c->points.series != NULL;
}

/* Asks for one metric or query; false: no memory, or nobody there. */
static enum prometheus_end
fill_column(struct asking *a, struct asked_probe *s, struct column *c,
    const char *query, bool is_counter, struct error *err)
{
	struct range_query q = { .query = query,
		.from_ms = a->from_ms,
		.step_ms = s->step_ms,
		.count = s->count,
		.is_counter = is_counter };
	size_t found = 0;

	if (!take_memory(c, s->count)) {
		(void)error_set(err, "memory is short: take a larger --step");
		return PROMETHEUS_WRONG;
	}
	switch (range_ask(a->server, &q, &c->points, err)) {
	case RANGE_DONE:
		break;
	case RANGE_REFUSED:
		tool_complain("probe %s/%s is left out: %s", s->service->name,
		    s->probe->name, err->text);
		s->is_refused = true;
		return PROMETHEUS_DONE;
	case RANGE_UNREACHABLE:
		return PROMETHEUS_UNREACHABLE;
	}
	for (size_t i = 0; i < s->count; i++)
		found += c->points.series[i] != 0;
	if (found == 0)
		tool_complain("probe %s/%s: the server remembers nothing of %s",
		    s->service->name, s->probe->name, query);
	s->found += found;
	return PROMETHEUS_DONE;
}

static enum prometheus_end
fill_metric(struct asking *a, struct asked_probe *s, size_t index,
    const struct metric_name *name, struct error *err)
{
	struct text query = text_new(QUERY_MAX_BYTES);
	struct text words = text_new(QUERY_MAX_BYTES);
	enum prometheus_end outcome = PROMETHEUS_WRONG;
	bool is_counter;

	text_addf(&words, name->is_counter ? "counter(%s)" : "%s", name->text);
	s->columns[index].name = text_take(&words);
	if (s->columns[index].name == NULL ||
	    !backtest_query(name, s->step_ms, &query, &is_counter))
		(void)error_set(err, "%s cannot be put as a query", name->text);
	else
		outcome = fill_column(a, s, &s->columns[index],
		    text_str(&query), is_counter, err);
	text_free(&words);
	text_free(&query);
	return outcome;
}

static enum prometheus_end
fill_source(struct asking *a, struct asked_probe *s, struct error *err)
{
	struct metric_name names[METRIC_NAMES_MAX];
	enum prometheus_end outcome = PROMETHEUS_DONE;

	if (s->promql != NULL) {
		s->column_count = 1;
		return fill_column(
		    a, s, &s->columns[0], s->promql->query, false, err);
	}
	s->column_count = service_metrics(s->service, s->index, names);
	for (size_t i = 0; i < s->column_count && !s->is_refused &&
	     outcome == PROMETHEUS_DONE;
	     i++)
		outcome = fill_metric(a, s, i, &names[i], err);
	return outcome;
}

static bool
can_be_asked(const struct service_settings *service, unsigned index)
{
	struct metric_name names[METRIC_NAMES_MAX];
	const struct probe_settings *p = &service->probes[index];

	return p->kind == &probe_promql ||
	    (p->kind == &probe_prometheus &&
		service_metrics(service, index, names) > 0);
}

static bool
add_source(struct asking *a, const struct service_settings *service,
    unsigned index, struct error *err)
{
	const struct probe_settings *p = &service->probes[index];
	struct asked_probe *s = &a->sources[a->source_count];

	if (!can_be_asked(service, index)) {
		tool_complain("probe %s/%s is left out: type %s is nothing "
			      "that a Prometheus server remembers",
		    service->name, p->name, p->kind->name);
		return true;
	}
	if (a->source_count == PROMETHEUS_SERIES_MAX)
		return error_set(err, "more than %d probes to ask for",
		    PROMETHEUS_SERIES_MAX);
	*s = (struct asked_probe){ .service = service,
		.probe = p,
		.index = index,
		.step_ms = a->step_ms > 0 ? a->step_ms : p->interval_ms };
	s->count = (size_t)((a->to_ms - a->from_ms) / s->step_ms) + 1;
	if (s->count > PROMETHEUS_STEPS_MAX)
		return error_set(err,
		    "%zu steps for probe %s/%s are too many: take a larger "
		    "--step, or less time",
		    s->count, service->name, p->name);
	if (p->kind == &probe_promql)
		s->promql = p->settings;
	a->source_count++;
	return true;
}

static enum prometheus_end
ask_all(struct asking *a, const struct config *c, struct error *err)
{
	enum prometheus_end outcome = PROMETHEUS_DONE;

	for (size_t i = 0; i < c->service_count; i++)
		for (unsigned k = 0; k < c->services[i].probe_count; k++)
			if (!add_source(a, &c->services[i], k, err))
				return PROMETHEUS_USAGE;
	for (size_t i = 0; i < a->source_count && outcome == PROMETHEUS_DONE;
	     i++)
		outcome = fill_source(a, &a->sources[i], err);
	return outcome;
}

/* What the probe would have said of a point. */
static enum sample_outcome
judge(const struct asked_probe *s, size_t i, double *value)
{
	const struct range_points *p = &s->columns[0].points;

	*value = p->values[i];
	if (p->series[i] == 0)
		return promql_outcome(s->promql->on_empty);
	if (p->series[i] == RANGE_MANY)
		return promql_outcome(s->promql->on_many);
	if (!isfinite(*value))
		return promql_outcome(s->promql->on_nan);
	if (p->is_warned)
		return promql_outcome(s->promql->on_warning);
	return SAMPLE_OK;
}

static void
fill_values(const struct asked_probe *s, size_t i, struct recording_sample *to)
{
	to->outcome = SAMPLE_LOST;
	to->value_count = 0;
	for (size_t k = 0; k < s->column_count; k++) {
		const struct range_points *p = &s->columns[k].points;
		struct recording_value *v = &to->values[to->value_count];

		if (p->series[i] == 0)
			continue;
		to->outcome = SAMPLE_OK;
		v->name.bytes = s->columns[k].name;
		v->name.length = strlen(v->name.bytes);
		v->value = p->values[i];
		to->value_count++;
	}
}

static bool
give(struct asking *a, struct asked_probe *s, size_t i, struct error *err)
{
	struct recording_sample *to = &a->line.sample;
	int64_t at_ms = a->from_ms + (int64_t)i * s->step_ms;

	*to = (struct recording_sample){ .at_ms = at_ms,
		.asked_ms = at_ms,
		.now_ms = at_ms,
		.service = { s->service->name, strlen(s->service->name) },
		.probe = { s->probe->name, strlen(s->probe->name) } };
	if (s->promql != NULL) {
		to->outcome = judge(s, i, &to->value);
		to->has_value = to->outcome == SAMPLE_OK && isfinite(to->value);
	} else {
		fill_values(s, i, to);
	}
	return a->take(a->arg, &a->line, err);
}

/* The source whose next point is the earliest; NULL: there is none left. */
static struct asked_probe *
next_source(struct asking *a, int64_t *at_ms)
{
	struct asked_probe *next = NULL;

	for (size_t i = 0; i < a->source_count; i++) {
		struct asked_probe *s = &a->sources[i];
		int64_t s_ms = a->from_ms + (int64_t)s->given * s->step_ms;

		if (s->is_refused || s->found == 0 || s->given == s->count ||
		    (next != NULL && s_ms >= *at_ms))
			continue;
		next = s;
		*at_ms = s_ms;
	}
	return next;
}

static bool
give_all(struct asking *a, struct error *err)
{
	struct asked_probe *s;
	int64_t at_ms = 0;

	while ((s = next_source(a, &at_ms)) != NULL)
		if (!prometheus_deployed(a, at_ms, err) ||
		    !give(a, s, s->given++, err))
			return false;
	return prometheus_deployed(a, INT64_MAX, err);
}

static bool
take_times(struct asking *a, const struct prometheus_wish *w, struct error *err)
{
	struct timespec t;
	int64_t now_ms;

	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail */
	now_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (!backtest_time_parse(w->from, now_ms, &a->from_ms))
		return error_set(err,
		    "--from %s is no moment: write 2026-11-22T12:00:00Z, "
		    "seconds since 1970, or -7d",
		    w->from);
	if (!backtest_time_parse(
		w->to == NULL ? "now" : w->to, now_ms, &a->to_ms))
		return error_set(err, "--to %s is no moment", w->to);
	if (a->to_ms < a->from_ms)
		return error_set(err, "--to is before --from");
	if (w->step != NULL &&
	    (!duration_parse(w->step, &a->step_ms) ||
		a->step_ms < PROMETHEUS_STEP_MIN_MS))
		return error_set(
		    err, "--step %s is no duration of 100ms or more", w->step);
	return prometheus_take_deploys(a, w, now_ms, err);
}

static void
end(struct asking *a)
{
	for (size_t i = 0; i < a->source_count; i++)
		for (size_t k = 0; k < METRIC_NAMES_MAX; k++) {
			struct column *c = &a->sources[i].columns[k];

			free(c->name);
			free(c->points.values);
			free(c->points.series);
		}
	range_server_free(a->server);
	free(a);
}

enum prometheus_end
prometheus_read(const struct prometheus_wish *wish, const struct config *config,
    prometheus_take *take, void *arg, struct error *err)
{
	struct range_access access = { .url = wish->url,
		.token_file = wish->token_file,
		.user = wish->user,
		.password_file = wish->password_file,
		.ca_file = wish->ca_file };
	struct asking *a = calloc(1, sizeof(*a));
	enum prometheus_end outcome = PROMETHEUS_USAGE;

	if (a == NULL) {
		(void)error_set(err, "memory is short");
		return PROMETHEUS_WRONG;
	}
	a->take = take;
	a->arg = arg;
	if (take_times(a, wish, err))
		a->server = range_server_new(&access, err);
	if (a->server != NULL)
		outcome = ask_all(a, config, err);
	if (outcome == PROMETHEUS_DONE && !give_all(a, err))
		outcome = PROMETHEUS_WRONG;
	end(a);
	return outcome;
}
