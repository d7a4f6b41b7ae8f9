/*
 * recording.h - what a daemon saw and decided, a JSON object a line.
 *
 * A line is a sample or an event:
 *
 *	{"at_ms":1000,"service":"s","probe":"p","outcome":"failed",
 *	 "latency_ms":12.5,"class":"http.status","status":503}
 *	{"at_ms":1000,"event":"deploy","service":"s","version":"v2"}
 *
 * Samples come by the million, so a quick reader takes what is written as
 * usual, and whatever it does not take goes to the strict one, which says
 * what is wrong.  The manual rollbackd-recording(5) describes every key.
 */
#ifndef SERVICE_RECORDING_H
#define SERVICE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "probe/metric_name.h"
#include "sample/sample.h"

#define RECORDING_FORMAT 1
#define RECORDING_LINE_MAX_BYTES 65536 /* without the newline */
#define RECORDING_TIME_MAX_MS (INT64_C(1) << 53)
#define RECORDING_LATENCY_MAX_MS 1e12
#define RECORDING_CLASS_MAX_BYTES 64
#define RECORDING_SCRATCH_BYTES 4096

/* Not NUL-terminated. */
struct recording_words {
	const char *bytes;
	size_t length;
};

struct recording_value {
	struct recording_words name;
	double value; /* NAN: null */
};

struct recording_sample {
	int64_t at_ms;    /* answered */
	int64_t asked_ms; /* not said: at_ms less the latency */
	int64_t now_ms;   /* when it was judged; not said: at_ms */
	struct recording_words service;
	struct recording_words probe;
	struct recording_words failure; /* "class"; length 0: none */
	struct recording_words version; /* that answered; length 0: none */
	enum sample_outcome outcome;
	double latency_ms;
	int status;
	bool is_recheck;
	bool has_value;
	double value; /* the probe's own */
	size_t value_count;
	struct recording_value values[METRIC_NAMES_MAX];
};

struct recording_line {
	struct json_object *event; /* owned; NULL: a sample */
	struct recording_sample sample;
	struct json_object *json; /* private: keeps words alive */
	char scratch[RECORDING_SCRATCH_BYTES];
};

/*
 * Words of the line point into bytes or into the line itself, until
 * recording_end().  False with the reason.
 */
bool recording_read(const char *bytes, size_t length,
    struct recording_line *line, struct error *err);
void recording_end(struct recording_line *line);

/*
 * The two that recording_read() puts together.  Where the quick one gives
 * true the strict one gives the same; where it gives false it says nothing.
 */
bool recording_read_quickly(
    const char *bytes, size_t length, struct recording_line *line);
bool recording_read_strictly(const char *bytes, size_t length,
    struct recording_line *line, struct error *err);

/*
 * Appends a line with its newline.  now_ms: when it is judged.  names: of
 * sample.values where the probe has metrics, else NULL, and values[0] is its
 * own.
 */
void recording_write_sample(struct text *out, const char *service,
    const char *probe, const struct sample *s, const struct metric_name *names,
    int64_t now_ms);

/* The shortest text that reads back as the same number; "null" without one. */
void recording_write_number(struct text *out, double value);

/* With quotation marks, and escapes where JSON needs them. */
void recording_write_words(struct text *out, const char *words);

/* ,"key":"words" and the like; without words nothing. */
void recording_add_words(struct text *out, const char *key, const char *words);
void recording_add_int(struct text *out, const char *key, int64_t value);
void recording_add_number(struct text *out, const char *key, double value);
void recording_add_flag(struct text *out, const char *key, bool value);

/*
 * Which of the metrics that are asked of a probe a name in "values" means;
 * count: none of them.
 */
size_t recording_slot(const struct metric_name *names, size_t count,
    const struct recording_words *name);

#endif
