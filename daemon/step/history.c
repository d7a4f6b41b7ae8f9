#include "daemon/step/history.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "procedure/run.h"

#define DAY_MS INT64_C(86400000) /* to spare, for a clock that was set */

int64_t
history_age_ms(const struct state *s, const struct claim *c)
{
	int64_t age;

	if (strcmp(c->boot_id, s->boot_id) == 0)
		age = host_boot_ms() - c->claimed_ms;
	else
		age = host_wall_ms() - c->wall_ms;
	return age < 0 ? -age : age;
}

/* Behind one that was refused others may have come, with on_failure. */
static bool
went_on(const struct state *s, const char *key)
{
	struct key first, next;
	char name[KEY_BYTES];

	if (!key_parse(key, &first))
		return true;
	next = first;
	next.attempt = 1;
	for (next.step = first.step + 1; next.step < PROCEDURE_PLAN_STEPS_MAX;
	     next.step++) {
		key_text(&next, name);
		if (file_exists(s->claims, name))
			return true;
	}
	next = first;
	next.attempt++;
	key_text(&next, name);
	return file_exists(s->claims, name);
}

bool
history_came_to_nothing(const struct state *s, const struct claim *c)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	enum step_outcome outcome;

	if (!state_read_result(s, c->key, &result, buffer) ||
	    !step_outcome_parse(result.outcome, &outcome))
		return false;
	return outcome == STEP_WITHDRAWN ||
	    (outcome == STEP_REFUSED && !went_on(s, c->key));
}

static bool
is_older(const struct state *s, const char *name, int64_t span_ms)
{
	struct stat st;
	int64_t age;

	if (fstatat(s->claims, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	age = host_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
	return age > span_ms + DAY_MS;
}

/* The folder's entries anew, whoever read it before. */
static DIR *
open_entries(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);

	if (entries == NULL && fd >= 0)
		(void)close(fd); /* was only read */
	return entries;
}

bool
history_read(const struct state *s, int64_t span_ms, history_saw *saw,
    void *arg, struct error *err)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	DIR *entries = open_entries(s->claims);
	const struct dirent *entry;
	bool goes_on = true;

	if (entries == NULL)
		return error_set(err, "the claims cannot be listed");
	while (goes_on && (entry = readdir(entries)) != NULL) {
		struct claim claim;
		struct key key;

		/* Cut, it was written by one that died before it did
		   anything. */
		if (key_parse(entry->d_name, &key) &&
		    !is_older(s, entry->d_name, span_ms) &&
		    state_read_claim(s, entry->d_name, &claim, buffer))
			goes_on = saw(arg, &key, &claim);
	}
	(void)closedir(entries); /* was only read */
	return true;
}
