#include "daemon/executors/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/host/host.h"

/* One more than an order may have, and one for its end. */
static char bytes[ORDER_MAX_BYTES + 2];

static bool
read_all(size_t *length, struct error *err)
{
	*length = 0;
	while (*length <= ORDER_MAX_BYTES) {
		ssize_t n = read(STDIN_FILENO, bytes + *length,
		    ORDER_MAX_BYTES + 1 - *length);

		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return error_set(err, "%s", strerror(errno));
		if (n > 0)
			*length += (size_t)n;
	}
	return error_set(err, "it has more than %d bytes", ORDER_MAX_BYTES);
}

bool
intake_read(struct order *o, const char *kind, struct error *err)
{
	size_t length;

	if (!read_all(&length, err) || !order_parse(o, bytes, length, err))
		return false;
	return strcmp(o->executor, kind) == 0 ||
	    error_set(err, "it is for the executor %s", o->executor);
}

int64_t
intake_deadline_ms(const struct order *o)
{
	return host_boot_ms() + o->timeout_ms / 20 * 19;
}

const char *
intake_occasion(const char *variable)
{
	const char *value = getenv(variable);

	return value == NULL || *value == '\0' ? NULL : value;
}
