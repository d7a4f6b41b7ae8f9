/*
 * descriptors.h - how the descriptors that a process may have are shared out.
 *
 * When every target hangs, there must be some left to start a step, to answer
 * on the control socket and to write down what is done.  When there are more
 * targets than connections can be kept, some are left for those that connect
 * anew each time.
 */
#ifndef DAEMON_FETCH_DESCRIPTORS_H
#define DAEMON_FETCH_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct descriptors {
	uint64_t limit;
	size_t open_max;      /* connections at once, in all */
	size_t kept_max;      /* those that are kept for the next question */
	size_t in_flight_max; /* questions at once */
};

struct descriptors descriptors_of(uint64_t limit);

/*
 * Of this process, as it is; or, where it has not done so, once it has raised
 * its soft limit as far as it may.
 */
struct descriptors descriptors_here(bool is_raised);

/*
 * What to say where so many targets wish to keep a connection; nothing is
 * added where all can.
 */
void descriptors_tell(
    const struct descriptors *d, size_t targets, struct text *out);

#endif
