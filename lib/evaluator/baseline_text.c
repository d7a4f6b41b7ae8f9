/*
 * {"version":1,"age_ms":..,"samples":..,"mature":..,"pinned":..,"random":..,
 *  "slices":[[middle,stray,samples,learned_ms],..],
 *  "held":[age_ms,..],
 *  "open":{"age_ms":..,"last_ms":..,"learned_ms":..,"samples":..,
 *          "drawn":[value,..]}}
 *
 * Slices from the oldest to the newest, of which as many as "held" has ages
 * are held back.  Ages are as of the newest time heard of.
 */
#include <inttypes.h>
#include <math.h>

#include "base/json.h"
#include "evaluator/baseline_impl.h"

#define VERSION 1
#define AGE_MAX_MS (INT64_C(1000) * 366 * 24 * 3600 * 1000)

static void
add_slices(const struct baseline *b, struct text *out)
{
	text_add(out, ",\"slices\":[");
	for (unsigned i = 0; i < b->count; i++) {
		const struct baseline_slice *s =
		    &b->slices[(b->first + i) % SLICES_MAX];

		text_addf(out, "%s[%.9g,%.9g,%" PRIu32 ",%" PRIu32 "]",
		    i == 0 ? "" : ",", (double)s->middle, (double)s->stray,
		    s->samples, s->learned_ms);
	}
	text_add(out, "],\"held\":[");
	for (unsigned i = b->count - b->held; i < b->count; i++) {
		const struct baseline_slice *s =
		    &b->slices[(b->first + i) % SLICES_MAX];

		text_addf(out, "%s%" PRId64, i == b->count - b->held ? "" : ",",
		    b->seen_ms - s->ended_ms);
	}
	text_add_char(out, ']');
}

static unsigned
drawn_count(uint32_t samples)
{
	return samples < DRAWN_MAX ? samples : DRAWN_MAX;
}

static void
add_open(const struct baseline *b, struct text *out)
{
	const struct baseline_open *o = &b->open;

	if (o->samples == 0)
		return;
	text_addf(out,
	    ",\"open\":{\"age_ms\":%" PRId64 ",\"last_ms\":%" PRId64
	    ",\"learned_ms\":%" PRIu32 ",\"samples\":%" PRIu32 ",\"drawn\":[",
	    b->seen_ms - o->began_ms, b->seen_ms - o->last_ms, o->learned_ms,
	    o->samples);
	for (unsigned i = 0; i < drawn_count(o->samples); i++)
		text_addf(
		    out, "%s%.9g", i == 0 ? "" : ",", (double)o->drawn[i]);
	text_add(out, "]}");
}

void
baseline_export(const struct baseline *b, struct text *out)
{
	text_addf(out,
	    "{\"version\":%d,\"age_ms\":%" PRId64 ",\"samples\":%" PRIu64
	    ",\"mature\":%s",
	    VERSION, b->age_ms, b->samples, b->is_mature ? "true" : "false");
	if (b->is_pinned)
		text_addf(out, ",\"pinned\":%.17g", b->pinned);
	text_addf(out, ",\"random\":%" PRIu32, b->random);
	add_slices(b, out);
	add_open(b, out);
	text_add_char(out, '}');
}

static bool
read_range(struct json_object *o, const char *key, int64_t most, int64_t *value)
{
	return json_int(o, key, value) && *value >= 0 && *value <= most;
}

static bool
item_count(struct json_object *list, size_t i, uint32_t *count)
{
	struct json_object *item = json_object_array_get_idx(list, i);
	int64_t value;

	if (!json_object_is_type(item, json_type_int))
		return false;
	value = json_object_get_int64(item);
	if (value < 0 || value > UINT32_MAX)
		return false;
	*count = (uint32_t)value;
	return true;
}

static bool
item_float(struct json_object *list, size_t i, float *value)
{
	struct json_object *item = json_object_array_get_idx(list, i);

	if (!json_object_is_type(item, json_type_int) &&
	    !json_object_is_type(item, json_type_double))
		return false;
	*value = (float)json_object_get_double(item);
	return isfinite(*value);
}

static bool
read_slice(struct json_object *from, struct baseline_slice *s)
{
	return json_object_is_type(from, json_type_array) &&
	    json_object_array_length(from) == 4 &&
	    item_float(from, 0, &s->middle) && item_float(from, 1, &s->stray) &&
	    s->stray >= 0 && item_count(from, 2, &s->samples) &&
	    s->samples > 0 && item_count(from, 3, &s->learned_ms);
}

static bool
read_slices(struct baseline *b, struct json_object *o)
{
	struct json_object *slices = json_array(o, "slices");
	struct json_object *held = json_array(o, "held");

	if (slices == NULL || held == NULL ||
	    json_object_array_length(slices) > SLICES_MAX ||
	    json_object_array_length(held) > json_object_array_length(slices))
		return false;
	b->count = (unsigned)json_object_array_length(slices);
	b->held = (unsigned)json_object_array_length(held);
	for (unsigned i = 0; i < b->count; i++)
		if (!read_slice(
			json_object_array_get_idx(slices, i), &b->slices[i]))
			return false;
	for (unsigned i = 0; i < b->held; i++) {
		struct json_object *age = json_object_array_get_idx(held, i);
		int64_t age_ms = json_object_get_int64(age);

		if (!json_object_is_type(age, json_type_int) || age_ms < 0 ||
		    age_ms > AGE_MAX_MS)
			return false;
		b->slices[b->count - b->held + i].ended_ms =
		    b->seen_ms - age_ms;
	}
	return true;
}

static bool
read_open(struct baseline *b, struct json_object *from)
{
	struct json_object *drawn = json_array(from, "drawn");
	struct baseline_open *o = &b->open;
	int64_t age_ms, last_ms, learned_ms, samples;

	if (from == NULL)
		return true;
	if (!read_range(from, "age_ms", AGE_MAX_MS, &age_ms) ||
	    !read_range(from, "last_ms", age_ms, &last_ms) ||
	    !read_range(from, "learned_ms", UINT32_MAX / 2, &learned_ms) ||
	    !read_range(from, "samples", UINT32_MAX, &samples) ||
	    samples == 0 || drawn == NULL ||
	    json_object_array_length(drawn) != drawn_count((uint32_t)samples))
		return false;
	for (unsigned i = 0; i < drawn_count((uint32_t)samples); i++)
		if (!item_float(drawn, i, &o->drawn[i]))
			return false;
	o->began_ms = b->seen_ms - age_ms;
	o->last_ms = b->seen_ms - last_ms;
	o->learned_ms = (uint32_t)learned_ms;
	o->samples = (uint32_t)samples;
	return true;
}

static bool
read_rest(struct baseline *b, struct json_object *o)
{
	struct json_object *pinned = NULL, *open = NULL;
	int64_t samples, random;

	if (!read_range(o, "age_ms", AGE_MAX_MS, &b->age_ms) ||
	    !read_range(o, "samples", INT64_MAX, &samples) ||
	    !read_range(o, "random", UINT32_MAX, &random) || random == 0)
		return false;
	b->samples = (uint64_t)samples;
	b->random = (uint32_t)random;
	b->is_mature = json_flag(o, "mature", false);
	b->is_pinned = json_number(o, "pinned", &b->pinned);
	if (json_object_object_get_ex(o, "pinned", &pinned) && !b->is_pinned)
		return false;
	if (json_object_object_get_ex(o, "open", &open) &&
	    !json_object_is_type(open, json_type_object))
		return false;
	return read_open(b, open);
}

bool
baseline_import(struct baseline *b, const char *bytes, size_t length,
    int64_t now_ms, struct error *err)
{
	struct json_object *o = json_parse(bytes, length, err);
	struct baseline next = *b;
	int64_t version = 0;
	bool is_right;

	if (o == NULL)
		return false;
	baseline_clear(&next);
	next.seen_ms = now_ms;
	next.has_seen = true;
	if (!json_int(o, "version", &version) || version != VERSION) {
		json_object_put(o);
		return error_set(
		    err, "it is no baseline of version %d", VERSION);
	}
	is_right = read_slices(&next, o) && read_rest(&next, o) &&
	    (!next.is_mature || next.count > next.held);
	json_object_put(o);
	if (!is_right)
		return error_set(err, "it is no baseline that was exported");
	baseline_reckon(&next);
	*b = next;
	return true;
}
