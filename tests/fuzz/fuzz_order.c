/*
 * The input stands for the lines of an order; header and checksum are made
 * for it, so that every field's own check is reached.  Whatever a helper may
 * ask of one that is taken has an answer.
 */
#include <stdlib.h>
#include <string.h>

#include "executor/executor.h"
#include "executor/order.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX (1 << 19)

static void
check(const struct order *o)
{
	struct order_setting setting;
	size_t settings = 0;

	if (executor_find(o->executor) == NULL || o->attempt < 1 ||
	    o->timeout_ms <= 0 || o->step[0] == '\0')
		abort();
	if (order_count(o, "headers") > ORDER_ITEMS_MAX ||
	    order_item(o, "headers", order_count(o, "headers")) != NULL)
		abort();
	while (order_setting(o, settings, &setting)) {
		if (setting.count > ORDER_ITEMS_MAX ||
		    (!setting.is_list && setting.count != 1))
			abort();
		for (size_t i = 0; i < setting.count; i++)
			(void)order_setting_value(o, settings, i);
		settings++;
	}
	if (settings > ORDER_ITEMS_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text fields = text_new(FILE_MAX), file = text_new(FILE_MAX);
	struct order parsed;
	struct error err;

	text_add_bytes(&fields, data, size);
	record_finish(&file, "order", &fields);
	if (text_ok(&file) &&
	    order_parse(&parsed, file.data, file.length, &err))
		check(&parsed);
	text_free(&fields);
	text_free(&file);
	return 0;
}
