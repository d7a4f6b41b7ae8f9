/* Names in lines, found without a search for each of a million. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/backtest_impl.h"

#define HASH_START UINT64_C(14695981039346656037)
#define HASH_FACTOR UINT64_C(1099511628211)

/* FNV-1a; a NUL parts the two names. */
static uint64_t
hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * HASH_FACTOR;
	return hash * HASH_FACTOR;
}

static uint64_t
hash_names(
    const struct recording_words *service, const struct recording_words *probe)
{
	uint64_t hash = hash_bytes(HASH_START, service->bytes, service->length);

	return hash_bytes(hash, probe->bytes, probe->length);
}

static bool
says(const struct recording_words *words, const char *name)
{
	return strlen(name) == words->length &&
	    memcmp(name, words->bytes, words->length) == 0;
}

static struct recording_words
words_of(const char *name)
{
	return (struct recording_words){ name, strlen(name) };
}

static void
add_name(struct backtest *b, unsigned service, unsigned probe)
{
	const struct service_settings *s = &b->settings.services[service];
	struct recording_words first = words_of(s->name);
	struct recording_words second = words_of(s->probes[probe].name);
	uint64_t hash = hash_names(&first, &second);
	size_t at = hash & b->name_mask;

	while (b->names[at].is_taken)
		at = (at + 1) & b->name_mask;
	b->names[at] = (struct backtest_name){ hash, service, probe, true };
}

bool
backtest_names_make(struct backtest *b)
{
	size_t count = 1, size = 16;

	for (size_t i = 0; i < b->settings.service_count; i++)
		count += b->settings.services[i].probe_count;
	while (size < 2 * count)
		size *= 2;
	b->names = calloc(size, sizeof(*b->names));
	if (b->names == NULL)
		return false;
	b->name_mask = size - 1;
	for (unsigned i = 0; i < b->settings.service_count; i++)
		for (unsigned k = 0; k < b->settings.services[i].probe_count;
		     k++)
			add_name(b, i, k);
	return true;
}

const struct backtest_name *
backtest_find(const struct backtest *b, const struct recording_sample *s)
{
	uint64_t hash = hash_names(&s->service, &s->probe);
	size_t at = hash & b->name_mask;

	for (; b->names[at].is_taken; at = (at + 1) & b->name_mask) {
		const struct backtest_name *n = &b->names[at];
		const struct service_settings *service =
		    &b->settings.services[n->service];

		if (n->hash == hash && says(&s->service, service->name) &&
		    says(&s->probe, service->probes[n->probe].name))
			return n;
	}
	return NULL;
}

static int
compare_name(const void *name, const void *item)
{
	return strcmp(name, ((const struct service_settings *)item)->name);
}

struct backtest_service *
backtest_service(struct backtest *b, const char *name)
{
	const struct service_settings *all = b->settings.services, *found;

	if (name == NULL || b->settings.service_count == 0)
		return NULL;
	found = bsearch(
	    name, all, b->settings.service_count, sizeof(*all), compare_name);
	return found == NULL ? NULL : &b->services[found - all];
}

const char *
backtest_class(struct backtest *b, const struct recording_words *words)
{
	if (words->length == 0)
		return "unknown";
	if (b->last_class != NULL && says(words, b->last_class))
		return b->last_class;
	for (size_t i = 0; i < b->class_count; i++)
		if (says(words, b->classes[i]))
			return b->last_class = b->classes[i];
	if (b->class_count == BACKTEST_CLASSES_MAX)
		return "other";
	b->classes[b->class_count] = strndup(words->bytes, words->length);
	if (b->classes[b->class_count] == NULL)
		return "other";
	return b->last_class = b->classes[b->class_count++];
}

/* Each is named once. */
static void
note(struct backtest *b, const char *words)
{
	for (size_t i = 0; i < b->unknown_count; i++)
		if (strcmp(b->unknown[i], words) == 0)
			return;
	if (b->unknown_count < BACKTEST_UNKNOWN_MAX)
		(void)snprintf(b->unknown[b->unknown_count++],
		    BACKTEST_WORDS_MAX, "%s", words);
}

bool
backtest_unknown(struct backtest *b, struct error *err, const char *fmt, ...)
{
	char words[BACKTEST_WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (!b->settings.skip_unknown)
		return error_set(err,
		    "the configuration has no %s: mend the name, or leave out "
		    "such lines with --skip-unknown",
		    words);
	b->skipped++;
	note(b, words);
	return true;
}
