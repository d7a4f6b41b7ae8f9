#include "daemon/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 256
#define FOLDER_MODE 0750
#define SOCKET_MODE 0660

static bool
make_address(struct sockaddr_un *address, const char *path, struct error *err)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (*path != '/' || strlen(path) >= sizeof(address->sun_path))
		return error_set(err,
		    "%s: the path of a socket begins with / and has at most "
		    "%zu bytes",
		    path, sizeof(address->sun_path) - 1);
	(void)snprintf(
	    address->sun_path, sizeof(address->sun_path), "%s", path);
	return true;
}

/* Others who may write in it could put their socket in place of ours. */
static bool
check_folder(const char *path, gid_t group, struct error *err)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');
	size_t length = slash == path ? 1 : (size_t)(slash - path);
	struct stat st;

	memcpy(folder, path, length);
	folder[length] = '\0';
	if (mkdir(folder, FOLDER_MODE) == 0) {
		/* Where it may not have the group, its socket may not either,
		 * which is said then. */
		if (chown(folder, (uid_t)-1, group) != 0 && errno != EPERM)
			return error_set(
			    err, "%s: chown: %s", folder, strerror(errno));
	} else if (errno != EEXIST)
		return error_set(
		    err, "%s: cannot make it: %s", folder, strerror(errno));
	if (stat(folder, &st) != 0)
		return error_set(err, "%s: %s", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(err, "%s: is no folder", folder);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err,
		    "%s: belongs to uid %u; it must be root's or ours", folder,
		    st.st_uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(err,
		    "%s: others may write in it; choose a folder with mode "
		    "0750 for the socket",
		    folder);
	return true;
}

/* Is anybody there?  Only "refused" says for sure that nobody is. */
static bool
check_stale(const struct sockaddr_un *address, struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int trouble = 0;

	if (fd < 0)
		return error_set(err, "socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) !=
	    0)
		trouble = errno;
	(void)close(fd);
	if (trouble == ECONNREFUSED)
		return true;
	if (trouble == 0 || trouble == EAGAIN)
		return error_set(
		    err, "%s: another daemon answers there", address->sun_path);
	return error_set(err,
	    "%s: cannot tell whether another daemon is "
	    "there: %s",
	    address->sun_path, strerror(trouble));
}

static bool
clear_place(const struct sockaddr_un *address, struct error *err)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return true;
		return error_set(err, "%s: %s", path, strerror(errno));
	}
	if (!S_ISSOCK(st.st_mode))
		return error_set(
		    err, "%s: is in the way and no socket; move it away", path);
	if (!check_stale(address, err))
		return false;
	if (unlink(path) != 0 && errno != ENOENT)
		return error_set(err, "%s: cannot remove the old socket: %s",
		    path, strerror(errno));
	return true;
}

static bool
bind_and_listen(struct control_socket *s, const struct sockaddr_un *address,
    gid_t group, struct error *err)
{
	const char *path = address->sun_path;
	struct stat st;

	/* The file is made with this mode: nobody gets in before chown. */
	if (fchmod(s->fd, 0600) != 0 ||
	    bind(s->fd, (const struct sockaddr *)address, sizeof(*address)) !=
		0)
		return error_set(err, "%s: %s", path, strerror(errno));
	if (lstat(path, &st) != 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	s->device = st.st_dev;
	s->inode = st.st_ino;
	if (group != (gid_t)-1 && chown(path, (uid_t)-1, group) != 0)
		(void)error_set(err,
		    "%s: cannot give it to group %u, whose members cannot "
		    "connect now: %s",
		    path, group, strerror(errno));
	if (chmod(path, SOCKET_MODE) != 0 || listen(s->fd, BACKLOG) != 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	return true;
}

bool
control_socket_listen(
    struct control_socket *s, const char *path, gid_t group, struct error *err)
{
	struct sockaddr_un address;

	*s = (struct control_socket){ .fd = -1 };
	err->text[0] = '\0';
	if (!make_address(&address, path, err) ||
	    !check_folder(path, group, err) || !clear_place(&address, err))
		return false;
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return error_set(err, "socket: %s", strerror(errno));
	if (bind_and_listen(s, &address, group, err))
		return true;
	control_socket_close(s, path);
	return false;
}

void
control_socket_close(struct control_socket *s, const char *path)
{
	struct stat st;

	if (s->inode != 0 && lstat(path, &st) == 0 && st.st_dev == s->device &&
	    st.st_ino == s->inode)
		(void)unlink(path); /* left over, it is replaced next time */
	if (s->fd >= 0)
		(void)close(s->fd);
	*s = (struct control_socket){ .fd = -1 };
}
