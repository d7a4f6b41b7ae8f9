#include "daemon/step/who.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUPS_FIRST 64

static bool
find_groups(struct who *w)
{
	int count = GROUPS_FIRST;

	for (;;) {
		int room = count;
		gid_t *groups =
		    realloc(w->groups, (size_t)room * sizeof(gid_t));

		if (groups == NULL)
			return false;
		w->groups = groups;
		if (getgrouplist(w->name, w->gid, groups, &count) >= 0) {
			w->group_count = (size_t)count;
			return true;
		}
		/* Some name services do not say how many there are. */
		if (count <= room)
			count = 2 * room;
		if (count > WHO_GROUPS_MAX)
			return false;
	}
}

static bool
fill(struct who *w, const struct passwd *found, struct error *err)
{
	w->uid = found->pw_uid;
	w->gid = found->pw_gid;
	w->name = strdup(found->pw_name);
	w->home = strdup(found->pw_dir[0] == '\0' ? "/" : found->pw_dir);
	w->shell =
	    strdup(found->pw_shell[0] == '\0' ? "/bin/sh" : found->pw_shell);
	if (w->name == NULL || w->home == NULL || w->shell == NULL)
		return error_set(err, "out of memory");
	return find_groups(w) ||
	    error_set(err, "the groups of user %s cannot be told", w->name);
}

bool
who_named(struct who *w, const char *name, struct error *err)
{
	const struct passwd *found;

	*w = (struct who){ .name = NULL };
	errno = 0;
	found = getpwnam(name);
	if (found != NULL)
		return fill(w, found, err);
	if (errno == 0 || errno == ENOENT || errno == ESRCH)
		return error_set(err, "there is no user %s on this host", name);
	return error_set(
	    err, "user %s cannot be looked up: %s", name, strerror(errno));
}

bool
who_numbered(struct who *w, uid_t uid, struct error *err)
{
	const struct passwd *found;

	*w = (struct who){ .name = NULL };
	errno = 0;
	found = getpwuid(uid);
	if (found != NULL)
		return fill(w, found, err);
	return error_set(err, "uid %u has no name on this host", (unsigned)uid);
}

void
who_clear(struct who *w)
{
	free(w->name);
	free(w->home);
	free(w->shell);
	free(w->groups);
	*w = (struct who){ .name = NULL };
}

bool
who_is_in(const struct who *w, const struct strings *group_names)
{
	for (size_t i = 0; i < group_names->count; i++) {
		const struct group *g = getgrnam(group_names->items[i]);

		for (size_t k = 0; g != NULL && k < w->group_count; k++)
			if (w->groups[k] == g->gr_gid)
				return true;
	}
	return false;
}

/* The kernel takes most of them with the uid; nothing is left to that. */
static bool
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = 0 },
	};

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0;
}

bool
who_become(const struct who *w)
{
	if (setgroups(w->group_count, w->groups) != 0 ||
	    setresgid(w->gid, w->gid, w->gid) != 0 ||
	    setresuid(w->uid, w->uid, w->uid) != 0)
		return false;
	if (w->uid == 0)
		return true;
	if (!drop_capabilities())
		return false;
	/* There must be no way back. */
	if (setuid(0) == 0 || getuid() != w->uid || getgid() != w->gid) {
		errno = EPERM;
		return false;
	}
	return true;
}
