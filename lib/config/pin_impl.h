/*
 * pin_impl.h - what stands in a pin.  Private to lib/config.
 */
#ifndef CONFIG_PIN_IMPL_H
#define CONFIG_PIN_IMPL_H

#include "config/pin.h"

extern const struct option_table pin_table; /* of struct pin, and its parts */
extern const struct option_table pin_service_table;
extern const struct option_table pin_rules_table;
extern const struct option_table pin_authority_table;
extern const struct option_table pin_limits_table;

#endif
