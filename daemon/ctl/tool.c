#include "daemon/ctl/tool.h"

#include <stdio.h>
#include <string.h>

#define COMPLAINT_MAX 1024

/* Ends with a NULL name. */
static const struct tool tools[] = {
	{ "compare", "judge a canary's numbers against a baseline's",
	    tool_compare },
	{ "metrics", "read an exposition page (metrics parse)", tool_metrics },
	{ "backtest", "what this configuration would have done, on samples",
	    tool_backtest },
	{ NULL, NULL, NULL },
};

const struct tool *
tool_find(const char *name)
{
	for (const struct tool *t = tools; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

void
tool_help_all(struct text *out)
{
	for (const struct tool *t = tools; t->name != NULL; t++)
		text_addf(out, "  %-10s %s\n", t->name, t->help);
}

void
tool_complain(const char *fmt, ...)
{
	char words[COMPLAINT_MAX];
	struct text out = text_new(8 * COMPLAINT_MAX);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	text_add(&out, "rollbackctl: ");
	text_add_escaped(&out, words, strlen(words));
	text_add_char(&out, '\n');
	(void)fputs(text_str(&out), stderr);
	text_free(&out);
}

bool
tool_print(const struct text *out)
{
	if (text_ok(out) &&
	    fwrite(text_str(out), 1, out->length, stdout) == out->length &&
	    fflush(stdout) == 0)
		return true;
	tool_complain("cannot write all of it");
	return false;
}
