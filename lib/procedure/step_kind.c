#include "procedure/step_kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "executor/executor.h"
#include "procedure/step_words.h"

#define WORDS_MAX_BYTES 1024

static bool
is_word_said(const struct option *o, int value)
{
	const struct option_word *words = o->detail;

	for (; words->word != NULL; words++)
		if (words->value == value)
			return strcmp(words->word, o->fallback) != 0;
	return true;
}

static bool
is_duration_said(const struct option *o, int64_t ms)
{
	int64_t fallback_ms = 0;

	if (o->fallback != NULL)
		(void)duration_parse(o->fallback, &fallback_ms);
	return ms != fallback_ms;
}

static bool
is_number_said(const struct option *o, double value)
{
	double fallback = 0;

	if (o->fallback != NULL)
		(void)decimal_parse(o->fallback, &fallback);
	return value < fallback || value > fallback;
}

static bool
is_text_said(const struct option *o, const char *text)
{
	return text != NULL &&
	    (o->fallback == NULL || strcmp(text, o->fallback) != 0);
}

bool
step_says(const struct step_settings *s, const struct option *option)
{
	const void *field = (const char *)s + option->offset;

	switch (option->type) {
	case OPTION_BOOL:
		return *(const bool *)field;
	case OPTION_COUNT:
		return is_number_said(option, *(const unsigned *)field);
	case OPTION_NUMBER:
	case OPTION_RATIO:
		return is_number_said(option, *(const double *)field);
	case OPTION_DURATION:
	case OPTION_SIZE:
		return is_duration_said(option, *(const int64_t *)field);
	case OPTION_TEXT:
	case OPTION_NAME:
	case OPTION_PATH:
		return is_text_said(option, *(const char *const *)field);
	case OPTION_WORD:
		return is_word_said(option, *(const int *)field);
	case OPTION_STRINGS:
	case OPTION_NAMES:
		return ((const struct strings *)field)->count > 0;
	case OPTION_PARAMS:
		return ((const struct params *)field)->count > 0;
	case OPTION_GROUP:
	case OPTION_LIST:
	case OPTION_NAMED:
		return false; /* a step has none */
	}
	return false;
}

/* Which executors take it, for people. */
static void
add_takers(struct text *out, const char *option)
{
	bool is_first = true;

	for (size_t i = 0; executor_kinds[i] != NULL; i++) {
		if (!executor_takes(executor_kinds[i], option))
			continue;
		text_addf(
		    out, "%s%s", is_first ? "" : ", ", executor_kinds[i]->name);
		is_first = false;
	}
}

static void
check_takes(const struct step_settings *s, const struct executor_kind *kind,
    step_kind_tell *tell, void *arg)
{
	for (size_t i = 0; i < step_options.count; i++) {
		const struct option *o = &step_options.options[i];
		struct text words = text_new(WORDS_MAX_BYTES);

		if (step_says(s, o) && !executor_takes(kind, o->key)) {
			text_addf(&words,
			    "%s is not for executor \"%s\", but for ", o->key,
			    kind->name);
			add_takers(&words, o->key);
			tell(text_str(&words), arg);
		}
		text_free(&words);
	}
}

static bool
says(const struct step_settings *s, const char *key)
{
	for (size_t i = 0; i < step_options.count; i++)
		if (strcmp(step_options.options[i].key, key) == 0)
			return step_says(s, &step_options.options[i]);
	return false;
}

/* How it would be written. */
static const char *
hint(const char *key)
{
	static const struct {
		const char *key;
		const char *hint;
	} hints[] = {
		{ "command",
		    "command = [ \"/path/to/program\", \"argument\" ]" },
		{ "timeout", "timeout = \"1m\"" },
		{ "url", "url = \"https://host/path\"" },
		{ "units", "units = [ \"shop.service\" ]" },
		{ "action", "action = \"restart\"" },
		{ "plugin", "plugin = \"/path/to/plugin.so\"" },
		{ "role", "role = \"lead\"" },
		{ "procedure", "procedure = \"NAME\"" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(hints[i].key, key) == 0)
			return hints[i].hint;
	return "see rollbackd.conf(5)";
}

static void
check_needs(const struct step_settings *s, const struct executor_kind *kind,
    step_kind_tell *tell, void *arg)
{
	const char *const *needs = kind->needs;

	for (; needs != NULL && *needs != NULL; needs++) {
		struct text words = text_new(WORDS_MAX_BYTES);

		text_addf(&words, "it has no %s: %s", *needs, hint(*needs));
		if (!says(s, *needs))
			tell(text_str(&words), arg);
		text_free(&words);
	}
}

static void
check_needs_one(const struct step_settings *s, const struct executor_kind *kind,
    step_kind_tell *tell, void *arg)
{
	const char *const *needs = kind->needs_one;
	struct text words = text_new(WORDS_MAX_BYTES);
	unsigned count = 0;

	if (needs == NULL)
		return;
	text_addf(&words, "executor \"%s\" needs exactly one of", kind->name);
	for (size_t i = 0; needs[i] != NULL; i++) {
		text_addf(&words, "%s %s", i == 0 ? "" : ",", needs[i]);
		count += says(s, needs[i]);
	}
	if (count != 1)
		tell(text_str(&words), arg);
	text_free(&words);
}

void
step_kind_check(const struct step_settings *s, bool was_read_well,
    step_kind_tell *tell, void *arg)
{
	const struct executor_kind *kind = executor_find(s->executor);

	if (kind == NULL)
		return;
	check_takes(s, kind, tell, arg);
	if (was_read_well) {
		check_needs(s, kind, tell, arg);
		check_needs_one(s, kind, tell, arg);
	}
	step_words_check(s, tell, arg);
}

int64_t
step_limit_ms(const struct step_settings *s)
{
	return s->timeout_ms > 0 ? s->timeout_ms : s->wait_ms;
}

enum resume
step_resume(const struct step_settings *s)
{
	if (s->resume == RESUME_ASK && s->idempotency != NULL &&
	    strcmp(s->idempotency, "key") == 0)
		return RESUME_RERUN;
	return s->resume;
}

bool
step_is_claimed(const struct step_settings *s)
{
	const struct executor_kind *kind =
	    s->executor == NULL ? NULL : executor_find(s->executor);

	return kind == NULL || executor_is_claimed(kind);
}

bool
step_is_of(const struct step_settings *s, const char *executor)
{
	return s->executor != NULL && strcmp(s->executor, executor) == 0;
}
