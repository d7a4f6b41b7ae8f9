#include "daemon/fetch/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool
is_local_v4(const uint8_t a[4])
{
	return a[0] == 0 || a[0] == 127 || (a[0] == 169 && a[1] == 254) ||
	    a[0] >= 224;
}

struct embedding {
	uint8_t prefix[16];
	size_t prefix_bytes;
	size_t offset; /* of the IPv4 address */
};

/* clang-format off */
static const struct embedding embeddings[] = {
	{ { [10] = 0xff, [11] = 0xff }, 12, 12 },       /* ::ffff:a.b.c.d */
	{ { 0 }, 12, 12 },                              /* ::a.b.c.d, ::1 */
	{ { [8] = 0xff, [9] = 0xff }, 12, 12 },         /* ::ffff:0:a.b.c.d */
	{ { 0x00, 0x64, 0xff, 0x9b }, 12, 12 },         /* 64:ff9b:: (NAT64) */
	{ { 0x20, 0x02 }, 2, 2 },                       /* 2002:: (6to4) */
};
/* clang-format on */

static bool
is_local_v6(const uint8_t a[16])
{
	for (size_t i = 0; i < sizeof(embeddings) / sizeof(embeddings[0]); i++)
		if (memcmp(a, embeddings[i].prefix,
			embeddings[i].prefix_bytes) == 0 &&
		    is_local_v4(a + embeddings[i].offset))
			return true;
	/* fe80::/10, fec0::/10 and ff00::/8 */
	return a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0x80) != 0);
}

bool
address_is_local(const struct sockaddr *address)
{
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} copy;

	if (address->sa_family == AF_INET) {
		memcpy(&copy.v4, address, sizeof(copy.v4));
		return is_local_v4((const uint8_t *)&copy.v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&copy.v6, address, sizeof(copy.v6));
		return is_local_v6((const uint8_t *)&copy.v6.sin6_addr);
	}
	return true;
}

bool
address_is_literal(const char *host)
{
	struct in6_addr address;

	/* A colon is in no name. */
	return strchr(host, ':') != NULL ||
	    inet_pton(AF_INET, host, &address) == 1;
}

bool
address_is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t length = strlen(host);

	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length < sizeof(name) - 1)
		return false;
	host += length - (sizeof(name) - 1);
	return strncasecmp(host, name, sizeof(name) - 1) == 0 &&
	    (length == sizeof(name) - 1 || host[-1] == '.');
}

bool
address_has_route(const struct sockaddr *address, socklen_t length)
{
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool routed;

	if (fd < 0)
		return errno != EAFNOSUPPORT; /* let the real one find out */
	routed = connect(fd, address, length) == 0;
	(void)close(fd); /* nothing was sent */
	return routed;
}
