#include "probe/metric_page.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "probe/metric.h"
#include "probe/promtext.h"
#include "probe/version_read.h"

/* Where nothing is asked for, the page is only read. */
#define NOTHING "{__name__=\"no:series:at:all\"}"
#define STATUS_GOOD 200

struct metric_page {
	const struct prometheus_settings *settings;
	struct promtext *parser;
	struct selector *nothing;
	size_t count; /* asked for; freshness comes behind them */
	size_t metric_count;
	struct metric *metrics[METRIC_NAMES_MAX + 1];
	/* ... and the one whose label names a version behind that. */
	struct selector *selectors[METRIC_NAMES_MAX + 2];
	char *names[METRIC_NAMES_MAX + 1]; /* for people */
	double values[METRIC_NAMES_MAX + 1];
	struct selector *versioned; /* NULL: no version is wanted */
	char *label;

	/* This page. */
	struct metric_page_answer answer;
	char content_type[SAMPLE_DETAIL_MAX];
	char encoding[SAMPLE_DETAIL_MAX];
	bool is_metrics; /* by what stands above it */
	bool is_refused; /* by the parser */
	int64_t wall_ms;
	int64_t bytes;
	unsigned series[METRIC_NAMES_MAX + 1];
	const char *flood;                /* the metric with too many series */
	char version[SAMPLE_VERSION_MAX]; /* "": none yet */
	bool has_versions;                /* more than one */

	/* Freshness: what it was when it changed last. */
	double fresh_value;
	int64_t fresh_ms;
	bool was_fresh;
};

static struct http_verdict
verdict(enum sample_outcome outcome, const char *failure)
{
	return (struct http_verdict){ .outcome = outcome, .failure = failure };
}

__attribute__((format(printf, 3, 4))) static struct http_verdict
because(enum sample_outcome outcome, const char *failure, const char *fmt, ...)
{
	struct http_verdict v = verdict(outcome, failure);
	char words[ERROR_TEXT_MAX];
	struct text raw = text_over(words, sizeof(words));
	struct text t = text_over(v.detail, sizeof(v.detail));
	va_list ap;

	va_start(ap, fmt);
	text_addv(&raw, fmt, ap);
	va_end(ap);
	text_add_escaped(&t, words, strlen(words));
	return v;
}

/* The parser's words, which are safe to show. */
static struct http_verdict
refused(const struct metric_page *p)
{
	struct http_verdict v = verdict(SAMPLE_FAILED, "metrics.syntax");
	const char *words = promtext_error(p->parser);
	size_t length = strnlen(words, sizeof(v.detail) - 1);

	/* A condition of ours that does not end says nothing of the target. */
	if (promtext_gave_up(p->parser))
		v = verdict(SAMPLE_LOST, "metrics.too_slow");
	/* Where it is cut, it is cut before a character. */
	while (length > 0 && ((unsigned char)words[length] & 0xc0) == 0x80)
		length--;
	memcpy(v.detail, words, length);
	return v;
}

/* Samples */

static bool
is_of_now(const struct metric_page *p, const struct promtext_sample *s)
{
	return !s->has_timestamp ||
	    (s->timestamp_ms >= p->wall_ms - p->settings->max_age_ms &&
		s->timestamp_ms <= p->wall_ms + METRIC_AHEAD_MAX_MS);
}

static void
take_version(struct metric_page *p, const struct promtext_sample *s)
{
	char said[SAMPLE_VERSION_MAX];
	size_t length = strlen(p->label);

	for (size_t i = 0; i < s->label_count; i++) {
		const struct metric_label *l = &s->labels[i];

		if (l->name.length != length ||
		    memcmp(l->name.bytes, p->label, length) != 0 ||
		    !version_read_words(l->value.bytes, l->value.length, said))
			continue;
		if (p->version[0] != '\0' && strcmp(p->version, said) != 0)
			p->has_versions = true;
		memcpy(p->version, said, sizeof(p->version));
	}
}

static void
on_sample(void *arg, const struct promtext_sample *s)
{
	struct metric_page *p = arg;

	if (p->versioned != NULL && s->selector == p->metric_count &&
	    is_of_now(p, s))
		take_version(p, s);
	if (s->selector >= p->metric_count || p->flood != NULL)
		return;
	/* Also what is too old is more than we were told to take. */
	if (!s->is_repeated &&
	    ++p->series[s->selector] > p->settings->max_series)
		p->flood = p->names[s->selector];
	else if (is_of_now(p, s) && !metric_add(p->metrics[s->selector], s))
		p->flood = p->names[s->selector];
}

/* The verdict */

static struct http_verdict
judge_head(const struct metric_page *p)
{
	if (p->answer.status != STATUS_GOOD)
		return because(SAMPLE_FAILED, "http.status", "%d, expected %d",
		    p->answer.status, STATUS_GOOD);
	if (p->answer.encoding != NULL)
		return because(SAMPLE_FAILED, "metrics.format",
		    "content encoding %s was not asked for",
		    p->answer.encoding);
	if (!p->is_metrics)
		return because(SAMPLE_FAILED, "metrics.format",
		    "content type %s is none of metrics",
		    p->answer.content_type);
	return verdict(SAMPLE_OK, NULL);
}

static struct http_verdict
judge_body(struct metric_page *p)
{
	char size[DURATION_TEXT_MAX];

	if (!p->is_refused && p->bytes > p->settings->max_bytes)
		return because(SAMPLE_LOST, "metrics.too_large",
		    "the page is longer than max_size %s",
		    size_text(p->settings->max_bytes, size));
	if (p->flood != NULL)
		return because(SAMPLE_LOST, "metrics.too_many_series",
		    "more than max_series %u of %s", p->settings->max_series,
		    p->flood);
	if (p->is_refused || !promtext_finish(p->parser))
		return refused(p);
	return verdict(SAMPLE_OK, NULL);
}

static void
measure(struct metric_page *p, int64_t now_ms)
{
	for (size_t i = 0; i < p->metric_count; i++)
		p->values[i] = metric_end(p->metrics[i], now_ms);
}

static struct http_verdict
judge_freshness(struct metric_page *p, int64_t now_ms)
{
	const struct prometheus_freshness *f = &p->settings->freshness;
	double value = p->values[p->count];
	char age[DURATION_TEXT_MAX];

	if (!f->given)
		return verdict(SAMPLE_OK, NULL);
	if (isnan(value))
		return because(SAMPLE_LOST, "metrics.frozen",
		    "%s says nothing of the page's age", p->names[p->count]);
	if (!p->was_fresh || value != p->fresh_value) {
		p->was_fresh = true;
		p->fresh_value = value;
		p->fresh_ms = now_ms;
	}
	if (now_ms - p->fresh_ms < f->max_age_ms)
		return verdict(SAMPLE_OK, NULL);
	return because(SAMPLE_LOST, "metrics.frozen", "unchanged for %s: %s",
	    duration_text(now_ms - p->fresh_ms, age), p->names[p->count]);
}

static struct http_verdict
judge_absence(const struct metric_page *p)
{
	if (p->settings->on_absent == PROMETHEUS_ABSENT_FAILED)
		for (size_t i = 0; i < p->count; i++)
			if (!metric_is_there(p->metrics[i]))
				return because(SAMPLE_FAILED, "metrics.absent",
				    "not on the page: %s", p->names[i]);
	return verdict(SAMPLE_OK, NULL);
}

/* Making one */

static bool
add_metric(struct metric_page *p, struct metric_name name, struct error *err)
{
	struct error why = { "" };
	size_t at = p->metric_count;

	p->metrics[at] = metric_new(name, p->settings->max_series, &why);
	if (p->metrics[at] == NULL)
		return error_set(err, "metric \"%s\": %s", name.text, why.text);
	p->metric_count++;
	p->selectors[at] = metric_selector(p->metrics[at]);
	p->names[at] = strdup(name.text);
	return p->names[at] != NULL || error_set(err, "out of memory");
}

static bool
add_metrics(struct metric_page *p, const struct metric_name *names,
    size_t count, struct error *err)
{
	struct metric_name fresh = { p->settings->freshness.metric, false };

	assert(count <= METRIC_NAMES_MAX);
	p->count = count;
	for (size_t i = 0; i < count; i++)
		if (!add_metric(p, names[i], err))
			return false;
	if (p->settings->freshness.given && !add_metric(p, fresh, err))
		return false;
	return true;
}

/* Behind the metrics; where nothing is asked for, what is on no page. */
static bool
add_version(struct metric_page *p, const struct version_source *version,
    struct error *err)
{
	if (version != NULL && version->selector != NULL) {
		p->versioned = selector_new(version->selector, err);
		p->label = strdup(version->label);
		p->selectors[p->metric_count] = p->versioned;
		if (p->versioned != NULL && p->label == NULL)
			return error_set(err, "out of memory");
		return p->versioned != NULL;
	}
	if (p->metric_count > 0)
		return true;
	p->nothing = selector_new(NOTHING, err);
	p->selectors[0] = p->nothing;
	return p->nothing != NULL;
}

/* Room for all that the metrics may have, and one to notice that more come. */
static bool
make_parser(struct metric_page *p, struct error *err)
{
	size_t selectors =
	    p->metric_count + (p->versioned != NULL || p->nothing != NULL);
	size_t series = selectors * p->settings->max_series + 1;
	struct promtext_settings settings = {
		.limits = { .bytes = p->settings->max_bytes + 1 },
	};

	settings.limits.series = series < PROMTEXT_SERIES_MAX ?
	    (unsigned)series :
	    PROMTEXT_SERIES_MAX;
	p->parser =
	    promtext_new(&settings, p->selectors, selectors, on_sample, p, err);
	return p->parser != NULL;
}

struct metric_page *
metric_page_new(const struct prometheus_settings *settings,
    const struct metric_name *names, size_t count, struct error *err)
{
	return metric_page_new_with(settings, names, count, NULL, err);
}

struct metric_page *
metric_page_new_with(const struct prometheus_settings *settings,
    const struct metric_name *names, size_t count,
    const struct version_source *version, struct error *err)
{
	struct metric_page *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)error_set(err, "out of memory");
		return NULL;
	}
	p->settings = settings;
	if (add_metrics(p, names, count, err) && add_version(p, version, err) &&
	    make_parser(p, err))
		return p;
	metric_page_free(p);
	return NULL;
}

void
metric_page_resettle(
    struct metric_page *p, const struct prometheus_settings *settings)
{
	p->settings = settings;
}

static const char *
copy(char *buffer, size_t size, const char *text)
{
	struct text t = text_over(buffer, size);

	if (text == NULL)
		return NULL;
	text_add(&t, text);
	return buffer;
}

void
metric_page_begin(struct metric_page *p,
    const struct metric_page_answer *answer, int64_t wall_ms)
{
	enum promtext_format format = PROMTEXT_TEXT;

	p->answer = (struct metric_page_answer){
		.status = answer->status,
		.content_type = copy(p->content_type, sizeof(p->content_type),
		    answer->content_type),
		.encoding =
		    copy(p->encoding, sizeof(p->encoding), answer->encoding),
	};
	p->is_metrics = promtext_format_of(answer->content_type, &format);
	p->is_refused = false;
	p->wall_ms = wall_ms;
	p->bytes = 0;
	p->flood = NULL;
	p->version[0] = '\0';
	p->has_versions = false;
	promtext_begin(p->parser, format);
	for (size_t i = 0; i < p->metric_count; i++) {
		p->series[i] = 0;
		metric_begin(p->metrics[i]);
	}
}

/* The rest of a page that is bad already is let pass, so as to hang up on
 * nobody. */
bool
metric_page_bytes(struct metric_page *p, const char *bytes, size_t length)
{
	p->bytes += (int64_t)length;
	if (p->bytes > p->settings->max_bytes)
		return false;
	if (judge_head(p).outcome != SAMPLE_OK || p->is_refused ||
	    p->flood != NULL)
		return true;
	if (!promtext_feed(p->parser, bytes, length))
		p->is_refused = true;
	return true;
}

struct http_verdict
metric_page_end(struct metric_page *p, int64_t now_ms)
{
	struct http_verdict v = judge_head(p);

	if (v.outcome == SAMPLE_OK)
		v = judge_body(p);
	if (v.outcome != SAMPLE_OK)
		return v;
	measure(p, now_ms);
	v = judge_freshness(p, now_ms);
	return v.outcome == SAMPLE_OK ? judge_absence(p) : v;
}

void
metric_page_forget(struct metric_page *p)
{
	for (size_t i = 0; i < p->metric_count; i++)
		metric_forget(p->metrics[i]);
}

const double *
metric_page_values(const struct metric_page *p)
{
	return p->values;
}

const char *
metric_page_version(const struct metric_page *p)
{
	return p->version[0] == '\0' || p->has_versions ? NULL : p->version;
}

void
metric_page_free(struct metric_page *p)
{
	if (p == NULL)
		return;
	selector_free(p->versioned);
	free(p->label);
	promtext_free(p->parser);
	selector_free(p->nothing);
	for (size_t i = 0; i < p->metric_count; i++) {
		metric_free(p->metrics[i]);
		free(p->names[i]);
	}
	free(p);
}
