/* Whatever is taken for a key is written back as it came. */
#include <stdlib.h>
#include <string.h>

#include "executor/key.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256], again[KEY_BYTES];
	struct key key;

	if (size >= sizeof(text))
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (!key_parse(text, &key))
		return 0;
	key_text(&key, again);
	if (strcmp(text, again) != 0 || strchr(text, '/') != NULL ||
	    !ulid_is_valid(key.run) || key.step > 255 || key.attempt < 1 ||
	    key.attempt > 99 || key.check > 99 || key.undo > 99 ||
	    (key.check > 0 && key.undo > 0))
		abort();
	return 0;
}
