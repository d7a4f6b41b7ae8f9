/*
 * settings.h - a replay's configuration, read like any other.
 */
#ifndef TESTS_REPLAY_SETTINGS_H
#define TESTS_REPLAY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

/*
 * The text becomes rollbackd.conf in a folder of its own, with the files of
 * tests/replay/base beside it in "base".  NULL with the first complaint.
 */
struct config *settings_load(
    const char *text, size_t length, struct error *err);

/* Appends what is in a file. */
bool settings_file(const char *path, struct text *to, struct error *err);

#endif
