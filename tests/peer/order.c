/*
 * order EXECUTOR TIMEOUT_MS [OPTION=VALUE | OPTION+=VALUE | settings:N=VALUE |
 * settings:N+=VALUE]...: writes the order that the runner would give that
 * executor.  With += the value is one more of a list; of a list of settings
 * all values stand side by side.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "executor/order.h"

#define SETTINGS "settings:"

struct making {
	struct text fields;
	char last[64]; /* option or setting of the list under way */
	size_t items;
	size_t settings;
};

/* The index of this value in its list. */
static size_t
item_of(struct making *m, const char *name)
{
	if (strcmp(m->last, name) != 0)
		m->items = 0;
	(void)snprintf(m->last, sizeof(m->last), "%s", name);
	return m->items++;
}

/* Of those that follow, how many belong to the same list. */
static size_t
count_of(char *const *argv, const char *name)
{
	size_t count = 0, length = strlen(name);

	while (argv[count] != NULL &&
	    strncmp(argv[count], SETTINGS, strlen(SETTINGS)) == 0 &&
	    strncmp(argv[count] + strlen(SETTINGS), name, length) == 0 &&
	    strncmp(argv[count] + strlen(SETTINGS) + length, "+=", 2) == 0)
		count++;
	return count;
}

static void
add_setting(struct making *m, const char *name, bool is_list, const char *value,
    size_t listed)
{
	size_t item = is_list ? item_of(m, name) : 0;

	if (item == 0)
		order_add_setting(&m->fields, m->settings++, name, is_list,
		    is_list ? listed : 1);
	order_add_setting_value(&m->fields, m->settings - 1, item, value);
}

static void
add(struct making *m, char *const *argv)
{
	char *value = strchr(argv[0], '=');
	char name[64];
	bool is_list;

	if (value == NULL || value == argv[0])
		errx(2, "%s: write OPTION=VALUE", argv[0]);
	is_list = value[-1] == '+';
	(void)snprintf(name, sizeof(name), "%.*s",
	    (int)(value - argv[0] - is_list), argv[0]);
	value++;
	if (strncmp(name, SETTINGS, strlen(SETTINGS)) == 0)
		add_setting(m, name + strlen(SETTINGS), is_list, value,
		    count_of(argv, name + strlen(SETTINGS)));
	else if (is_list)
		order_add_item(&m->fields, name, item_of(m, name), value);
	else
		order_add(&m->fields, name, value);
}

int
main(int argc, char *argv[])
{
	struct making m = { .fields = text_new(ORDER_MAX_BYTES) };
	struct text file = text_new(ORDER_MAX_BYTES);
	struct order order = {
		.key = "01ARZ3NDEKTSV4RRFFQ69G5FAV-0-1",
		.run = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
		.step = "note",
		.attempt = 1,
		.idempotency_key = "01ARZ3NDEKTSV4RRFFQ69G5FAV-0",
	};

	if (argc < 3)
		errx(2, "usage: order EXECUTOR TIMEOUT_MS [OPTION=VALUE]...");
	order.executor = argv[1];
	order.timeout_ms = strtol(argv[2], NULL, 10);
	for (int i = 3; i < argc; i++)
		add(&m, argv + i);
	order_write(&file, &order, &m.fields);
	if (!text_ok(&file))
		errx(1, "it is too much");
	if (fwrite(text_str(&file), 1, file.length, stdout) != file.length)
		err(1, "standard output");
	text_free(&file);
	text_free(&m.fields);
	return 0;
}
