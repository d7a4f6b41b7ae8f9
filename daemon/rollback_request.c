/* What is asked of the runner for one step attempt. */
#include <stdio.h>
#include <string.h>

#include "daemon/rollback_private.h"

void
rollback_key(struct rollback *r, struct key *key)
{
	*key = (struct key){
		.step = r->todo.step,
		.attempt = r->todo.attempt,
		.check = r->todo.check,
		.undo = r->todo.undo,
	};
	(void)snprintf(
	    key->run, sizeof(key->run), "%s", rollback_run_now(r)->id);
}

/* A file of the copy that this rollback runs on; the text lives in r. */
static void
add_file(struct rollback *r, struct request *request, const char *file)
{
	char *path;

	if (request->file_count == REQUEST_FILES_MAX)
		return;
	path = r->files[request->file_count];
	(void)snprintf(path, REQUEST_PATH_MAX, "%s/%s", r->config_digest, file);
	for (unsigned i = 0; i < request->file_count; i++)
		if (strcmp(request->files[i], path) == 0)
			return;
	request->files[request->file_count++] = path;
}

/* What the runner needs to make the same pin, and no more. */
static void
add_files(struct rollback *r, struct request *request)
{
	const struct config *c = r->generation->config;
	const struct service_settings *s = config_service(c, r->service);
	const struct procedure_settings *p =
	    config_procedure(c, request->procedure);
	const char *files[REQUEST_FILES_MAX];
	size_t count = 0;

	if (s == NULL || p == NULL ||
	    !pin_files(c, s, p, files, REQUEST_FILES_MAX, &count)) {
		/* The runner says what is not there. */
		files[0] = c->files[0].path;
		count = 1;
	}
	for (size_t i = 0; i < count; i++)
		add_file(r, request, files[i]);
}

static const char *
or_null(const char *words)
{
	return words[0] == '\0' ? NULL : words;
}

/* The run that goes over to the one under way. */
static const struct rollback_run *
parent(const struct rollback *r)
{
	if (r->run_count == 1)
		return NULL;
	return &r->runs[incident_parent(r->core, r->run_count - 1)];
}

bool
rollback_request(
    struct rollback *r, struct request *request, char text[KEY_BYTES])
{
	struct rollback_run *run = rollback_run_now(r);
	const struct rollback_run *before = parent(r);
	struct key key;

	rollback_key(r, &key);
	key_text(&key, text);
	*request = (struct request){
		.key = text,
		.parent = before == NULL ? NULL : before->id,
		.service = r->service,
		.procedure = plan_procedure(run->plan)->name,
		.digest = run->digest,
		.cause = r->by_operator || r->awaits ? "operator" : "automatic",
		.version = or_null(r->version),
		.previous_version = or_null(r->previous),
		.target_version = or_null(r->target),
		.incident = r->id,
		.reason = r->reason,
		.told = or_null(run->told),
		.parent_told = before == NULL ? NULL : or_null(before->told),
	};
	add_files(r, request);
	return true;
}
