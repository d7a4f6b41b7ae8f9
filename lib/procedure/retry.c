#include "procedure/retry.h"

#include "base/units.h"
#include "executor/executor.h"

static bool
parse(const char *text, uint64_t *first, uint64_t *last)
{
	return count_range_parse(text, first, last) && *first > 0 &&
	    *last <= RETRY_STATUS_LAST;
}

bool
retry_on_check(const struct strings *retry_on, struct error *err)
{
	uint64_t first, last;

	for (size_t i = 0; i < retry_on->count; i++)
		if (!parse(retry_on->items[i], &first, &last))
			return error_set(err,
			    "retry_on = [ \"%s\" ]: write an exit status from "
			    "1 to %d, or a range such as \"75-78\"",
			    retry_on->items[i], RETRY_STATUS_LAST);
	return true;
}

static bool
is_of_helper(const struct step_settings *s)
{
	const struct executor_kind *kind =
	    s->executor == NULL ? NULL : executor_find(s->executor);

	return kind != NULL && kind->place == EXECUTOR_OF_HELPER;
}

bool
retry_is_said(const struct step_settings *s)
{
	return s->retry_on.count > 0 || is_of_helper(s);
}

bool
retry_names_status(const struct step_settings *s, int exit_status)
{
	uint64_t first, last;

	if (s->retry_on.count == 0 && is_of_helper(s))
		return exit_status == EXECUTOR_EXIT_NOTHING_DONE;
	for (size_t i = 0; i < s->retry_on.count; i++)
		if (parse(s->retry_on.items[i], &first, &last) &&
		    exit_status >= (int)first && exit_status <= (int)last)
			return true;
	return false;
}

int64_t
retry_delay_ms(const struct step_settings *s, unsigned failures)
{
	double most_ms = (double)s->delay_max_ms;
	double delay_ms = (double)s->delay_ms;

	/* One that is longer to begin with stays as it is. */
	if (most_ms < delay_ms)
		most_ms = delay_ms;
	for (unsigned i = 1; i < failures && s->backoff > 1; i++)
		delay_ms *= s->backoff;
	return (int64_t)(delay_ms < most_ms ? delay_ms : most_ms);
}
