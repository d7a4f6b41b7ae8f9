#include "probe/command_settings.h"

#include "probe/probe_settings.h"
#include "sample/sample.h"

#define ARGUMENTS_MAX 64
#define STATUS_MAX 16

/* clang-format off */
static const struct option_word values[] = {
	{ "none", COMMAND_VALUE_NONE },
	{ "stdout", COMMAND_VALUE_STDOUT },
	{ NULL, 0 },
};

static const struct option_word outcomes[] = {
	{ "lost", SAMPLE_LOST },
	{ "failed", SAMPLE_FAILED },
	{ "ok", SAMPLE_OK },
	{ NULL, 0 },
};

#define COMMAND(member) offsetof(struct command_settings, member)
static const struct option options[] = {
	{ .key = "command", .type = OPTION_STRINGS, .required = true,
	  .offset = COMMAND(command), .min = 1, .max = ARGUMENTS_MAX,
	  .help = "program and arguments as they are; there is no shell" },
	{ .key = "ok", .type = OPTION_STRINGS, .offset = COMMAND(ok),
	  .min = 1, .max = STATUS_MAX, .fallback = "0",
	  .help = "exit status that is good: numbers and ranges" },
	{ .key = "lost", .type = OPTION_STRINGS, .offset = COMMAND(lost),
	  .max = STATUS_MAX, .fallback = "3",
	  .help = "exit status that says nothing of the target" },
	{ .key = "value", .type = OPTION_WORD, .offset = COMMAND(value),
	  .detail = values, .fallback = "none",
	  .help = "where it prints the probe's value" },
	{ .key = "on_no_value", .type = OPTION_WORD,
	  .offset = COMMAND(on_no_value), .detail = outcomes,
	  .fallback = "lost",
	  .help = "what it is when there is none, and all else is good" },
};

const struct option_table command_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct command_settings), .source = -1, .presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = true };

const struct option_kind probe_command = {
	.name = "command",
	.table = &command_options,
	.ops = &traits,
};
