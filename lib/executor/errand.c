#include "executor/errand.h"

#include <string.h>

#include "base/digest.h"
#include "executor/key.h"

static const struct {
	const char *word;
	enum errand_kind kind;
} words[] = {
	{ "reap-", ERRAND_REAP },
	{ "keep-", ERRAND_KEEP },
	{ "prune", ERRAND_PRUNE },
	{ "test", ERRAND_TEST },
};

static bool
is_valid(const struct errand *e)
{
	struct key key;

	switch (e->kind) {
	case ERRAND_ATTEMPT:
	case ERRAND_REAP:
		return key_parse(e->name, &key);
	case ERRAND_KEEP:
		return digest_text_is_valid(e->name);
	case ERRAND_PRUNE:
	case ERRAND_TEST:
		return *e->name == '\0';
	}
	return false;
}

bool
errand_parse(const char *text, struct errand *errand)
{
	*errand = (struct errand){ ERRAND_ATTEMPT, text };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(text, words[i].word, length) == 0)
			*errand =
			    (struct errand){ words[i].kind, text + length };
	}
	return is_valid(errand);
}
