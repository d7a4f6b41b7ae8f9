/*
 * Where target N of the benchmarks is: each has an address of its own in
 * 127.0.0.0/8, and all have the same port.  tests/bench/peers/lib.sh says the
 * same in shell.
 */
#ifndef TESTS_BENCH_ADDRESS_H
#define TESTS_BENCH_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>

#define BENCH_SIDE 250u /* values of each of the last two bytes */

static inline struct sockaddr_in
bench_address(uint32_t number, uint16_t port)
{
	uint32_t host = 127u << 24 |
	    (1 + number / (BENCH_SIDE * BENCH_SIDE)) << 16 |
	    number / BENCH_SIDE % BENCH_SIDE << 8 | (1 + number % BENCH_SIDE);

	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(host),
	};
}

/* The inverse; UINT32_MAX: none of them. */
static inline uint32_t
bench_number(const struct sockaddr_in *a)
{
	uint32_t host = ntohl(a->sin_addr.s_addr);
	uint32_t most = host >> 16 & 255, middle = host >> 8 & 255;
	uint32_t least = host & 255;

	if (most == 0 || middle >= BENCH_SIDE || least == 0 ||
	    least > BENCH_SIDE)
		return UINT32_MAX;
	return ((most - 1) * BENCH_SIDE + middle) * BENCH_SIDE + least - 1;
}

#endif
