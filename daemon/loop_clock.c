#include <time.h>

#include "daemon/loop.h"

#define US_PER_MS 1000
#define US_PER_S 1000000

static int64_t
clock_us(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail for these clocks */
	return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t
loop_wall_ms(void)
{
	return clock_us(CLOCK_REALTIME) / US_PER_MS;
}

int64_t
loop_boot_us(void)
{
	return clock_us(CLOCK_BOOTTIME);
}

int64_t
loop_clock_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}
