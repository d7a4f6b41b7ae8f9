/*
 * file.h - configuration files, opened once and read from what was opened.
 *
 * Whoever can change a file that names commands can run them: it must belong
 * to root or the one owner who is allowed, and nobody else may write it or a
 * folder above it.  A FIFO does not block, a symbolic link is not followed.
 */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct file {
	char *bytes; /* and a NUL behind them; the caller frees it */
	size_t length;
	bool is_missing; /* on failure: there is no such file */
};

/* Folders on the way to / included.  -1 with the reason. */
int config_folder_open(const char *path, uint32_t owner_uid, struct error *err);

/* A folder beneath another, without symbolic links on the way. */
int config_folder_open_beneath(
    int folder, const char *path, uint32_t owner_uid, struct error *err);

/* A path beneath a folder: no "..", no links, relative. */
bool config_file_read(int folder, const char *path, uint32_t owner_uid,
    struct file *file, struct error *err);

/* Names in a folder that end in ".conf", sorted.  Freed by the caller. */
bool folder_list(int folder, char ***names, size_t *count, struct error *err);
void folder_list_free(char **names, size_t count);

/* Would a file of that name be among them? */
bool folder_has_wanted(const char *name);

#endif
