#include "service/versions.h"

#include <stddef.h>
#include <string.h>

static void
copy(char to[VERSION_MAX], const char *from)
{
	size_t length = from == NULL ? 0 : strnlen(from, NAME_MAX_BYTES);

	if (length > 0)
		memmove(to, from, length);
	to[length] = '\0';
}

static void
remember_failed(struct versions *v, const char *version)
{
	copy(v->failed[v->failed_count % VERSIONS_FAILED_MAX], version);
	v->failed_count++;
}

static bool
has_failed(const struct versions *v, const char *version)
{
	for (size_t i = 0; i < VERSIONS_FAILED_MAX; i++)
		if (strcmp(v->failed[i], version) == 0)
			return true;
	return false;
}

static void
forgive(struct versions *v, const char *version)
{
	for (size_t i = 0; i < VERSIONS_FAILED_MAX; i++)
		if (strcmp(v->failed[i], version) == 0)
			v->failed[i][0] = '\0';
}

static void
choose_target(struct versions *v, const char *version, const char *previous)
{
	const char *target = previous;

	v->refused[0] = '\0';
	if (target != NULL && has_failed(v, target)) {
		copy(v->refused, target);
		target = NULL;
	}
	if (target == NULL)
		target = v->verified;
	if (strcmp(target, version) == 0)
		target = NULL;
	copy(v->target, target);
}

void
versions_deployed(struct versions *v, const char *version, const char *previous,
    bool verified, bool was_good)
{
	if (previous != NULL && previous[0] == '\0')
		previous = NULL;
	if (was_good)
		forgive(v, v->now);
	if (verified)
		forgive(v, version);
	choose_target(v, version, previous);
	copy(v->previous, previous != NULL ? previous : v->now);
	copy(v->now, version);
	if (verified)
		copy(v->verified, version);
}

void
versions_rolled_back(struct versions *v, const char *now_at)
{
	if (now_at != NULL && now_at[0] != '\0' && strcmp(now_at, v->now) == 0)
		return; /* nothing has changed, nor is to be forgotten */
	if (strcmp(v->verified, v->now) == 0)
		v->verified[0] = '\0'; /* it was not so good after all */
	v->target[0] = v->refused[0] = '\0';
	if (now_at == NULL || now_at[0] == '\0')
		return;
	remember_failed(v, v->now);
	copy(v->previous, v->now);
	copy(v->now, now_at);
}
