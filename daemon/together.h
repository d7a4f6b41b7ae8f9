/*
 * together.h - what no service knows by itself: whether most of the others
 * are bad as well, and how many rollbacks all of them have had.
 */
#ifndef DAEMON_TOGETHER_H
#define DAEMON_TOGETHER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/monitor.h"
#include "service/groups.h"

struct together;

/* NULL: no memory. */
struct together *together_new(struct monitor *m);
void together_free(struct together *t);

/*
 * The services of m->watched are these now, and known by their place there;
 * takes the groups over, which are those of the same services.
 */
void together_regroup(struct together *t, struct groups *groups);

/* After each sample of a service; and before each, and each decision. */
void together_sampled(struct together *t, struct watched *w);
void together_settle(struct together *t, struct watched *w);

/* Neither of them would change anything: it is well, and known to be. */
bool together_is_quiet(const struct together *t, struct watched *w);

void together_deployed(struct together *t, struct watched *w, int64_t at_ms);

/* For struct surroundings; w: the service.  Words are borrowed until the
   next call. */
const char *together_correlated(void *w, unsigned rule);

/* Most groups are bad, and a rule was held for that: a page, once. */
void together_held(
    struct together *t, const struct watched *w, const char *reason);

/* An automatic run began, or has been found in the log. */
void together_acted(struct together *t, int64_t at_ms);

/* Until then all services together have had their rollbacks; 0: not so. */
int64_t together_limit_until_ms(const struct together *t, int64_t now_ms);

/* Most groups are bad: says so. */
#define TOGETHER_WORDS_MAX 160
bool together_fails(const struct together *t, char words[TOGETHER_WORDS_MAX]);

size_t together_bad_groups(const struct together *t);
size_t together_groups(const struct together *t);

#endif
