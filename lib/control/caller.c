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

/* The roles between the parentheses; those not said are not there. */
static bool
parse_roles(const char *words, unsigned *roles)
{
	*roles = 0;
	for (unsigned r = 0; r < ROLE_COUNT; r++) {
		size_t length = strlen(role_words[r]);

		if (strncmp(words, role_words[r], length) != 0)
			continue;
		*roles |= ROLE_BIT(r);
		words += length;
		if (strncmp(words, ", ", 2) != 0)
			break;
		words += 2;
	}
	return *roles != 0 && strcmp(words, ")") == 0;
}

bool
caller_parse(const char *text, struct caller *caller)
{
	char digits[16] = "";
	uint64_t uid;
	size_t length;
	struct caller c = { .uid = 0 };

	if (strncmp(text, "uid ", 4) != 0)
		return false;
	text += 4;
	length = strspn(text, "0123456789");
	if (length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	if (!count_parse(digits, &uid) || uid > UINT32_MAX)
		return false;
	c.uid = (uint32_t)uid;
	text += length;
	if (*text != '\0') {
		if (strncmp(text, " (", 2) != 0 ||
		    !parse_roles(text + 2, &c.roles))
			return false;
	}
	*caller = c;
	return true;
}
