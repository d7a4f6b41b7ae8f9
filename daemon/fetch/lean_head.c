#include <string.h>
#include <strings.h>

#include "daemon/fetch/lean_impl.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *
lean_head_value(char *head, size_t length, const char *name, bool is_last)
{
	size_t name_length = strlen(name);
	char *end = head + length, *found = NULL, *found_end = NULL;

	for (char *line = head; line < end;) {
		char *next = memchr(line, '\n', (size_t)(end - line));
		char *value = line + name_length + 1;
		char *value_end = next == NULL ? end : next;

		next = next == NULL ? end : next + 1;
		if (value <= value_end &&
		    strncasecmp(line, name, name_length) == 0 &&
		    line[name_length] == ':') {
			while (value < value_end && is_blank(*value))
				value++;
			while (value < value_end && is_blank(value_end[-1]))
				value_end--;
			if (value < value_end && (found == NULL || is_last)) {
				found = value;
				found_end = value_end;
			}
		}
		line = next;
	}
	if (found != NULL)
		*found_end = '\0';
	return found;
}
