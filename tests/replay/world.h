/*
 * world.h - the world of a replay: one service of a real configuration, its
 * incident, an operator and a clock that moves only when it is told to.
 *
 * Plays the daemon's part around lib/service: asks what is to be done after
 * each event and does it at once, and writes down whatever changes.  Steps do
 * not run: the story says how each of them ends.
 */
#ifndef TESTS_REPLAY_WORLD_H
#define TESTS_REPLAY_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "config/config.h"
#include "procedure/run.h"
#include "sample/sample.h"

struct world;

/* The first service; both are borrowed.  What happens is appended to out. */
struct world *world_new(const struct config *config, struct text *out);
void world_free(struct world *w);

/* Since the beginning. */
int64_t world_now_ms(const struct world *w);
void world_wait(struct world *w, int64_t ms);

/* False: there is no probe of that name. */
bool world_sample(
    struct world *w, const char *probe, const struct sample *sample);

/* An answer to a question of the verification; as above. */
bool world_verify_sample(
    struct world *w, const char *probe, const struct sample *sample);

void world_deploy(
    struct world *w, const char *version, const char *previous, bool verified);

/* The same, and nothing before it can be gone back to. */
void world_deploy_incompatible(struct world *w, const char *version,
    const char *previous, const char *why);

/* False: there is no such mark, or version. */
bool world_mark(
    struct world *w, const char *version, const char *mark, const char *why);

/* From now on the samples name this version; NULL: none. */
void world_answers(struct world *w, const char *version);

/* Writes down what is known of its versions. */
void world_tell_versions(struct world *w);

/* NULL for author: no longer.  0 for ms: for good. */
void world_hold(
    struct world *w, const char *author, int64_t ms, const char *reason);
void world_tilt(struct world *w, int64_t ms);
void world_set_store_fails(struct world *w, bool fails);
void world_set_shadow(struct world *w, bool shadow);

/* Names are borrowed; NULL: none. */
void world_set_blind_witness(struct world *w, const char *witness);

/* There is one, and it was asked just now and answers. */
void world_witness_asked(struct world *w);
void world_set_lock_holder(struct world *w, const char *holder);

/* The daemon starts anew and finds what it had stored. */
void world_restart(struct world *w);

/* It will die when the next step is stored and not started. */
void world_crash(struct world *w);

/* The same configuration once more. */
void world_reload(struct world *w);

/* An operator starts it; to may be NULL.  False: one is on already. */
bool world_order(struct world *w, const char *to, const char *by);
bool world_abort(struct world *w, const char *reason);

/* The step that was asked for ended so.  False: none was. */
bool world_step_ended(struct world *w, enum step_outcome outcome,
    int exit_status, const char *output);

#endif
