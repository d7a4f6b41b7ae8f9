#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool
error_set(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	/* Cut rather than lost: the start of the sentence says what. */
	/* Callers need not have set what is written here. */
	/* cppcheck-suppress ctuuninitvar */
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return false;
}
