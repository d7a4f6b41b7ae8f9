#include "daemon/ctl/compare_show.h"

#include <math.h>

#include "base/json.h"
#include "evaluator/hodges_lehmann.h"

static bool
has_numbers(const struct comparison *c)
{
	return c->canary.count > 0 && c->baseline.count > 0;
}

static void
show_sides(struct text *out, const struct comparison *c)
{
	text_addf(out, "%-22s %14s %14s\n", "", "canary", "baseline");
	text_addf(out, "%-22s %14zu %14zu\n", "points", c->canary.count,
	    c->baseline.count);
	if (c->canary_nans + c->baseline_nans > 0)
		text_addf(out, "%-22s %14zu %14zu\n", "not a number",
		    c->canary_nans, c->baseline_nans);
	if (!has_numbers(c))
		return;
	text_addf(out, "%-22s %14.6g %14.6g\n", "mean", c->effect.mean_x,
	    c->effect.mean_y);
	text_addf(out, "%-22s %14.6g %14.6g\n", "median",
	    series_median(c->canary), series_median(c->baseline));
	text_addf(out, "%-22s %14.6g %14.6g\n", "standard deviation",
	    c->effect.deviation_x, c->effect.deviation_y);
}

static void
show_test(struct text *out, const struct comparison *c,
    const struct comparison_settings *s)
{
	text_addf(out, "%-22s %14.6g\n", "U of the canary", c->test.u);
	text_addf(out, "%-22s %14.6g two-sided (%s%s)\n", "p",
	    c->test.two_sided, c->test.is_exact ? "exact" : "approximate",
	    c->test.has_ties ? ", ties" : "");
	text_addf(out, "%-22s %14.6g higher\n", "", c->test.greater);
	text_addf(out, "%-22s %14.6g lower\n", "", c->test.less);
	if (s->tolerance == 0)
		return;
	text_addf(out, "%-22s %14.6g higher by more than %.4g %%\n",
	    "p beyond tolerance", c->higher, s->tolerance * 100);
	text_addf(out, "%-22s %14.6g lower by more than %.4g %%\n", "",
	    c->lower, s->tolerance * 100);
}

static void
show_effect(struct text *out, const struct comparison *c,
    const struct comparison_settings *s, const struct mann_whitney_room *room)
{
	struct hodges_lehmann h =
	    hodges_lehmann(c->canary, c->baseline, s->confidence, room);

	text_addf(out, "%-22s %14.6g, %.6g %% interval %.6g to %.6g (%s)\n",
	    "shift", h.estimate, s->confidence * 100, h.low, h.high,
	    h.is_exact ? "exact" : "approximate");
	text_addf(out, "%-22s %14.6g of pairs are higher, ties half\n", "cles",
	    c->effect.cles);
	text_addf(out, "%-22s %14.6g\n", "Cohen's d", c->effect.d);
	text_addf(out, "%-22s %14.6g\n", "ratio of means", c->effect.ratio);
}

static const char *
word_of(const struct option_word *words, int value)
{
	while (words->value != value)
		words++;
	return words->word;
}

void
compare_show(struct text *out, const struct comparison *c,
    const struct comparison_settings *settings,
    const struct mann_whitney_room *room)
{
	char why[COMPARISON_TEXT_MAX];

	show_sides(out, c);
	if (has_numbers(c)) {
		show_test(out, c, settings);
		show_effect(out, c, settings, room);
	}
	comparison_explain(c, settings, why);
	text_addf(out, "%s: %s\n", comparison_verdict_word(c->verdict), why);
}

static void
set_side(struct json_object *o, const char *key, struct series s, size_t nans,
    double mean, double deviation)
{
	struct json_object *side = json_object_new_object();
	bool some = s.count > 0;

	json_set_int(side, "count", (int64_t)s.count);
	json_set_int(side, "nan", (int64_t)nans);
	json_set_number(side, "mean", some ? mean : (double)NAN);
	json_set_number(side, "median", series_median(s));
	json_set_number(side, "deviation", some ? deviation : (double)NAN);
	json_set(o, key, side);
}

static struct json_object *
test_json(const struct comparison *c)
{
	struct json_object *o = json_object_new_object();

	json_set_number(o, "u", c->test.u);
	json_set_number(o, "p", c->test.two_sided);
	json_set_number(o, "p_greater", c->test.greater);
	json_set_number(o, "p_less", c->test.less);
	json_set_text(o, "method", c->test.is_exact ? "exact" : "approximate");
	json_set_bool(o, "ties", c->test.has_ties);
	json_set_number(o, "p_above_tolerance", c->higher);
	json_set_number(o, "p_below_tolerance", c->lower);
	return o;
}

static struct json_object *
shift_json(const struct hodges_lehmann *h, double confidence)
{
	struct json_object *o = json_object_new_object();

	json_set_number(o, "estimate", h->estimate);
	json_set_number(o, "low", h->low);
	json_set_number(o, "high", h->high);
	json_set_number(o, "confidence", confidence);
	json_set_text(o, "method", h->is_exact ? "exact" : "approximate");
	return o;
}

static struct json_object *
effect_json(const struct comparison *c)
{
	struct json_object *o = json_object_new_object();

	json_set_number(o, "cles", c->effect.cles);
	json_set_number(o, "d", c->effect.d);
	json_set_number(o, "ratio", c->effect.ratio);
	return o;
}

static struct json_object *
settings_json(const struct comparison_settings *s)
{
	struct json_object *o = json_object_new_object();

	json_set_text(
	    o, "direction", word_of(comparison_directions, s->direction));
	json_set_text(o, "nan", word_of(comparison_nans, s->nan));
	json_set_number(o, "confidence", s->confidence);
	json_set_number(o, "tolerance", s->tolerance);
	json_set_number(o, "cles", s->cles);
	json_set_number(o, "d", s->d);
	json_set_number(o, "ratio", s->ratio);
	json_set_int(o, "min_samples", s->min_samples);
	return o;
}

static void
set_statistics(struct json_object *o, const struct comparison *c,
    const struct comparison_settings *s, const struct mann_whitney_room *room)
{
	struct hodges_lehmann h;

	if (!has_numbers(c)) {
		json_set(o, "test", NULL);
		json_set(o, "shift", NULL);
		json_set(o, "effect", NULL);
		return;
	}
	h = hodges_lehmann(c->canary, c->baseline, s->confidence, room);
	json_set(o, "test", test_json(c));
	json_set(o, "shift", shift_json(&h, s->confidence));
	json_set(o, "effect", effect_json(c));
}

void
compare_show_json(struct text *out, const struct comparison *c,
    const struct comparison_settings *settings,
    const struct mann_whitney_room *room)
{
	struct json_object *o = json_object_new_object();
	char why[COMPARISON_TEXT_MAX];

	comparison_explain(c, settings, why);
	json_set_text(o, "verdict", comparison_verdict_word(c->verdict));
	json_set_text(o, "reason", comparison_reason_word(c->reason));
	json_set_text(o, "text", why);
	json_set_number(o, "p", c->p);
	json_set_number(o, "alpha", c->alpha);
	set_side(o, "canary", c->canary, c->canary_nans, c->effect.mean_x,
	    c->effect.deviation_x);
	set_side(o, "baseline", c->baseline, c->baseline_nans, c->effect.mean_y,
	    c->effect.deviation_y);
	set_statistics(o, c, settings, room);
	json_set(o, "settings", settings_json(settings));
	text_add(out,
	    json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	text_add_char(out, '\n');
	json_object_put(o);
}
