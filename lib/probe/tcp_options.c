#include "probe/tcp_settings.h"

#include "probe/probe_settings.h"

#define ADDRESS_MAX_BYTES 320
#define SEND_MAX_BYTES 4096
#define ANSWER_MAX_BYTES (64 * 1024)

/* clang-format off */
#define EXPECT(member) offsetof(struct tcp_expect, member)
static const struct option expect[] = {
	{ .key = "contains", .type = OPTION_TEXT, .offset = EXPECT(contains),
	  .help = "text that the answer must contain" },
	{ .key = "matches", .type = OPTION_TEXT, .offset = EXPECT(matches),
	  .help = "regular expression (PCRE2) that the answer must match" },
	{ .key = "max_size", .type = OPTION_SIZE, .offset = EXPECT(max_bytes),
	  .min = 1, .max = ANSWER_MAX_BYTES, .fallback = "4KiB",
	  .help = "so much without what is expected is a failure" },
};

static const struct option_table expect_options = {
	.what = "expect", .options = expect,
	.count = OPTION_COUNT_OF(expect), .size = sizeof(struct tcp_expect),
	.source = EXPECT(source), .presence = -1,
};

#define TCP(member) offsetof(struct tcp_settings, member)
static const struct option options[] = {
	{ .key = "address", .type = OPTION_TEXT, .offset = TCP(address),
	  .required = true, .max = ADDRESS_MAX_BYTES,
	  .help = "what to connect to: HOST:PORT or [ADDRESS]:PORT" },
	{ .key = "send", .type = OPTION_TEXT, .offset = TCP(send),
	  .max = SEND_MAX_BYTES,
	  .help = "what to say once connected" },
	{ .key = "allow_local", .type = OPTION_BOOL,
	  .offset = TCP(allow_local), .fallback = "false",
	  .help = "the name may resolve to loopback or link-local" },
	{ .key = "expect", .type = OPTION_GROUP, .offset = TCP(expect),
	  .detail = &expect_options,
	  .help = "what a good answer holds" },
};

const struct option_table tcp_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct tcp_settings), .source = -1, .presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = false };

const struct option_kind probe_tcp = {
	.name = "tcp",
	.table = &tcp_options,
	.ops = &traits,
};
