#include "control/caller.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

static const char *const role_words[ROLE_COUNT] = {
	[ROLE_CI] = "ci",
	[ROLE_ON_CALL] = "on_call",
	[ROLE_LEAD] = "lead",
	[ROLE_MANAGER] = "manager",
	[ROLE_PRODUCT] = "product",
	[ROLE_STEPS] = "steps",
};

const char *
role_word(enum role role)
{
	return role_words[role];
}

const char *
caller_text(const struct caller *caller, char buffer[CALLER_TEXT_MAX])
{
	struct text t = text_new(CALLER_TEXT_MAX - 1);
	const char *before = " (";

	text_addf(&t, "uid %u", caller->uid);
	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		if ((caller->roles & ROLE_BIT(r)) == 0)
			continue;
		text_add(&t, before);
		text_add(&t, role_words[r]);
		before = ", ";
	}
	if (*before == ',')
		text_add(&t, ")");
	(void)snprintf(buffer, CALLER_TEXT_MAX, "%s", text_str(&t));
	text_free(&t);
	return buffer;
}

/* Whatever roles the text names, in whatever way. */
static unsigned
named_roles(const char *text)
{
	unsigned roles = 0;

	for (unsigned r = 0; r < ROLE_COUNT; r++)
		if (strstr(text, role_words[r]) != NULL)
			roles |= ROLE_BIT(r);
	return roles;
}

bool
caller_parse(const char *text, struct caller *caller)
{
	char digits[16] = "", again[CALLER_TEXT_MAX];
	struct caller c = { .roles = named_roles(text) };
	uint64_t uid;
	size_t length;

	if (strncmp(text, "uid ", 4) != 0)
		return false;
	length = strspn(text + 4, "0123456789");
	if (length >= sizeof(digits))
		return false;
	memcpy(digits, text + 4, length);
	if (!count_parse(digits, &uid) || uid > UINT32_MAX)
		return false;
	c.uid = (uint32_t)uid;
	/* Only that reads back which is written just so. */
	if (strcmp(caller_text(&c, again), text) != 0)
		return false;
	*caller = c;
	return true;
}
