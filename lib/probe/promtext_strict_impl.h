/*
 * promtext_strict_impl.h - what the specifications want to hold between the
 * lines of a page, for the files that see to it: promtext_strict.c (families),
 * promtext_strict_open.c (samples of OpenMetrics), promtext_strict_text.c
 * (samples of text 0.0.4) and promtext_strict_points.c (histograms and
 * summaries).
 */
#ifndef PROBE_PROMTEXT_STRICT_IMPL_H
#define PROBE_PROMTEXT_STRICT_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/promtext_impl.h"

#define STRICT_SUFFIX_MAX 16
#define STRICT_EXEMPLAR_CHARS_MAX 128

/* Which value of its metric a sample is. */
enum part {
	PART_VALUE, /* no suffix */
	PART_TOTAL,
	PART_CREATED,
	PART_BUCKET,
	PART_COUNT,
	PART_SUM,
	PART_GCOUNT,
	PART_GSUM,
	PART_INFO,
	PART_NONE, /* not of this family */
};

/*
 * One metric: the samples that have all labels in common but le, quantile or
 * the state; of OpenMetrics, its newest point.
 */
struct metric {
	uint64_t line; /* of the last sample */
	double le;     /* the last bucket's */
	double bucket; /* its value */
	double quantile;
	double count;
	long double timestamp;
	bool has_timestamp;
	bool has_bucket;
	bool has_quantile;
	bool has_count;
	bool has_sum;
	bool has_total;
	bool has_negative_le;
	bool has_negative_sum;
};

struct strict {
	enum promtext_format format;
	struct series_set series;  /* mark: the point it was last in */
	struct series_set names;   /* of families, and what they may make */
	struct series_set metrics; /* mark: index */
	struct metric *states;     /* metrics.max of them */
	size_t state_count;
	size_t first_state; /* of the family */
	uint32_t point;     /* counts them */
	struct metric *current;

	bool has_family;
	char *name; /* with room for a suffix */
	size_t name_length;
	uint64_t line; /* where it begins */
	enum promtext_type type;
	bool has_type;
	bool has_help;
	bool has_unit;
	bool has_words_of_unit;
	bool has_samples;
};

/* What a sample's name adds to that of its family of that type. */
enum part strict_part(const struct strict *s, struct metric_slice name);

/* The suffix of a part; "" for PART_VALUE. */
const char *strict_suffix(enum part part);

/* NULL: there is no such label, or it is empty. */
const struct metric_label *strict_label(
    const struct label_list *list, struct metric_slice name);

/* The metric of the sample; is_new: its first sample.  NULL: failed. */
struct metric *strict_metric(struct promtext *p, enum part part, bool *is_new);

/* Bounds, order and value of a bucket or a quantile. */
bool strict_bucket(struct promtext *p, struct metric *m);
bool strict_quantile(struct promtext *p, struct metric *m);

/* All that the format wants of a point is there, now that it was seen. */
bool strict_end_of_point(struct promtext *p, const struct metric *m);

/* The sample's rules but for those of families. */
bool strict_open_sample(struct promtext *p, enum part part);
bool strict_text_sample(struct promtext *p, enum part part);

#endif
