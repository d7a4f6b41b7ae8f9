#include "daemon/step/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "executor/order.h"
#include "procedure/step_command.h"
#include "procedure/step_kind.h"
#include "procedure/step_order.h"
#include "procedure/variables.h"

/* Names that a step's own environment may not take. */
#define OWN_PREFIX "ROLLBACK"
#define HELPER_PREFIX "rollbackd-"

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
may_others_write(const struct stat *st)
{
	return (st->st_mode & S_IWOTH) != 0 &&
	    !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0);
}

/* What another user could change would be run as root. */
static bool
is_roots(const struct stat *st)
{
	return st->st_uid == 0 &&
	    ((st->st_mode & S_IWGRP) == 0 || st->st_gid == 0 ||
		(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0));
}

/* The program and every folder above it, as the kernel will find them. */
static bool
is_safe(const char *program, bool for_root, struct error *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (realpath(program, path) == NULL)
		return true; /* exec will say so */
	for (;;) {
		char *slash = strrchr(path, '/');

		/* What is not there, exec will say. */
		if (stat(path, &st) == 0 && may_others_write(&st))
			return error_set(
			    err, "%s may be written by others", path);
		if (for_root && stat(path, &st) == 0 && !is_roots(&st))
			return error_set(err,
			    "%s is not root's alone, and would be run as root",
			    path);
		if (slash == path)
			return true;
		*slash = '\0';
	}
}

/* Root has to be named: whoever else has its number is a mistake. */
static bool
find_user(struct permit *p, struct error *err)
{
	const struct step_settings *step = permit_step(p);

	if (step->user == NULL)
		return error_set(err,
		    "step %s names no user, and steps do not run as root "
		    "unless they say so",
		    step->name);
	if (!who_named(&p->user, step->user, err))
		return false;
	return p->user.uid != 0 || strcmp(step->user, "root") == 0 ||
	    error_set(err, "user %s is root by another name", step->user);
}

/* What a login would set, unless the step sets it itself. */
static bool
set_login(struct permit *p, struct error *err)
{
	const struct {
		const char *name;
		const char *value;
	} own[] = {
		{ "HOME", p->user.home },
		{ "USER", p->user.name },
		{ "LOGNAME", p->user.name },
		{ "SHELL", p->user.shell },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (command_variable(&p->command, own[i].name) == NULL &&
		    !command_set_variable(
			&p->command, own[i].name, own[i].value, err))
			return false;
	return true;
}

static enum step_part
part(const struct key *key)
{
	if (key->undo > 0)
		return STEP_UNDO;
	return key->check > 0 ? STEP_CHECK : STEP_ITSELF;
}

/* The helper lies where this program does. */
static bool
helper_path(char path[PATH_MAX], const char *executor, struct error *err)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (length <= 0)
		return error_set(err, "where the runner lies is not known: %s",
		    strerror(errno));
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL ||
	    snprintf(slash + 1, PATH_MAX - (size_t)(slash + 1 - path),
		HELPER_PREFIX "%s", executor) >= PATH_MAX - (slash + 1 - path))
		return error_set(err, "the path of the helper is too long");
	return true;
}

static bool
make_order(struct permit *p, const struct occasion *occasion, struct error *err)
{
	const char *executor = permit_step(p)->executor;
	char path[PATH_MAX];

	p->order = text_new(ORDER_MAX_BYTES);
	return helper_path(path, executor, err) &&
	    step_command_of_helper(p->plan, p->key.step, path, occasion, p->run,
		&p->command, err) &&
	    step_order(p->plan, &p->key, occasion, p->run, p->limit_ms,
		&p->order, err);
}

/* A helper does the step itself; its check and its undo are commands. */
static bool
make_command(
    struct permit *p, const struct occasion *occasion, struct error *err)
{
	const struct executor_kind *kind =
	    executor_find(permit_step(p)->executor);

	if (kind->place == EXECUTOR_OF_HELPER && part(&p->key) == STEP_ITSELF)
		return make_order(p, occasion, err);
	return step_command(p->plan, p->key.step, part(&p->key), occasion,
	    p->run, &p->command, err);
}

static void
saw_wrong(const char *wrong, void *arg)
{
	struct error *first = arg;

	if (first->text[0] == '\0')
		(void)error_set(first, "%s", wrong);
}

/* What rollbackd -t refuses may stand here nevertheless. */
static bool
is_for_runner(const struct step_settings *step, struct error *err)
{
	const struct executor_kind *kind = executor_find(step->executor);
	struct error wrong = { "" };

	if (kind == NULL)
		return error_set(err, "no executor %s", step->executor);
	if (!executor_is_claimed(kind))
		return error_set(
		    err, "%s is not done by the runner", step->executor);
	step_kind_check(step, true, saw_wrong, &wrong);
	return wrong.text[0] == '\0' ||
	    error_set(err, "step %s: %s", step->name, wrong.text);
}

bool
program_find(struct permit *p, const struct state *s, struct error *err)
{
	const struct request *r = &p->request;
	const struct step_settings *step = permit_step(p);
	char time_left[24];
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
		.time_left = time_left,
	};

	(void)snprintf(time_left, sizeof(time_left), "%lld",
	    (long long)p->time_left_ms / 1000);
	if (!is_for_runner(step, err))
		return false;
	if (s->is_system && !find_user(p, err))
		return false;
	return may_be_declared(&step->environment, err) &&
	    make_command(p, &occasion, err) &&
	    (!s->is_system || set_login(p, err)) &&
	    is_safe(p->command.argv[0], s->is_system && p->user.uid == 0, err);
}
