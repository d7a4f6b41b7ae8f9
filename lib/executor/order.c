#include "executor/order.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "executor/executor.h"
#include "executor/key.h"

#define FIELD_NAME_BYTES (RECORD_NAME_MAX + 1)
#define SETTINGS "settings"
#define FIRST_ATTEMPT 1
#define LAST_ATTEMPT 99

/* NAME-INDEX; "" when that is no name of a field. */
static void
item_name(char name[FIELD_NAME_BYTES], const char *option, size_t index)
{
	int n = snprintf(name, FIELD_NAME_BYTES, "%s-%zu", option, index);

	if (index >= ORDER_ITEMS_MAX || n >= FIELD_NAME_BYTES)
		name[0] = '\0';
}

static void
add(struct text *fields, const char *name, const char *value)
{
	if (name[0] == '\0')
		fields->cut = true;
	else
		record_add(fields, name, value);
}

void
order_add(struct text *fields, const char *option, const char *value)
{
	add(fields, option, value);
}

void
order_add_item(
    struct text *fields, const char *option, size_t index, const char *value)
{
	char name[FIELD_NAME_BYTES];

	item_name(name, option, index);
	add(fields, name, value);
}

void
order_add_setting(struct text *fields, size_t index, const char *name,
    bool is_list, size_t count)
{
	char field[FIELD_NAME_BYTES], list[2 * FIELD_NAME_BYTES];

	item_name(field, SETTINGS, index);
	add(fields, field, name);
	if (!is_list || field[0] == '\0')
		return;
	(void)snprintf(list, sizeof(list), "%s-list", field);
	record_add_int(fields, list, (int64_t)count);
}

void
order_add_setting_value(
    struct text *fields, size_t index, size_t item, const char *value)
{
	char field[FIELD_NAME_BYTES], name[FIELD_NAME_BYTES];

	item_name(field, SETTINGS, index);
	item_name(name, field, item);
	add(fields, field[0] == '\0' ? field : name, value);
}

void
order_write(struct text *file, const struct order *o, const struct text *fields)
{
	struct text all = text_new(ORDER_MAX_BYTES);

	record_add(&all, "executor", o->executor);
	record_add(&all, "key", o->key);
	record_add(&all, "run", o->run);
	record_add(&all, "step", o->step);
	record_add_int(&all, "attempt", o->attempt);
	record_add_int(&all, "timeout_ms", o->timeout_ms);
	record_add(&all, "idempotency_key", o->idempotency_key);
	text_add_bytes(&all, text_str(fields), fields->length);
	all.cut = all.cut || !text_ok(fields);
	record_finish(file, "order", &all);
	text_free(&all);
}

static bool
is_kind(const char *text)
{
	const struct executor_kind *kind = executor_find(text);

	return kind != NULL && kind->place == EXECUTOR_OF_HELPER;
}

static bool
is_key(const char *text)
{
	struct key key;

	return key_parse(text, &key);
}

static bool
is_step(const char *text)
{
	return text[0] != '\0';
}

static const struct {
	const char *name;
	size_t offset;
	bool (*is_valid)(const char *text);
} texts[] = {
	{ "executor", offsetof(struct order, executor), is_kind },
	{ "key", offsetof(struct order, key), is_key },
	{ "run", offsetof(struct order, run), ulid_is_valid },
	{ "step", offsetof(struct order, step), is_step },
	{ "idempotency_key", offsetof(struct order, idempotency_key),
	    name_is_valid },
};

static bool
read_texts(struct order *o, struct error *err)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *value = record_get(&o->options, texts[i].name);
		void *field = (char *)o + texts[i].offset;

		if (value == NULL || !texts[i].is_valid(value))
			return error_set(
			    err, "%s is missing or malformed", texts[i].name);
		*(const char **)field = value;
	}
	return true;
}

bool
order_parse(struct order *o, char *bytes, size_t length, struct error *err)
{
	if (length > ORDER_MAX_BYTES)
		return error_set(err, "more than %d bytes", ORDER_MAX_BYTES);
	if (!record_parse(&o->options, "order", bytes, length, err) ||
	    !read_texts(o, err))
		return false;
	if (!record_get_int(&o->options, "attempt", &o->attempt) ||
	    o->attempt < FIRST_ATTEMPT || o->attempt > LAST_ATTEMPT)
		return error_set(err, "attempt is missing or malformed");
	if (!record_get_int(&o->options, "timeout_ms", &o->timeout_ms) ||
	    o->timeout_ms <= 0)
		return error_set(err, "timeout_ms is missing or malformed");
	return true;
}

const char *
order_text(const struct order *o, const char *option)
{
	return record_get(&o->options, option);
}

const char *
order_item(const struct order *o, const char *option, size_t index)
{
	char name[FIELD_NAME_BYTES];

	item_name(name, option, index);
	return name[0] == '\0' ? NULL : record_get(&o->options, name);
}

size_t
order_count(const struct order *o, const char *option)
{
	size_t count = 0;

	while (order_item(o, option, count) != NULL)
		count++;
	return count;
}

bool
order_setting(
    const struct order *o, size_t index, struct order_setting *setting)
{
	const char *name = order_item(o, SETTINGS, index);
	char field[FIELD_NAME_BYTES], list[2 * FIELD_NAME_BYTES];
	int64_t count = 1;

	if (name == NULL)
		return false;
	item_name(field, SETTINGS, index);
	(void)snprintf(list, sizeof(list), "%s-list", field);
	*setting = (struct order_setting){ .name = name };
	setting->is_list = record_get_int(&o->options, list, &count);
	if (count < 0 || count > ORDER_ITEMS_MAX)
		count = 0;
	setting->count = (size_t)count;
	return true;
}

const char *
order_setting_value(const struct order *o, size_t index, size_t item)
{
	char field[FIELD_NAME_BYTES];

	item_name(field, SETTINGS, index);
	return field[0] == '\0' ? NULL : order_item(o, field, item);
}
