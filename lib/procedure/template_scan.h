/*
 * template_scan.h - a template taken apart.  Private to lib/procedure.
 */
#ifndef PROCEDURE_TEMPLATE_SCAN_H
#define PROCEDURE_TEMPLATE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/units.h"

/* Bytes as they are, or the name of a variable. */
struct piece {
	bool is_name;
	const char *start;
	size_t length;
};

/* Takes the piece at the cursor; false: it is not well formed. */
bool template_take_piece(const char **cursor, struct piece *piece);

void template_copy_name(
    char name[NAME_MAX_BYTES + 1], const struct piece *piece);

bool template_malformed(const char *template, struct error *err);

#endif
