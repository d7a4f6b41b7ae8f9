/* The quick reader: samples as they are usually written, nothing else. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "service/recording.h"
#include "service/recording_impl.h"

#define WHOLE_DIGITS_MAX 18 /* fit int64_t whatever they are */
#define EXACT_DIGITS_MAX 15 /* fit a double, as do powers of ten to ... */
#define EXACT_POWER_MAX 22
#define NUMBER_BYTES_MAX 120
#define EXPONENT_MAX 9999

struct scan {
	const char *at;
	const char *end;
	char *scratch; /* room for words with escapes */
	char *scratch_end;
};

struct number {
	bool is_whole;
	int64_t whole;
	double value;
};

static void
skip_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* Plain ASCII that needs no second look. */
static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static bool
unescape(struct scan *s, const char *start, struct recording_words *words)
{
	char *to = s->scratch;
	const char *from = start;

	for (; from < s->end && *from != '"'; from++) {
		if (*from == '\\') {
			from++;
			if (from == s->end || (*from != '"' && *from != '\\'))
				return false;
		} else if (!is_plain(*from)) {
			return false;
		}
		if (to == s->scratch_end)
			return false;
		*to++ = *from;
	}
	if (from == s->end)
		return false;
	*words =
	    (struct recording_words){ s->scratch, (size_t)(to - s->scratch) };
	s->scratch = to;
	s->at = from + 1;
	return true;
}

static bool
take_words(struct scan *s, struct recording_words *words)
{
	const char *start;

	if (!take(s, '"'))
		return false;
	start = s->at;
	while (s->at < s->end && is_plain(*s->at))
		s->at++;
	if (s->at == s->end || *s->at != '"')
		return unescape(s, start, words);
	*words = (struct recording_words){ start, (size_t)(s->at - start) };
	s->at++;
	return true;
}

static bool
is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* Digits are added to the mantissa; returns how many there were. */
static unsigned
take_digits(struct scan *s, uint64_t *mantissa)
{
	const char *start = s->at;

	for (; is_digit(s); s->at++)
		*mantissa = *mantissa * 10 + (uint64_t)(*s->at - '0');
	return (unsigned)(s->at - start);
}

static bool
take_exponent(struct scan *s, int *exponent)
{
	uint64_t digits = 0;
	bool negative = false;
	unsigned count;

	if (s->at == s->end || (*s->at | 0x20) != 'e')
		return true;
	s->at++;
	if (s->at < s->end && (*s->at == '-' || *s->at == '+'))
		negative = *s->at++ == '-';
	count = take_digits(s, &digits);
	if (count == 0 || count > 4 || digits > EXPONENT_MAX)
		return false;
	*exponent += negative ? -(int)digits : (int)digits;
	return true;
}

static double
scaled(double mantissa, int exponent)
{
	static const double powers[EXACT_POWER_MAX + 1] = { 1e0, 1e1, 1e2, 1e3,
		1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	return exponent < 0 ? mantissa / powers[-exponent] :
			      mantissa * powers[exponent];
}

/* What is not exact by a single operation. */
static bool
convert(const char *start, const char *end, double *value)
{
	char copy[NUMBER_BYTES_MAX + 1];
	size_t length = (size_t)(end - start);

	if (length > NUMBER_BYTES_MAX)
		return false;
	memcpy(copy, start, length);
	copy[length] = '\0';
	*value = strtod(copy, NULL);
	return isfinite(*value);
}

static bool
take_fraction(struct scan *s, uint64_t *mantissa, unsigned *digits, int *power)
{
	unsigned more;

	if (s->at == s->end || *s->at != '.')
		return true;
	s->at++;
	more = take_digits(s, mantissa);
	*digits += more;
	*power = -(int)more;
	return more > 0 && more <= NUMBER_BYTES_MAX;
}

static bool
take_number(struct scan *s, struct number *n)
{
	const char *start, *whole_end;
	uint64_t mantissa = 0;
	bool negative = false;
	unsigned digits;
	int power = 0;

	skip_space(s);
	start = s->at;
	if (s->at < s->end && *s->at == '-') {
		negative = true;
		s->at++;
	}
	whole_end = s->at;
	digits = take_digits(s, &mantissa);
	if (digits == 0 || (digits > 1 && *whole_end == '0'))
		return false;
	whole_end = s->at;
	if (!take_fraction(s, &mantissa, &digits, &power) ||
	    !take_exponent(s, &power))
		return false;
	n->is_whole = s->at == whole_end;
	if (n->is_whole) {
		n->whole = negative ? -(int64_t)mantissa : (int64_t)mantissa;
		n->value = (double)n->whole;
		return digits <= WHOLE_DIGITS_MAX;
	}
	if (digits > EXACT_DIGITS_MAX || power < -EXACT_POWER_MAX ||
	    power > EXACT_POWER_MAX)
		return convert(start, s->at, &n->value);
	n->value = scaled((double)mantissa, power);
	if (negative)
		n->value = -n->value;
	return true;
}

static bool
take_flag(struct scan *s, bool *flag)
{
	size_t length;

	skip_space(s);
	*flag = s->at < s->end && *s->at == 't';
	length = *flag ? 4 : 5;
	if ((size_t)(s->end - s->at) < length ||
	    memcmp(s->at, *flag ? "true" : "false", length) != 0)
		return false;
	s->at += length;
	return true;
}

static bool
take_null(struct scan *s)
{
	skip_space(s);
	if (s->end - s->at < 4 || memcmp(s->at, "null", 4) != 0)
		return false;
	s->at += 4;
	return true;
}

/* A number, null, or a word for one that JSON does not have. */
static bool
take_value(struct scan *s, double *value)
{
	struct recording_words words;
	struct number n;

	skip_space(s);
	if (s->at == s->end)
		return false;
	if (*s->at == '"')
		return take_words(s, &words) &&
		    recording_special(&words, value);
	if (*s->at == 'n') {
		*value = (double)NAN;
		return take_null(s);
	}
	if (!take_number(s, &n))
		return false;
	*value = n.value;
	return true;
}

static bool
is_new(const struct recording_sample *to, const struct recording_words *name)
{
	for (size_t i = 0; i < to->value_count; i++)
		if (to->values[i].name.length == name->length &&
		    memcmp(to->values[i].name.bytes, name->bytes,
			name->length) == 0)
			return false;
	return true;
}

static bool
take_values(struct scan *s, struct recording_sample *to)
{
	if (!take(s, '{'))
		return false;
	if (take(s, '}'))
		return true;
	do {
		struct recording_value *v = &to->values[to->value_count];

		if (to->value_count == METRIC_NAMES_MAX ||
		    !take_words(s, &v->name) || !take(s, ':') ||
		    !take_value(s, &v->value) || !is_new(to, &v->name))
			return false;
		to->value_count++;
	} while (take(s, ','));
	return take(s, '}');
}

static bool
take_member(struct scan *s, enum recording_key key, struct recording_sample *to)
{
	struct recording_words words;
	struct number n;

	switch (key) {
	case RECORDING_KEY_SERVICE:
		return take_words(s, &to->service);
	case RECORDING_KEY_PROBE:
		return take_words(s, &to->probe);
	case RECORDING_KEY_CLASS:
		return take_words(s, &to->failure);
	case RECORDING_KEY_VERSION:
		return take_words(s, &to->version);
	case RECORDING_KEY_OUTCOME:
		return take_words(s, &words) &&
		    recording_outcome(&words, &to->outcome);
	case RECORDING_KEY_AT:
		return take_number(s, &n) && n.is_whole &&
		    recording_time(n.whole, &to->at_ms);
	case RECORDING_KEY_ASKED:
		return take_number(s, &n) && n.is_whole &&
		    recording_time(n.whole, &to->asked_ms);
	case RECORDING_KEY_NOW:
		return take_number(s, &n) && n.is_whole &&
		    recording_time(n.whole, &to->now_ms);
	case RECORDING_KEY_STATUS:
		return take_number(s, &n) && n.is_whole &&
		    recording_status(n.whole, &to->status);
	case RECORDING_KEY_LATENCY:
		return take_number(s, &n) &&
		    recording_latency(n.value, &to->latency_ms);
	case RECORDING_KEY_VALUE:
		to->has_value = true;
		return take_value(s, &to->value);
	case RECORDING_KEY_VALUES:
		return take_values(s, to);
	case RECORDING_KEY_RECHECK:
		return take_flag(s, &to->is_recheck);
	case RECORDING_KEY_COUNT:
		return false;
	}
	return false;
}

bool
recording_read_quickly(
    const char *bytes, size_t length, struct recording_line *line)
{
	struct scan s = { bytes, bytes + length, line->scratch,
		line->scratch + sizeof(line->scratch) };
	struct recording_words name;
	enum recording_key key;
	unsigned seen = 0;

	recording_begin(line);
	if (length > RECORDING_LINE_MAX_BYTES || !take(&s, '{'))
		return false;
	do {
		if (!take_words(&s, &name) || !take(&s, ':'))
			return false;
		key = recording_key(&name);
		if ((seen >> key & 1) != 0 ||
		    !take_member(&s, key, &line->sample))
			return false;
		seen |= 1U << key;
	} while (take(&s, ','));
	if (!take(&s, '}'))
		return false;
	skip_space(&s);
	return s.at == s.end && recording_complete(&line->sample, seen) == NULL;
}
