#include "probe/metric_name.h"

#include <stddef.h>
#include <string.h>

bool
metric_name_equals(struct metric_name a, struct metric_name b)
{
	if (a.text == NULL || b.text == NULL)
		return a.text == b.text;
	return a.is_counter == b.is_counter && strcmp(a.text, b.text) == 0;
}
