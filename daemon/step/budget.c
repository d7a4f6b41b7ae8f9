#include "daemon/step/budget.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "daemon/host/host.h"

#define HOUR_MS (60 * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define ON_FAILURE_PROCEDURE "procedure:"

/* How long ago; over a reboot by the wall clock, whichever way it moved. */
static int64_t
age_ms(const struct state *s, const struct claim *c)
{
	int64_t age;

	if (strcmp(c->boot_id, s->boot_id) == 0)
		age = host_boot_ms() - c->claimed_ms;
	else
		age = host_wall_ms() - c->wall_ms;
	return age < 0 ? -age : age;
}

/* Its step was taken back or could not be run: it did nothing. */
static bool
came_to_nothing(const struct state *s, const char *key)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	enum step_outcome outcome;

	return state_read_result(s, key, &result, buffer) &&
	    step_outcome_parse(result.outcome, &outcome) &&
	    (outcome == STEP_WITHDRAWN || outcome == STEP_REFUSED);
}

/*
 * Long past counting, by the wall clock and a day to spare: reading every
 * claim that is kept would delay the first step.
 */
static bool
is_ancient(const struct permit *p, const struct state *s, const char *name)
{
	int64_t counts_ms = p->pin->service.cooldown_ms;
	struct stat st;
	int64_t age;

	if (counts_ms < HOUR_MS)
		counts_ms = HOUR_MS;
	if (fstatat(s->claims, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	age = host_wall_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
	return age > counts_ms + DAY_MS;
}

/* The claim of another automatic run's first step. */
static bool
read_first_claim(const struct permit *p, const struct state *s,
    const char *name, struct claim *claim, char *buffer)
{
	struct key key;

	if (!key_parse(name, &key) || key.step != 0 || key.attempt != 1 ||
	    key.check != 0 || strcmp(key.run, p->key.run) == 0 ||
	    is_ancient(p, s, name))
		return false;
	/* Cut, it was written by one that died before it did anything. */
	if (!state_read_claim(s, name, claim, buffer))
		return false;
	return claim->refusal == NULL && strcmp(claim->cause, "automatic") == 0;
}

/* What is run when all is well again waits for nothing but its own kind. */
static bool
makes_it_wait(const struct permit *p, const struct claim *claim)
{
	const char *procedure = p->request.procedure;

	return !strings_contain(&p->pin->cleared, procedure) ||
	    claim->procedure == NULL ||
	    strcmp(claim->procedure, procedure) == 0;
}

static bool
is_too_soon(
    const struct permit *p, const struct claim *claim, int64_t claim_age_ms)
{
	return strcmp(claim->service, p->request.service) == 0 &&
	    strcmp(claim->incident, p->request.incident) != 0 &&
	    claim_age_ms < p->pin->service.cooldown_ms &&
	    makes_it_wait(p, claim);
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
budget_allows(const struct permit *p, const struct state *s, struct error *err)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	DIR *entries = open_entries(s->claims);
	const struct dirent *entry;
	unsigned runs = 0, of_service = 0;
	bool too_soon = false;

	if (entries == NULL)
		return error_set(err, "the claims cannot be listed");
	while (!too_soon && (entry = readdir(entries)) != NULL) {
		struct claim claim;
		int64_t age;

		if (!read_first_claim(p, s, entry->d_name, &claim, buffer))
			continue;
		age = age_ms(s, &claim);
		if ((age >= HOUR_MS && !is_too_soon(p, &claim, age)) ||
		    came_to_nothing(s, entry->d_name))
			continue;
		runs += age < HOUR_MS;
		of_service += age < HOUR_MS &&
		    strcmp(claim.service, p->request.service) == 0;
		too_soon = is_too_soon(p, &claim, age);
	}
	(void)closedir(entries); /* was only read */
	if (too_soon)
		return error_set(err,
		    "%s was rolled back automatically less than its "
		    "cooldown ago",
		    p->request.service);
	if (of_service >= SERVICE_RUNS_PER_HOUR_MAX)
		return error_set(err, "%s had %u automatic runs within an hour",
		    p->request.service, of_service);
	if (runs >= RUNS_PER_HOUR_MAX)
		return error_set(
		    err, "there were %u automatic runs within an hour", runs);
	return true;
}

/* Is it of this incident, and whose child is it in turn? */
static bool
read_ancestor(const struct permit *p, const struct state *s,
    char run[ULID_BYTES], bool *has_parent, struct error *err)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct key key = { .attempt = 1 };
	char name[KEY_BYTES];
	struct claim claim;

	memcpy(key.run, run, ULID_BYTES);
	key_text(&key, name);
	if (!state_read_claim(s, name, &claim, buffer) || claim.refusal != NULL)
		return error_set(err, "its parent run was never begun");
	if (strcmp(claim.incident, p->request.incident) != 0)
		return error_set(err, "its parent is of another incident");
	*has_parent = claim.parent != NULL && ulid_is_valid(claim.parent);
	if (*has_parent)
		memcpy(run, claim.parent, ULID_BYTES);
	return true;
}

static bool
depth_is_allowed(
    const struct permit *p, const struct state *s, struct error *err)
{
	char run[ULID_BYTES];
	bool has_parent = true;

	memcpy(run, p->request.parent, ULID_BYTES);
	for (int depth = 1; has_parent; depth++) {
		if (depth > ESCALATION_DEPTH_MAX)
			return error_set(
			    err, "it would be the third in a row to escalate");
		if (!read_ancestor(p, s, run, &has_parent, err))
			return false;
	}
	return true;
}

static bool
goes_over_to(const struct procedure_settings *from, const char *name)
{
	size_t prefix = strlen(ON_FAILURE_PROCEDURE);

	if (from->escalate != NULL && strcmp(from->escalate, name) == 0)
		return true;
	for (size_t i = 0; i < from->step_count; i++) {
		const char *on = from->steps[i].on_failure;

		if (on != NULL &&
		    strncmp(on, ON_FAILURE_PROCEDURE, prefix) == 0 &&
		    strcmp(on + prefix, name) == 0)
			return true;
	}
	return false;
}

bool
escalation_is_known(
    const struct permit *p, const struct state *s, struct error *err)
{
	char *text = malloc(PIN_MAX_BYTES + 1);
	struct pin *parent = NULL;
	struct error why;
	size_t length;
	bool known;

	if (text != NULL &&
	    file_read(s->pins, p->request.parent, geteuid(), text,
		PIN_MAX_BYTES, &length, &why) == FILE_OK)
		parent = pin_parse(text, length, &why);
	free(text);
	if (parent == NULL)
		return error_set(err, "its parent run has no pin");
	known = strcmp(parent->service.name, p->request.service) == 0 &&
	    goes_over_to(&parent->procedure, p->request.procedure);
	pin_free(parent);
	if (!known)
		return error_set(err,
		    "procedure %s is not what its parent run goes over to",
		    p->request.procedure);
	return depth_is_allowed(p, s, err);
}
