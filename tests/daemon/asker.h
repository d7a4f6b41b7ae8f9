/*
 * asker.h - one question by an asker of any kind, waited for.
 */
#ifndef TESTS_DAEMON_ASKER_H
#define TESTS_DAEMON_ASKER_H

#include "daemon/ask/ask.h"
#include "tests/daemon/asking.h"

static inline struct asker *
asker_of(struct world *w, const struct probe_settings *p)
{
	const struct ask_tools tools = { .loop = w->loop, .fetch = w->fetch };
	struct error err = { "" };
	struct asker *a = asker_new(&tools, "shop", p, NULL, 0, &err);

	if (a == NULL)
		fail_msg("%s", err.text);
	return a;
}

static inline struct sample
ask_asker(struct world *w, struct asker *a, int64_t timeout_ms, bool fresh)
{
	int before = w->answers;

	assert_true(asker_ask(a, timeout_ms, fresh, on_answer, w));
	assert_int_equal(w->answers, before);
	assert_true(asker_is_busy(a));
	assert_false(asker_ask(a, timeout_ms, fresh, on_answer, w));
	wait_for(w, before + 1);
	assert_int_equal(w->answers, before + 1);
	assert_false(asker_is_busy(a));
	return w->last;
}

#endif
