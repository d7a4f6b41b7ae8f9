/*
 * story.h - a replay as a text file: a configuration, a line "story", and
 * what happens, one thing a line.  Below each line that brings something
 * about stands what: "=>", the time since the beginning, what it was.
 *
 *	deploy v2 previous v1 verified    what follows v2 may be left out
 *	every 5s health oox-_             o ok, x failed, - lost, _ not asked
 *	every 1s verify health ooo        answers for the verification
 *	late health x asked 10s           answered now, asked at that time
 *	late verify health o asked 10s    the same for the verification
 *	wait 1m                           nothing happens
 *	step done printing v1             how the step asked for ended
 *	hold ann 1h: reason | hold ann: reason | release
 *	order ann | order ann v1          an operator starts it
 *	abort reason
 *	tilt 30s | restart | reload
 *	crash                             right before the next step
 *	store fails | store works
 *	shadow on | shadow off
 *	witness gateway fails | witness answers
 *	witness seen                      there is one, asked and well just now
 *	groups 4                          there are so many others besides
 *	group 1..3 fails                  or well, or deployed
 *	lock frontend | lock free         who holds it
 */
#ifndef TESTS_REPLAY_STORY_H
#define TESTS_REPLAY_STORY_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

#define STORY_MAX_BYTES (64 * 1024)

/*
 * Tells the file's story anew into out, its own words included, so that all
 * is well when out is what the file says.  False with the reason when the
 * file cannot be understood.
 */
bool replay_tell(const char *path, struct text *out, struct error *err);

#endif
