/*
 * main_options.h - what stands at the top of the configuration files.
 *
 * main_options fill a struct config from the main file alone; file_options
 * are the lists to which every file may add.
 */
#ifndef CONFIG_MAIN_OPTIONS_H
#define CONFIG_MAIN_OPTIONS_H

#include "base/option.h"

extern const struct option_table main_options;
extern const struct option_table file_options;

#endif
