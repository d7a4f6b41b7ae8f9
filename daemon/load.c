#include "daemon/load.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/files.h"

#define PATH_BYTES 4096
#define GROUP_BYTES (64 * 1024)

static gid_t
group_of(const char *name)
{
	static const gid_t none = CONTROL_NO_GROUP;
	char *buffer = malloc(GROUP_BYTES);
	struct group group, *found = NULL;
	gid_t gid = none;

	if (buffer != NULL &&
	    getgrnam_r(name, &group, buffer, GROUP_BYTES, &found) == 0 &&
	    found != NULL)
		gid = group.gr_gid;
	free(buffer);
	return gid;
}

static void
resolve_role(struct loaded *l, enum role role, const struct strings *groups)
{
	struct source where = l->config->control.source;
	size_t count = 0;

	for (size_t i = 0; i < groups->count && count < ROLE_GROUPS_MAX; i++) {
		gid_t gid = group_of(groups->items[i]);

		if (gid == CONTROL_NO_GROUP)
			complain(l->complaints, COMPLAINT_WARNING, where,
			    "role %s: there is no group %s on this host; "
			    "create it or mend the name",
			    role_word(role), groups->items[i]);
		else
			l->gids[role][count++] = gid;
	}
	l->roles.of[role] = (struct control_gids){ l->gids[role], count };
}

static void
resolve_groups(struct loaded *l)
{
	const struct control_settings *c = &l->config->control;

	resolve_role(l, ROLE_CI, &c->roles.ci);
	resolve_role(l, ROLE_ON_CALL, &c->roles.on_call);
	resolve_role(l, ROLE_LEAD, &c->roles.lead);
	resolve_role(l, ROLE_MANAGER, &c->roles.manager);
	resolve_role(l, ROLE_PRODUCT, &c->roles.product);
	resolve_role(l, ROLE_STEPS, &c->roles.steps);
	l->socket_group = CONTROL_NO_GROUP;
	if (c->socket_group != NULL)
		l->socket_group = group_of(c->socket_group);
}

struct loaded *
load_read(const char *path)
{
	struct config_rules rules = {
		.owner_uid = geteuid(),
		.check_programs = true,
	};
	struct loaded *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->complaints = complaints_new();
	if (l->complaints == NULL) {
		free(l);
		return NULL;
	}
	l->config = config_load(path, &rules, l->complaints);
	if (l->config != NULL)
		resolve_groups(l);
	return l;
}

struct reading {
	const char *path;
	struct loaded *loaded;
};

static void *
read_apart(void *arg)
{
	struct reading *r = arg;

	r->loaded = load_read(r->path);
	return NULL;
}

struct loaded *
load_read_apart(const char *path)
{
	struct reading r = { .path = path };
	pthread_t thread;

	if (pthread_create(&thread, NULL, read_apart, &r) != 0)
		return load_read(path);
	(void)pthread_join(thread, NULL); /* it is ours, and ends */
	return r.loaded;
}

void
load_free(struct loaded *l)
{
	if (l == NULL)
		return;
	config_free(l->config);
	free(l->matches);
	complaints_free(l->complaints);
	free(l);
}

static bool
make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return error_set(err, "%s: %s", path, strerror(errno));
}

/* One file of the copy, in a folder of its own where it had one. */
static bool
copy_file(const char *folder, const struct config_file *f, struct error *err)
{
	char path[PATH_BYTES];
	char *slash;
	int fd;
	bool ok;

	if (snprintf(path, sizeof(path), "%s/%s", folder, f->path) >=
	    (int)sizeof(path))
		return error_set(err, "%s: the path is too long", f->path);
	for (slash = path + strlen(folder) + 1;
	     (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		ok = make_folder(path, err);
		*slash = '/';
		if (!ok)
			return false;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	ok = file_write_durably(
	    fd, slash + 1, f->bytes, f->length, FILE_REPLACE, NULL, err);
	(void)close(fd); /* read-only */
	return ok;
}

static bool
copy_all(const struct config *c, const char *base, struct error *err)
{
	char whole[PATH_BYTES], part[PATH_BYTES];

	if (snprintf(whole, sizeof(whole), "%s/%s", base, c->digest) >=
		(int)sizeof(whole) ||
	    snprintf(part, sizeof(part), "%s/%s.new", base, c->digest) >=
		(int)sizeof(part))
		return error_set(err, "%s: the path is too long", base);
	if (access(whole, F_OK) == 0)
		return true;
	if (!make_folder(part, err))
		return false;
	for (size_t i = 0; i < c->file_count; i++)
		if (!copy_file(part, &c->files[i], err))
			return false;
	/* Only a whole copy bears the digest's name. */
	if (rename(part, whole) != 0 && errno != EEXIST && errno != ENOTEMPTY)
		return error_set(err, "%s: %s", whole, strerror(errno));
	return true;
}

/* Names the copy to fall back on: its main file, beneath this folder. */
static bool
point_at(const struct config *c, const char *base, struct error *err)
{
	char line[PATH_BYTES];
	int length =
	    snprintf(line, sizeof(line), "%s/%s", c->digest, c->files[0].path);
	int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return error_set(err, "%s: %s", base, strerror(errno));
	ok = file_write_durably(
	    fd, "current", line, (size_t)length, FILE_REPLACE, NULL, err);
	(void)close(fd); /* read-only */
	return ok;
}

void
load_keep(struct loaded *l)
{
	const struct config *c = l->config;
	char base[PATH_BYTES];

	(void)snprintf(base, sizeof(base), "%s/config", c->state_directory);
	l->is_kept = make_folder(c->state_directory, &l->trouble) &&
	    make_folder(base, &l->trouble) && copy_all(c, base, &l->trouble) &&
	    point_at(c, base, &l->trouble);
	if (l->is_kept)
		config_forget(l->config);
}

bool
load_last_good(const char *state_directory, char *path, size_t size)
{
	char base[PATH_BYTES];
	struct error err;
	size_t length;
	char *line;
	int fd;

	(void)snprintf(base, sizeof(base), "%s/config", state_directory);
	fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	line = file_read_whole(fd, "current", PATH_BYTES, &length, NULL, &err);
	(void)close(fd); /* read-only */
	if (line == NULL)
		return false;
	(void)snprintf(path, size, "%s/%s", base, line);
	free(line);
	return access(path, R_OK) == 0;
}

struct job {
	pthread_t thread;
	struct loop_watch *watch;
	int fd;
	char *path;
	load_done *done;
	void *arg;
	struct digests *in_use;
	const struct config *now;
	struct loaded *loaded;
};

/* Before the new one is made, so that it cannot be among them. */
static void
prune(const struct job *job)
{
	char base[PATH_BYTES];

	(void)snprintf(base, sizeof(base), "%s/config",
	    job->loaded->config->state_directory);
	if (job->in_use != NULL)
		load_prune(base, job->in_use);
}

static void *
work(void *arg)
{
	struct job *job = arg;
	uint64_t one = 1;

	job->loaded = load_read(job->path);
	if (job->loaded != NULL && job->loaded->config != NULL) {
		prune(job);
		load_keep(job->loaded);
		job->loaded->matches =
		    config_match(job->now, job->loaded->config);
	}
	/* Reading took ten times of what is left of it. */
	(void)malloc_trim(0);
	/* Eight bytes into an empty eventfd always fit. */
	if (write(job->fd, &one, sizeof(one)) != sizeof(one))
		abort();
	return NULL;
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct job job = *(struct job *)arg;

	(void)readable;
	(void)writable;
	(void)pthread_join(job.thread, NULL); /* it is at its end */
	loop_watch_free(job.watch);
	(void)close(job.fd); /* an eventfd */
	free(job.path);
	free(job.in_use);
	free(arg);
	job.done(job.arg, job.loaded);
}

bool
load_start(struct loop *loop, const char *path, struct digests *in_use,
    const struct config *now, load_done *done, void *arg)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		free(in_use);
		return false;
	}
	job->in_use = in_use;
	job->now = now;
	job->done = done;
	job->arg = arg;
	job->path = strdup(path);
	job->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (job->path == NULL || job->fd < 0)
		goto fail;
	job->watch = loop_watch_new(loop, job->fd, on_ready, job, true, false);
	if (job->watch == NULL ||
	    pthread_create(&job->thread, NULL, work, job) != 0)
		goto fail;
	return true;
fail:
	loop_watch_free(job->watch);
	if (job->fd >= 0)
		(void)close(job->fd); /* an eventfd */
	free(job->path);
	free(job->in_use);
	free(job);
	return false;
}
