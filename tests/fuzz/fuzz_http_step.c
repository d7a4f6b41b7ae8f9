/*
 * The first byte says what the text that follows is to be: an address, a
 * header, a header's file, or a unit.  What is let through can do no harm on
 * the line that it is written to.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "executor/http_step.h"
#include "executor/unit_step.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX_BYTES 16384

static void
require(bool is_so)
{
	if (!is_so)
		abort();
}

static bool
has_controls(const char *text)
{
	for (; *text != '\0'; text++)
		if ((*(const unsigned char *)text < ' ' && *text != '\t') ||
		    *text == 0x7f)
			return true;
	return false;
}

/* In front of the query. */
static bool
climbs(const char *url)
{
	size_t length = strcspn(url, "?");

	return memmem(url, length, "/../", 4) != NULL ||
	    memmem(url, length, "/./", 3) != NULL;
}

static void
check_url(const char *text)
{
	struct error err = { "" };

	if (!http_url_check(text, false, &err)) {
		require(err.text[0] != '\0');
		return;
	}
	require(strncasecmp(text, "http", 4) == 0);
	require(strpbrk(text, " \t\r\n\"<>\\^`{|}#") == NULL);
	require(!climbs(text));
	require(strlen(text) <= HTTP_STEP_URL_MAX);
	/* What holds no variables is as good a template. */
	require(http_url_check(text, true, &err));
}

static void
check_header(const char *text, bool is_file)
{
	struct error err = { "" };
	struct http_field f;
	bool fine = is_file ? http_header_file_check(text, &err) :
			      http_header_check(text, &err);

	if (!fine) {
		require(err.text[0] != '\0');
		return;
	}
	require(http_field_split(text, &f) && f.name_length > 0);
	require(!has_controls(text));
	require(strlen(text) <= HTTP_STEP_HEADER_MAX_BYTES);
	require(strncasecmp(text, "content-length:", 15) != 0);
	require(is_file || strncasecmp(text, "authorization:", 14) != 0);
	require(!is_file || *f.value == '/' || *f.value == '$');
}

static void
check_unit(const char *text)
{
	struct error err = { "" };

	if (!unit_name_check(text, &err)) {
		require(err.text[0] != '\0');
		return;
	}
	require(*text != '-' && strpbrk(text, "/ *?[;$\n") == NULL);
	require(strlen(text) <= UNIT_STEP_NAME_MAX_BYTES);
	require(strchr(text, '.') != NULL && strchr(text, '.') != text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { "" };
	char *text;

	if (size < 1 || size > TEXT_MAX_BYTES)
		return 0;
	text = malloc(size);
	require(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 5) {
	case 0:
		check_url(text);
		break;
	case 1:
		check_header(text, false);
		break;
	case 2:
		check_header(text, true);
		break;
	case 3:
		check_unit(text);
		break;
	default:
		(void)http_url_check(text, true, &err);
		break;
	}
	free(text);
	return 0;
}
