/*
 * authority.h - by whose word a procedure of a service is carried out.
 *
 * Follows from the rules that name it.  The runner asks the same of the
 * configuration that it reads itself, whatever the monitor says.
 */
#ifndef SERVICE_AUTHORITY_H
#define SERVICE_AUTHORITY_H

#include <stdbool.h>

#include "service/service_settings.h"

struct authority {
	/* A rule of severity P0 and mode enforce names it: nobody's. */
	bool is_automatic;
	/*
	 * Whose role may order or approve it: of the gravest rule that names
	 * it, or else of the gravest rule of all; P0 without any.  Rules for
	 * what is cleared count where they name it.
	 */
	enum severity severity;
	/* A rule that is nobody's says so also of what cannot be undone. */
	bool may_destroy;
};

/*
 * The severity whose rollbacks that role is asked for: who may approve one of
 * those, may let a run pass an approval step of that role.  False: it is none
 * of those that are asked.
 */
bool authority_of_role(const char *role, enum severity *severity);

/* False: no rule names the procedure, and the service does not list it. */
bool authority_of(const struct service_settings *service, const char *procedure,
    struct authority *authority);

#endif
