/*
 * groups.h - is most of what is watched bad at once, and does a deployment
 * explain it?
 *
 * Services of one group depend on each other: bad together they are one cause.
 * But when more than half of at least GROUPS_MIN groups are bad at once, the
 * cause is one that no release of theirs has: the network, a resolver, this
 * host.  Then a rule acts only if its own group was deployed lately, and
 *
 *   - either all witnesses answer and were asked since it went bad: our own
 *     eyes are good;
 *   - or at least half of the bad groups were deployed lately: one roll-out
 *     that is bad everywhere.
 *
 * Lately is within the rule's arm_window, or GROUPS_WINDOW_MS where it has
 * none.  A group is bad while one of its services is failing: tripped, or the
 * newest answer of a probe that its rules look at was no good.  The latter, as
 * the first to trip must not be rolled back before the others have.
 *
 * What came while they failed together, and no roll-out explained it, proves
 * nothing about a single one: once most are well again, or the bad ones left
 * are mostly those deployed lately, those that became bad with them forget it
 * and are judged afresh, so that the last to recover is not rolled back.
 *
 * A group of which no service has a rule cannot be bad and does not count.
 */
#ifndef SERVICE_GROUPS_H
#define SERVICE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/service_settings.h"

#define GROUPS_MIN 3
#define GROUPS_WINDOW_MS (2 * INT64_C(3600000))
#define GROUPS_WORDS_MAX 64

struct groups;
struct service;

/*
 * Of all services, which are known by their index from then on; all are taken
 * to be well and never deployed.  The settings are not kept.  NULL: no memory.
 */
struct groups *groups_new(
    const struct service_settings *services, size_t count);
void groups_free(struct groups *g);

/* Said again, it changes nothing. */
void groups_failing(struct groups *g, unsigned service, bool is_failing);
bool groups_has_failing(const struct groups *g, unsigned service);
void groups_deployed(struct groups *g, unsigned service, int64_t at_ms);

/* After each sample of a service, with its core. */
void groups_sampled(
    struct groups *g, unsigned service, struct service *core, int64_t now_ms);

/* Before each sample and each decision: it may have to forget. */
void groups_settle(
    struct groups *g, unsigned service, struct service *core, int64_t now_ms);

/* How many are bad, of how many. */
size_t groups_bad(const struct groups *g);
size_t groups_count(const struct groups *g);

/* More than half of enough groups are bad. */
bool groups_fail_together(const struct groups *g);

struct groups_case {
	unsigned service; /* whose rule wants to act */
	int64_t now_ms;
	int64_t arm_window_ms; /* or ARM_WINDOW_NONE */
	bool is_witnessed;     /* all answer, asked since it went bad */
};

/*
 * Do they fail together, and nothing explains it?  Then words says how many:
 * "4 of 5 groups are bad".
 */
bool groups_hold(struct groups *g, const struct groups_case *of,
    char words[GROUPS_WORDS_MAX]);

#endif
