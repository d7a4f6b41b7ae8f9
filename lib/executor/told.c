#include "executor/told.h"

#include <stdio.h>
#include <string.h>

#define STEP_MAX 255
#define STEP_DIGITS 3

/* Decimal, without leading zeros; false: it is none, or too large. */
static bool
take_step(const char **at, unsigned *step)
{
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > STEP_DIGITS || (digits > 1 && **at == '0'))
		return false;
	*step = 0;
	for (size_t i = 0; i < digits; i++)
		*step = *step * 10 + (unsigned)((*at)[i] - '0');
	*at += digits;
	return *step <= STEP_MAX;
}

bool
told_take(const char **list, struct told_step *entry)
{
	const char *at = *list;
	struct told_step found;
	size_t length;

	if (!take_step(&at, &found.step) || *at++ != '=')
		return false;
	length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
	if (length == 0 || length > TOLD_WORD_MAX)
		return false;
	memcpy(found.outcome, at, length);
	found.outcome[length] = '\0';
	at += length;
	/* A comma stands between two, and nowhere else. */
	if (*at != '\0' && (*at++ != ',' || *at == '\0'))
		return false;
	*entry = found;
	*list = at;
	return true;
}

bool
told_is_valid(const char *list)
{
	struct told_step entry;

	if (*list == '\0' || strnlen(list, TOLD_MAX_BYTES + 1) > TOLD_MAX_BYTES)
		return false;
	while (told_take(&list, &entry))
		;
	return *list == '\0';
}

bool
told_add(char list[TOLD_MAX_BYTES + 1], unsigned step, const char *outcome)
{
	size_t length = strlen(list), room = TOLD_MAX_BYTES + 1 - length;
	int more = snprintf(list + length, room, "%s%u=%s",
	    length == 0 ? "" : ",", step, outcome);

	if (more > 0 && (size_t)more < room)
		return true;
	list[length] = '\0';
	return false;
}

bool
told_goes_on(const char *list, const char *before)
{
	size_t length = before == NULL ? 0 : strlen(before);

	if (length == 0)
		return true;
	return list != NULL && strncmp(list, before, length) == 0 &&
	    (list[length] == '\0' || list[length] == ',');
}
