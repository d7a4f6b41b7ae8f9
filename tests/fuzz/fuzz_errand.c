/* A name that is taken is fit for a file name and for an instance of a unit. */
#include <stdlib.h>
#include <string.h>

#include "executor/errand.h"
#include "tests/fuzz/fuzz.h"

#define FIT                                                       \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS" \
	"TUVWXYZ._-"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256];
	struct errand e;

	if (size >= sizeof(text))
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (!errand_parse(text, &e))
		return 0;
	if (text[0] == '-' || text[0] == '.' ||
	    strspn(text, FIT) != strlen(text) || strlen(text) > 80 ||
	    e.name < text || e.name > text + strlen(text))
		abort();
	return 0;
}
