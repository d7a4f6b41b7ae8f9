#include "daemon/silence.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ulid.h"
#include "daemon/drill.h"
#include "daemon/events.h"
#include "daemon/log.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

struct silence {
	struct monitor *m;
	int64_t blind_since_ms; /* NEVER_MS: a witness answers */
	bool told_blind;
	bool told_silent;
};

static void
alarm_all(struct monitor *m, const char *service, const char *what)
{
	struct notice alarm = {
		.event = "alarm",
		.service = service,
		.summary = what,
	};
	char key[ULID_BYTES];

	log_service(LOG_LEVEL_CRITICAL, LOG_ID_ALARM, NULL, "%s", what);
	events_new_id(m, key);
	events_append(m, NULL, 0, &alarm, key, NULL, NULL);
}

static void
look_at_witnesses(struct silence *s, int64_t now_ms)
{
	struct monitor *m = s->m;

	if (witnesses_blind(m->witnesses) == NULL) {
		s->blind_since_ms = NEVER_MS;
		s->told_blind = false;
		return;
	}
	if (s->blind_since_ms == NEVER_MS)
		s->blind_since_ms = now_ms;
	if (s->told_blind || now_ms - s->blind_since_ms < SILENCE_WITNESS_MS)
		return;
	s->told_blind = true;
	alarm_all(m, NULL,
	    "no witness has answered for a minute: nothing is known of any "
	    "service, and nothing is rolled back");
}

static bool
is_silent(const struct watched *w, int64_t now_ms)
{
	return watched_silent_ms(w, now_ms) >=
	    watched_settings(w)->silent_alarm_ms;
}

/* One alarm for all of them: a common cause is likely. */
static void
look_at_services(struct silence *s, int64_t now_ms)
{
	struct monitor *m = s->m;
	const char *first = NULL;
	char words[256];
	size_t count = 0;

	for (size_t i = 0; i < m->watched_count; i++) {
		struct watched *w = m->watched[i];

		if (!is_silent(w, now_ms))
			continue;
		if (count++ == 0)
			first = watched_name(w);
	}
	if (count > 0 && !s->told_silent) {
		(void)snprintf(words, sizeof(words),
		    "a probe of %zu %s has told nothing for long, all its "
		    "answers were lost by our own trouble: %.100s%s; "
		    "see status",
		    count, count == 1 ? "service" : "services", first,
		    count == 1 ? "" : " and others");
		/* Of one alone it can be said which, be it a drill. */
		alarm_all(m, count == 1 ? first : NULL, words);
	} else if (count == 0 && s->told_silent)
		log_notice("all services are heard of again");
	s->told_silent = count > 0;
	for (size_t i = 0; i < m->watched_count && count > 0; i++)
		if (is_silent(m->watched[i], now_ms))
			drills_alarmed(m, watched_name(m->watched[i]));
}

struct silence *
silence_new(struct monitor *m)
{
	struct silence *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->m = m;
	s->blind_since_ms = NEVER_MS;
	return s;
}

void
silence_free(struct silence *s)
{
	free(s);
}

void
silence_look(struct silence *s, int64_t now_ms)
{
	look_at_witnesses(s, now_ms);
	/* While no witness answers all else is silent by that. */
	if (s->blind_since_ms == NEVER_MS)
		look_at_services(s, now_ms);
}
