#include "probe/tls_settings.h"

#include "probe/probe_settings.h"

#define ADDRESS_MAX_BYTES 320
#define NAME_MAX 253
#define PROTOCOLS_MAX 8
#define DAYS_MAX 3650

/* clang-format off */
#define EXPECT(member) offsetof(struct tls_expect, member)
static const struct option expect[] = {
	{ .key = "days_left", .type = OPTION_COUNT, .max = DAYS_MAX,
	  .offset = EXPECT(days_left), .fallback = "0",
	  .help = "fewer days to the first expiry are a failure" },
};

static const struct option_table expect_options = {
	.what = "expect", .options = expect,
	.count = OPTION_COUNT_OF(expect), .size = sizeof(struct tls_expect),
	.source = EXPECT(source), .presence = -1,
};

#define TLS(member) offsetof(struct tls_settings, member)
static const struct option options[] = {
	{ .key = "address", .type = OPTION_TEXT, .offset = TLS(address),
	  .required = true, .max = ADDRESS_MAX_BYTES,
	  .help = "what to connect to: HOST:PORT or [ADDRESS]:PORT" },
	{ .key = "server_name", .type = OPTION_TEXT,
	  .offset = TLS(server_name), .max = NAME_MAX,
	  .help = "the name that the certificate must be for" },
	{ .key = "ca_file", .type = OPTION_PATH, .offset = TLS(ca_file),
	  .help = "certificates to trust in place of the system's" },
	{ .key = "client_cert_file", .type = OPTION_PATH,
	  .offset = TLS(client_cert_file),
	  .help = "certificate to show, together with client_key_file" },
	{ .key = "client_key_file", .type = OPTION_PATH,
	  .offset = TLS(client_key_file),
	  .help = "private key of that certificate" },
	{ .key = "alpn", .type = OPTION_STRINGS, .offset = TLS(alpn),
	  .max = PROTOCOLS_MAX,
	  .help = "protocols to offer, one of which must be chosen" },
	{ .key = "allow_local", .type = OPTION_BOOL,
	  .offset = TLS(allow_local), .fallback = "false",
	  .help = "the name may resolve to loopback or link-local" },
	{ .key = "expect", .type = OPTION_GROUP, .offset = TLS(expect),
	  .detail = &expect_options,
	  .help = "how long the certificates should be good" },
};

const struct option_table tls_options = {
	.what = "probe", .options = options,
	.count = OPTION_COUNT_OF(options),
	.size = sizeof(struct tls_settings), .source = -1, .presence = -1,
};
/* clang-format on */

static const struct probe_traits traits = { .has_value = true };

const struct option_kind probe_tls = {
	.name = "tls",
	.table = &tls_options,
	.ops = &traits,
};
