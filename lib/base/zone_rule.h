/*
 * zone_rule.h - the rule of a zone for the years to come: "CET-1CEST,M3.5.0,
 * M10.5.0/3", as POSIX writes it in TZ and a TZif file at its end.
 *
 * A plain value.
 */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When in a year the clock is put on or back. */
struct zone_day {
	enum {
		ZONE_DAY_JULIAN,  /* J1 to J365, February 29 is never counted */
		ZONE_DAY_OF_YEAR, /* 0 to 365, it is */
		ZONE_DAY_OF_MONTH /* the week-th weekday of a month, 5: last */
	} kind;
	int day;
	int month; /* 1 to 12 */
	int week;
	int32_t time_s; /* of the clock before it is changed */
};

struct zone_rule {
	int32_t offset_s;
	bool has_summer;
	int32_t summer_offset_s;
	struct zone_day begins; /* summer */
	struct zone_day ends;
};

/* All of the bytes; false when that is no rule. */
bool zone_rule_parse(struct zone_rule *r, const char *bytes, size_t length);

int32_t zone_rule_offset_s(const struct zone_rule *r, int64_t at_s);

/* INT64_MAX where it never changes. */
int64_t zone_rule_change_s(const struct zone_rule *r, int64_t at_s);

#endif
