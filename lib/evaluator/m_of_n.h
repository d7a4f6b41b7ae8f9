/*
 * m_of_n.h - trips after so many failures among the last so many answers.
 *
 * Sees what "in a row" does not: a target that fails every other time.  It is
 * healthy again only after some successes in a row, and when fewer failures
 * are left among the last answers than trip it.  Lost samples are none of
 * these answers.
 */
#ifndef EVALUATOR_M_OF_N_H
#define EVALUATOR_M_OF_N_H

#include <stdint.h>

#include "base/option.h"

#define M_OF_N_MAX 1000

struct m_of_n_settings {
	unsigned failures;    /* M: 1 to of */
	unsigned of;          /* N: 1 to M_OF_N_MAX */
	unsigned recover;     /* successes in a row to clear; at least 1 */
	unsigned clear_below; /* and failures among them; 0: below M */
	int64_t max_gap_ms;   /* longer silence: starts anew; 0: not set */
};

extern const struct option_table m_of_n_options;

struct evaluator;

/*
 * Without a probe's pace: max_gap_ms 0 means that silence ends nothing.
 * Copies the settings.  NULL when memory is short.
 */
struct evaluator *m_of_n_new(const struct m_of_n_settings *settings);

#endif
