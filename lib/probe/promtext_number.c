#include "probe/promtext_number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Up to here a product or quotient of two exact doubles is rounded once. */
#define EXACT_MANTISSA_MAX (UINT64_C(1) << 53)
#define EXACT_POWER_MAX 22
#define DIGITS_MAX 19      /* of a mantissa in 64 bits */
#define PLAIN_BYTES_MAX 15 /* less than EXACT_MANTISSA_MAX */
#define FINITE_POWER_MAX 308
#define EXPONENT_MAX 99999
#define MS_DIGITS 3

static const double powers[EXACT_POWER_MAX + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4,
	1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	1e18, 1e19, 1e20, 1e21, 1e22 };

/* A decimal as it was written: mantissa * 10^exponent. */
struct decimal {
	uint64_t
	    mantissa; /* right if there are no more than DIGITS_MAX digits */
	int exponent;
	size_t digits;
	bool is_negative;
	const char *point; /* behind it; NULL: none */
	const char *digits_end;
};

static inline unsigned
digit(char c)
{
	return (unsigned)((unsigned char)c) - '0';
}

static inline const char *
read_digits(const char *at, struct decimal *d)
{
	uint64_t m = d->mantissa;

	while (digit(*at) < 10)
		m = m * 10 + digit(*at++);
	d->mantissa = m;
	return at;
}

static const char *
read_exponent(const char *at, struct decimal *d)
{
	bool is_negative = at[1] == '-';
	const char *start;
	int exponent = 0;

	at += 1 + (at[1] == '-' || at[1] == '+');
	start = at;
	while (digit(*at) < 10) {
		if (exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (int)digit(*at);
		at++;
	}
	d->exponent += is_negative ? -exponent : exponent;
	return at == start ? NULL : at;
}

/* NULL: not a decimal. */
static inline const char *
read_decimal(const char *at, struct decimal *d)
{
	const char *start;

	*d = (struct decimal){ .is_negative = *at == '-' };
	at += *at == '-' || *at == '+';
	start = at;
	at = read_digits(at, d);
	d->digits = (size_t)(at - start);
	if (*at == '.') {
		d->point = at + 1;
		at = read_digits(d->point, d);
		d->exponent = -(int)(at - d->point);
		d->digits += (size_t)(at - d->point);
	}
	d->digits_end = at;
	if (d->digits == 0)
		return NULL;
	if (*at == 'e' || *at == 'E')
		return read_exponent(at, d);
	return at;
}

/* Of the C library's own, so that it takes no memory and cannot fail. */
static locale_t
plain_locale(void)
{
	static locale_t plain;

	if (plain == (locale_t)0)
		plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return plain;
}

/* The long way, for what the short one does not round exactly. */
static const char *
by_library(const char *at, size_t length, double *value)
{
	char copy[PROMTEXT_NUMBER_BYTES_MAX + 1];

	if (length > PROMTEXT_NUMBER_BYTES_MAX)
		return NULL;
	memcpy(copy, at, length);
	copy[length] = '\0';
	*value = strtod_l(copy, NULL, plain_locale());
	return isinf(*value) ? NULL : at + length;
}

static const char *
read_word(const char *at, const char *end, double *value)
{
	static const char infinity[] = "infinity";
	bool has_sign = *at == '-' || *at == '+';
	bool is_negative = *at == '-';
	size_t left;

	at += has_sign;
	left = (size_t)(end - at);
	if (!has_sign && left >= 3 && strncasecmp(at, "nan", 3) == 0) {
		*value = (double)NAN;
		return at + 3;
	}
	if (left < 3 || strncasecmp(at, infinity, 3) != 0)
		return NULL;
	*value = is_negative ? -(double)INFINITY : (double)INFINITY;
	if (left >= sizeof(infinity) - 1 &&
	    strncasecmp(at, infinity, sizeof(infinity) - 1) == 0)
		return at + sizeof(infinity) - 1;
	return at + 3;
}

/* As nearly all are written; NULL: it takes a closer look. */
static inline const char *
read_plain(const char *at, double *value)
{
	bool is_negative = *at == '-';
	const char *start = at + is_negative, *point = NULL;
	uint64_t n = 0;
	double exact;

	for (at = start; digit(*at) < 10; at++)
		n = n * 10 + digit(*at);
	if (*at == '.')
		for (point = ++at; digit(*at) < 10; at++)
			n = n * 10 + digit(*at);
	if (at - start > PLAIN_BYTES_MAX || (*at | 0x20) == 'e' ||
	    at == start + (point != NULL))
		return NULL;
	exact = (double)(int64_t)n; /* cheaper than of unsigned */
	if (point != NULL)
		exact /= powers[at - point];
	*value = is_negative ? -exact : exact;
	return at;
}

const char *
promtext_number(const char *at, const char *end, double *value)
{
	struct decimal d;
	const char *after = read_plain(at, value);
	double exact;

	if (after != NULL)
		return after;
	after = read_decimal(at, &d);
	if (after == NULL)
		return d.digits == 0 ? read_word(at, end, value) : NULL;
	if (d.digits > DIGITS_MAX || d.mantissa > EXACT_MANTISSA_MAX ||
	    d.exponent < -EXACT_POWER_MAX || d.exponent > EXACT_POWER_MAX)
		return by_library(at, (size_t)(after - at), value);
	exact = (double)d.mantissa;
	if (d.exponent < 0)
		exact /= powers[-d.exponent];
	else
		exact *= powers[d.exponent];
	*value = d.is_negative ? -exact : exact;
	return after;
}

const char *
promtext_number_end(const char *at, const char *end)
{
	struct decimal d;
	const char *after = read_decimal(at, &d);
	double value;

	/* What is surely finite need not be known. */
	if (after != NULL && d.digits <= DIGITS_MAX &&
	    d.exponent + (int)d.digits <= FINITE_POWER_MAX)
		return after;
	return promtext_number(at, end, &value);
}

const char *
promtext_whole(const char *at, const char *end, int64_t *value)
{
	bool is_negative = *at == '-';
	uint64_t most = (uint64_t)INT64_MAX + is_negative, n = 0;
	const char *start;

	(void)end; /* what is there is no digit */
	at += *at == '-' || *at == '+';
	start = at;
	while (digit(*at) < 10) {
		if (n > (most - digit(*at)) / 10)
			return NULL;
		n = n * 10 + digit(*at++);
	}
	*value = is_negative ? (int64_t)(0 - n) : (int64_t)n;
	return at == start ? NULL : at;
}

/* Without an exponent: the digits up to the third behind the point. */
static bool
exact_ms(const char *at, const struct decimal *d, int64_t *ms)
{
	const char *last = d->point == NULL ? d->digits_end : d->point - 1;
	int64_t n = 0;

	at += *at == '-' || *at == '+';
	if (last - at > DIGITS_MAX - 1 - MS_DIGITS)
		return false;
	while (at < last)
		n = n * 10 + (int64_t)digit(*at++);
	for (int i = 0; i < MS_DIGITS; i++) {
		n *= 10;
		if (d->point != NULL && d->point + i < d->digits_end)
			n += (int64_t)digit(d->point[i]);
	}
	*ms = d->is_negative ? -n : n;
	return true;
}

const char *
promtext_seconds(const char *at, const char *end, int64_t *ms)
{
	struct decimal d;
	const char *after = read_decimal(at, &d);
	double seconds;

	if (after == NULL)
		return NULL;
	if (after == d.digits_end && exact_ms(at, &d, ms))
		return after;
	if (promtext_number(at, end, &seconds) == NULL ||
	    fabs(seconds) >= (double)(INT64_MAX / 1000))
		return NULL;
	*ms = (int64_t)(seconds * 1000.0);
	return after;
}

long double
promtext_long_number(const char *text)
{
	return strtold_l(text, NULL, plain_locale());
}
