/*
 * trusted.h - may a program of another's making be run, or loaded?
 */
#ifndef DAEMON_EXECUTORS_TRUSTED_H
#define DAEMON_EXECUTORS_TRUSTED_H

#include <stdbool.h>

#include "base/error.h"

/*
 * A regular file, by an absolute path without "..", no part of which is a
 * symbolic link.  It and every folder above it belong to root or to whoever
 * asks, and none may be written by others, nor by a group but root's; a folder
 * with the sticky bit, such as /tmp, may.  False with the reason.
 */
bool trusted_file(const char *path, struct error *err);

#endif
