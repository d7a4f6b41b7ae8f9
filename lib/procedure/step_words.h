/*
 * step_words.h - is what a step says for its executor well formed?  Part of
 * step_kind_check().
 */
#ifndef PROCEDURE_STEP_WORDS_H
#define PROCEDURE_STEP_WORDS_H

#include "procedure/procedure_settings.h"
#include "procedure/step_kind.h"

void step_words_check(
    const struct step_settings *s, step_kind_tell *tell, void *arg);

#endif
