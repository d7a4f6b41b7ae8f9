/*
 * caller.h - who asks: what the kernel says about the other end of a
 * connection, and the roles that follow from it.
 */
#ifndef CONTROL_CALLER_H
#define CONTROL_CALLER_H

#include <stdbool.h>
#include <stdint.h>

enum role {
	ROLE_CI,
	ROLE_ON_CALL, /* on_call < lead < manager */
	ROLE_LEAD,
	ROLE_MANAGER,
	ROLE_PRODUCT,
	ROLE_STEPS, /* what a run does itself; no authority over runs */
};

#define ROLE_COUNT 6
#define ROLE_BIT(role) (1U << (unsigned)(role))

struct caller {
	uint32_t uid;
	int32_t pid;
	unsigned roles;  /* ROLE_BIT() of each */
	bool privileged; /* root, or the daemon's own user */
};

/* "on_call", as in the configuration. */
const char *role_word(enum role role);

/* "uid 1000 (on_call, lead)": the "by" of events and holds. */
#define CALLER_TEXT_MAX 80
const char *caller_text(
    const struct caller *caller, char buffer[CALLER_TEXT_MAX]);

/*
 * Reads uid and roles back from such a text; the rest is zero.  Nothing else
 * than what caller_text() writes is taken.
 */
bool caller_parse(const char *text, struct caller *caller);

#endif
