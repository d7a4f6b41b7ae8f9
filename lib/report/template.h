/*
 * template.h - texts with ${name} in them, filled in by name.
 *
 * "$${" stands for "${" itself.  A name is letters, digits, "_", "-" and ".".
 */
#ifndef REPORT_TEMPLATE_H
#define REPORT_TEMPLATE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

/* Every ${name} is closed, and one of the names, which end with NULL. */
bool template_check(
    const char *template, const char *const *names, struct error *err);

enum template_place {
	TEMPLATE_PLAIN,
	TEMPLATE_JSON, /* values are escaped as inside of a JSON string */
};

/* NULL: nothing stands there.  Valid until the next call. */
typedef const char *template_value(void *arg, const char *name);

/* Of a template that was checked.  Values are not looked into again. */
void template_fill(struct text *out, const char *template,
    enum template_place place, template_value *value, void *arg);

/* As inside of a JSON string; what is no UTF-8 becomes U+FFFD. */
void template_add_json(struct text *out, const char *value);

#endif
