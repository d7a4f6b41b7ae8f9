/*
 * recorder_disk.h - the file of a recording and the older ones beside it.
 * For the thread of recorder_file.c alone: everything here may block.
 */
#ifndef DAEMON_RECORDER_DISK_H
#define DAEMON_RECORDER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RECORDER_DISK_PATH_MAX 4096

struct recorder_disk {
	int fd;                            /* -1: not open */
	char path[RECORDER_DISK_PATH_MAX]; /* "": nowhere */
	unsigned keep;
	size_t size;      /* whole lines in it */
	int64_t tried_ms; /* when opening it last failed */
	struct error why; /* and why */
};

void recorder_disk_open(
    struct recorder_disk *d, const char *path, unsigned keep);
void recorder_disk_rotate(struct recorder_disk *d);

/* All of it or, with the reason, nothing. */
bool recorder_disk_write(struct recorder_disk *d, const char *lines,
    size_t length, struct error *err);
size_t recorder_disk_size(const struct recorder_disk *d);
void recorder_disk_close(struct recorder_disk *d);

#endif
