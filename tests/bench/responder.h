/*
 * What the two halves of the responder share: responder.c takes orders and
 * reports, responder_work.c answers requests.
 */
#ifndef TESTS_BENCH_RESPONDER_H
#define TESTS_BENCH_RESPONDER_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_STEP_NS 50000
#define HISTOGRAM_BUCKETS 40000u /* up to 2 s */

enum way { WAY_OK, WAY_BAD, WAY_HANG };

struct histogram {
	uint64_t count;
	int64_t worst_ns;
	uint32_t bucket[HISTOGRAM_BUCKETS];
};

struct bench_target {
	int64_t grid_ns; /* some moment of its grid; 0: not asked yet */
	int64_t last_ns;
	int64_t first_wrong_ns;
	uint32_t asked;
	uint8_t way;
	bool is_apart; /* has been told to fail: its times are not noted */
};

/* Counters of several workers; the rest is written in one place. */
struct shared {
	int64_t interval_ns;
	int64_t began_ns;
	uint64_t answers, connects, wrong, hung;
	int64_t open;
	struct histogram late, gaps;
	uint32_t count;
	struct bench_target targets[];
};

int64_t responder_now_ns(void);

/* Exits where that cannot be. */
int responder_listen(uint32_t address, uint16_t port);

/* Answers for ever; a byte from orders_fd closes so many percent. */
_Noreturn void responder_work(struct shared *s, uint16_t port, int orders_fd);

#endif
