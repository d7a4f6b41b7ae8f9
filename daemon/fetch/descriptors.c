#include "daemon/fetch/descriptors.h"

#include <inttypes.h>
#include <sys/resource.h>

#define OTHERS_SHARE 32 /* of all: the rest of the daemon's */
#define OTHERS_MIN 64
#define ANEW_SHARE 32 /* of all: connections that are not kept */
#define OPEN_MIN 16
#define IN_FLIGHT_MIN 16
#define IN_FLIGHT_MAX 16384

struct descriptors
descriptors_of(uint64_t limit)
{
	uint64_t others = limit / OTHERS_SHARE + OTHERS_MIN;
	uint64_t open = limit > others + OPEN_MIN ? limit - others : OPEN_MIN;
	uint64_t anew = limit / ANEW_SHARE + 1;
	uint64_t half = limit / 2;

	if (half > IN_FLIGHT_MAX)
		half = IN_FLIGHT_MAX;
	return (struct descriptors){
		.limit = limit,
		.open_max = open > SIZE_MAX / 2 ? SIZE_MAX / 2 : open,
		.kept_max = open > anew ? open - anew : 1,
		.in_flight_max = half < IN_FLIGHT_MIN ? IN_FLIGHT_MIN : half,
	};
}

struct descriptors
descriptors_here(bool is_raised)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return descriptors_of(0);
	return descriptors_of(is_raised ? limit.rlim_cur : limit.rlim_max);
}

void
descriptors_tell(const struct descriptors *d, size_t targets, struct text *out)
{
	if (targets <= d->kept_max)
		return;
	text_addf(out,
	    "%zu HTTP targets, but no more than %zu connections are kept "
	    "(%" PRIu64 " files may be open): to the rest a new one is made "
	    "for each question",
	    targets, d->kept_max, d->limit);
}
