#include "daemon/step/state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/host/files.h"
#include "daemon/host/host.h"

/* What the runner believes must be writable for nobody else. */
static bool
is_ours(int folder, const char *name, struct error *err)
{
	struct stat st;

	if (fstat(folder, &st) != 0 || st.st_uid != geteuid())
		return error_set(err, "%s belongs to another user", name);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err, "%s may be written by others", name);
	return true;
}

static bool
open_own(int parent, const char *name, int *folder, struct error *err)
{
	*folder = files_open_folder(parent, name, true, err);
	return *folder >= 0 && is_ours(*folder, name, err);
}

static bool
open_step(struct state *s, struct error *err)
{
	int step = -1;
	bool ok = open_own(s->root, "step", &step, err) &&
	    open_own(step, "claims", &s->claims, err) &&
	    open_own(step, "pins", &s->pins, err) &&
	    open_own(step, "results", &s->results, err) &&
	    open_own(step, "output", &s->outputs, err);

	if (step >= 0)
		(void)close(step);
	return ok;
}

bool
state_open(struct state *s, const char *folder, struct error *err)
{
	struct stat st;

	*s = (struct state){ .root = -1,
		.requests = -1,
		.claims = -1,
		.pins = -1,
		.results = -1,
		.outputs = -1 };
	if (!host_boot_id(s->boot_id))
		return error_set(err, "the kernel does not tell its boot id");
	s->root = files_open_folder(AT_FDCWD, folder, false, err);
	if (s->root < 0)
		return false;
	s->requests = files_open_folder(s->root, "requests", true, err);
	if (s->requests < 0 || fstat(s->requests, &st) != 0 ||
	    !open_step(s, err)) {
		state_close(s);
		return false;
	}
	s->requests_owner = st.st_uid;
	return true;
}

void
state_close(struct state *s)
{
	int folders[] = { s->root, s->requests, s->claims, s->pins, s->results,
		s->outputs };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (folders[i] >= 0)
			(void)close(folders[i]);
}

bool
state_read_result(const struct state *s, const char *key, struct result *result,
    char buffer[RESULT_MAX_BYTES + 1])
{
	struct error err;
	size_t length;

	return file_read(s->results, key, geteuid(), buffer, RESULT_MAX_BYTES,
		   &length, &err) == FILE_OK &&
	    result_parse(result, buffer, length, &err) &&
	    strcmp(result->key, key) == 0;
}

bool
state_read_claim(const struct state *s, const char *key, struct claim *claim,
    char buffer[CLAIM_MAX_BYTES + 1])
{
	struct error err;
	size_t length;

	return file_read(s->claims, key, geteuid(), buffer, CLAIM_MAX_BYTES,
		   &length, &err) == FILE_OK &&
	    claim_parse(claim, buffer, length, &err) &&
	    strcmp(claim->key, key) == 0;
}
