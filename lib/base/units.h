/*
 * units.h - durations, ratios, sizes, numbers and names as people write them.
 *
 * None of these depends on the locale.  Each takes the whole text or none of
 * it: trailing characters are refused.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "500ms", "30s", "1m30s", "2h", "1d": falling units, each at most once. */
bool duration_parse(const char *text, int64_t *ms);

/* The shortest text that duration_parse() reads back as ms (ms >= 0). */
#define DURATION_TEXT_MAX 48
const char *duration_text(int64_t ms, char buffer[DURATION_TEXT_MAX]);

/* "1%" is 0.01, "99.5%" is 0.995; the sign is required. */
bool ratio_parse(const char *text, double *ratio);

/* "512B", "64KiB", "1MiB", "2GiB". */
bool size_parse(const char *text, int64_t *bytes);
const char *size_text(int64_t bytes, char buffer[DURATION_TEXT_MAX]);

/* Decimal digits only, no sign, no leading zero but "0" itself. */
bool count_parse(const char *text, uint64_t *count);

/* "3", "0-1": two such numbers, the first no greater than the last. */
#define COUNT_RANGE_MAX_BYTES 48
bool count_range_parse(const char *text, uint64_t *first, uint64_t *last);

/*
 * A measured value for people: "12.3%" of a unit "ratio", "12ms" of "ms",
 * "12.5 days" of any other, "12.5" of NULL.
 */
#define QUANTITY_TEXT_MAX 64
const char *quantity_text(
    double value, const char *unit, char buffer[QUANTITY_TEXT_MAX]);

/*
 * A finite decimal number: "-12.5", "3e-4".  No blanks, no hexadecimal, no
 * comma, no sign but "-" or "+" first.
 */
#define DECIMAL_MAX_BYTES 64
bool decimal_parse(const char *text, double *value);

/*
 * What services, probes, steps, versions and keys may be called:
 * [A-Za-z0-9][A-Za-z0-9._+:-]{0,127}
 */
#define NAME_MAX_BYTES 128
bool name_is_valid(const char *name);

#endif
