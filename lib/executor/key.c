#include "executor/key.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define STEP_LAST 255
#define ATTEMPT_LAST 99
#define CHECK_LAST 99
#define UNDO_LAST 99
#define DIGITS_MAX 3

void
key_text(const struct key *key, char text[KEY_BYTES])
{
	int length = snprintf(text, KEY_BYTES, "%.*s-%u-%u", ULID_BYTES - 1,
	    key->run, key->step, key->attempt);

	text += length;
	if (key->check > 0)
		(void)snprintf(
		    text, KEY_BYTES - (size_t)length, "-c%u", key->check);
	else if (key->undo > 0)
		(void)snprintf(
		    text, KEY_BYTES - (size_t)length, "-u%u", key->undo);
}

/* The number up to the next "-" or the end, without leading zeros. */
static bool
read_number(const char **text, unsigned least, unsigned most, unsigned *value)
{
	char digits[DIGITS_MAX + 1];
	size_t length = strcspn(*text, "-");
	uint64_t count;

	if (length > DIGITS_MAX)
		return false;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	if (!count_parse(digits, &count) || count < least || count > most)
		return false;
	*value = (unsigned)count;
	*text += length;
	return true;
}

static bool
skip(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

bool
key_parse(const char *text, struct key *key)
{
	size_t run = ULID_BYTES - 1;

	if (strnlen(text, KEY_BYTES) <= run)
		return false;
	memcpy(key->run, text, run);
	key->run[run] = '\0';
	text += run;
	key->check = key->undo = 0;
	if (!ulid_is_valid(key->run) || !skip(&text, "-") ||
	    !read_number(&text, 0, STEP_LAST, &key->step) ||
	    !skip(&text, "-") ||
	    !read_number(&text, 1, ATTEMPT_LAST, &key->attempt))
		return false;
	if (*text == '\0')
		return true;
	if (skip(&text, "-c"))
		return read_number(&text, 1, CHECK_LAST, &key->check) &&
		    *text == '\0';
	return skip(&text, "-u") &&
	    read_number(&text, 1, UNDO_LAST, &key->undo) && *text == '\0';
}
