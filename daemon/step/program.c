#include "daemon/step/program.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "procedure/step_command.h"
#include "procedure/variables.h"

/* Names that a step's own environment may not take. */
#define OWN_PREFIX "ROLLBACK"

static bool
may_be_declared(const struct params *declared, struct error *err)
{
	for (size_t i = 0; i < declared->count; i++) {
		const struct param *d = &declared->items[i];

		if (d->values.count != 1 || !variable_name_is_valid(d->name) ||
		    strncmp(d->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
			return error_set(err,
			    "%s may not be set in the environment", d->name);
	}
	return true;
}

static bool
may_others_write(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false; /* exec will say so */
	return (st.st_mode & S_IWOTH) != 0 &&
	    !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0);
}

/* The program and every folder above it, as the kernel will find them. */
static bool
is_safe(const char *program, struct error *err)
{
	char path[PATH_MAX];

	if (realpath(program, path) == NULL)
		return true; /* exec will say so */
	for (;;) {
		char *slash = strrchr(path, '/');

		if (may_others_write(path))
			return error_set(
			    err, "%s may be written by others", path);
		if (slash == path)
			return true;
		*slash = '\0';
	}
}

bool
program_find(struct permit *p, struct error *err)
{
	const struct request *r = &p->request;
	const struct step_settings *step = permit_step(p);
	const struct occasion occasion = {
		.service = r->service,
		.environment = p->pin->service.environment,
		.version = r->version,
		.previous_version = r->previous_version,
		.target_version = r->target_version,
		.reason = r->reason,
		.incident = r->incident,
		.run = p->key.run,
		.key = r->key,
	};

	if (executor_find(step->executor) == NULL)
		return error_set(err, "no executor %s", step->executor);
	return may_be_declared(&step->environment, err) &&
	    step_command(p->plan, p->key.step, p->key.check > 0, &occasion,
		p->run, &p->command, err) &&
	    is_safe(p->command.argv[0], err);
}
