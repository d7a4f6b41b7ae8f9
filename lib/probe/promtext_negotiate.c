#include <string.h>
#include <strings.h>

#include "probe/promtext.h"

#define OPENMETRICS_TYPE "application/openmetrics-text"

static bool
is_type(const char *content_type, const char *type)
{
	size_t length = strlen(type);

	return strncasecmp(content_type, type, length) == 0 &&
	    strchr("; \t", content_type[length]) != NULL;
}

bool
promtext_format_of(const char *content_type, enum promtext_format *format)
{
	*format = PROMTEXT_TEXT;
	if (content_type == NULL)
		return true;
	content_type += strspn(content_type, " \t");
	if (content_type[0] == '\0' || is_type(content_type, "text/plain"))
		return true;
	*format = PROMTEXT_OPENMETRICS;
	return is_type(content_type, OPENMETRICS_TYPE);
}
