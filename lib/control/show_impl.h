/*
 * show_impl.h - what the pages of show.h share.
 */
#ifndef CONTROL_SHOW_IMPL_H
#define CONTROL_SHOW_IMPL_H

#include "control/show.h"

#define MOMENT_MAX 32
#define SPAN_MAX 32
#define NUMBER_MAX 32

/* "2026-11-22 17:03:05"; "-" when there is none. */
const char *show_moment(
    struct json_object *o, const char *key, char buffer[MOMENT_MAX]);

/* "3h12m", "45s", "120ms": the two largest units. */
const char *show_span(int64_t ms, char buffer[SPAN_MAX]);

/* The time from a moment to now; "-" when either is not known. */
const char *show_age(struct json_object *o, const char *key, int64_t now_ms,
    char buffer[SPAN_MAX]);

/* A number, at most two digits behind the point; "-" without one. */
const char *show_number(
    struct json_object *o, const char *key, char buffer[NUMBER_MAX]);

/* "12.30ms"; "-" without one. */
const char *show_ms(
    struct json_object *o, const char *key, char buffer[NUMBER_MAX]);

/* Of a state, verdict, outcome or action. */
enum tint show_tint(const char *word);

/* A text member into a table, in the tint of what it says. */
void show_cell(struct table *t, struct json_object *o, const char *key);
void show_word_cell(struct table *t, struct json_object *o, const char *key);

/* "name: text", if there is one. */
void show_fact(struct text *out, const struct show_style *style,
    const char *name, const char *words);

/* The table after an empty line and its title; takes the table. */
void show_table(struct text *out, const struct show_style *style,
    const char *title, struct table *t);

/* Joined by ", "; the caller frees. */
struct text show_list(struct json_object *array);

size_t show_count(struct json_object *o, const char *key);
struct json_object *show_at(
    struct json_object *o, const char *key, size_t index);

/* "settling: 2.0.0 was deployed 18 s ago"; the guard is named once. */
void show_objection(struct text *note, const char *guard, const char *reason);

/* "; for 8s; what would let it act: it ends by itself in 4m" */
void show_guard(struct text *note, struct json_object *o, int64_t now_ms);

void show_holds(struct text *out, const struct show_style *style,
    struct json_object *o, const char *key, int64_t now_ms);

/* "baseline 120ms, spread 15ms, 2d3h old, learning"; NULL: nothing. */
void show_baseline_note(
    struct text *note, struct json_object *baseline, const char *unit);

/* The pages. */
typedef void show_page(struct text *out, struct json_object *result,
    const struct show_style *style);
show_page show_status, show_why, show_history, show_incident, show_deploy,
    show_rollback, show_abort, show_hold, show_release, show_probe, show_beat,
    show_baseline, show_reload, show_version, show_audit, show_versions,
    show_mark, show_own_metrics, show_approve, show_reject, show_severity,
    show_report, show_resolve, show_notify, show_drill;

#endif
