/*
 * order.h - what the runner tells a helper on its standard input: which
 * executor, for which step attempt, and every option of the step that was
 * said, with each ${NAME} replaced.
 *
 * One record of the kind "order".  A text stands under its option's name, the
 * items of a list under NAME-0, NAME-1, and so on; of the settings the name
 * under settings-N, the values under settings-N-0 and so on, and with a list
 * their number under settings-N-list.  What the step does not say is not
 * there.
 */
#ifndef EXECUTOR_ORDER_H
#define EXECUTOR_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "executor/record.h"

#define ORDER_MAX_BYTES (256 * 1024)
#define ORDER_ITEMS_MAX 256 /* of one list, and of the settings */

/* Borrowed texts; on parsing from the bytes. */
struct order {
	const char *executor; /* name of the kind */
	const char *key;      /* of the step attempt */
	const char *run;
	const char *step;            /* its label, for people */
	int64_t attempt;             /* from 1 */
	int64_t timeout_ms;          /* then it is killed */
	const char *idempotency_key; /* the same for every attempt */
	struct record options;       /* private: see below */
};

/* One of the settings; a list may be empty. */
struct order_setting {
	const char *name;
	bool is_list;
	size_t count; /* 1 when it is no list */
};

/*
 * Build: what stands in the struct by order_write(), once all options are
 * added to fields.  Too much of it makes the file not ok.
 */
void order_add(struct text *fields, const char *option, const char *value);
void order_add_item(
    struct text *fields, const char *option, size_t index, const char *value);
void order_add_setting(struct text *fields, size_t index, const char *name,
    bool is_list, size_t count);
void order_add_setting_value(
    struct text *fields, size_t index, size_t item, const char *value);
void order_write(
    struct text *file, const struct order *o, const struct text *fields);

/* Modifies the bytes, which must be followed by one that may be written. */
bool order_parse(
    struct order *o, char *bytes, size_t length, struct error *err);

/* NULL when it was not said. */
const char *order_text(const struct order *o, const char *option);

/* 0 when it was not said. */
size_t order_count(const struct order *o, const char *option);

/* NULL behind the last. */
const char *order_item(const struct order *o, const char *option, size_t index);

/* False behind the last. */
bool order_setting(
    const struct order *o, size_t index, struct order_setting *setting);

/* Its item 0, or one of its list; NULL behind the last. */
const char *order_setting_value(
    const struct order *o, size_t index, size_t item);

#endif
