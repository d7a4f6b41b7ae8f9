/*
 * key.h - the name of one step attempt: RUN-step-attempt, with a check of it
 * RUN-step-attempt-cN, when it is undone RUN-step-attempt-uN.  RUN is a ULID,
 * numbers are decimal without leading zeros: it is fit for a file name and for
 * a systemd instance name.
 */
#ifndef EXECUTOR_KEY_H
#define EXECUTOR_KEY_H

#include <stdbool.h>

#include "base/ulid.h"

#define KEY_BYTES 64

struct key {
	char run[ULID_BYTES];
	unsigned step;    /* index in the plan, 0 to 255 */
	unsigned attempt; /* 1 to 99 */
	unsigned check;   /* 0: none; 1 to 99 */
	unsigned undo;    /* 0: none; 1 to 99; never together with a check */
};

void key_text(const struct key *key, char text[KEY_BYTES]);
bool key_parse(const char *text, struct key *key);

#endif
