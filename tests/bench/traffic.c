#include "tests/bench/traffic.h"

#include <math.h>

#define DAY_MS 86400000.0
#define MINUTE_MS 60000.0
#define BURST_FACTOR 5.0
#define BURST_SLOWS 1.8
#define BUSY_SLOWS 0.3 /* at the height of the day, so much slower */
#define PROBE_TIMEOUT_MS 5000.0
#define POISSON_EXACT 50.0
#define MEAN_SAMPLES 12 /* requests drawn to find the mean of many */

const struct traffic_profile traffic_profiles[] = {
	{ "steady", 100, 0, 0, 0.001, 50, 0.3, 0, 0 },
	{ "daily", 100, 0.8, 0, 0.001, 50, 0.3, 0, 0 },
	{ "bursty", 50, 0.3, 12, 0.002, 50, 0.4, 0.002, 2.0 },
	{ "quiet", 0.02, 0.5, 0, 0.002, 50, 0.4, 0, 0 },
	{ "heavy-tailed", 50, 0.3, 0, 0.001, 40, 0.9, 0.01, 1.3 },
};
const unsigned traffic_profile_count =
    sizeof(traffic_profiles) / sizeof(traffic_profiles[0]);

/* splitmix64 (Steele, Lea and Flood, 2014). */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double
uniform(uint64_t *state)
{
	return ((double)(next(state) >> 11) + 0.5) * 0x1p-53;
}

double
traffic_random(struct traffic *t)
{
	return uniform(&t->state);
}

/* Standard normal, by the polar method of Marsaglia. */
static double
normal(struct traffic *t)
{
	double u, v, s;

	if (t->has_spare) {
		t->has_spare = false;
		return t->spare;
	}
	do {
		u = 2 * traffic_random(t) - 1;
		v = 2 * traffic_random(t) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s <= 0);
	s = sqrt(-2 * log(s) / s);
	t->spare = v * s;
	t->has_spare = true;
	return u * s;
}

static double
poisson(struct traffic *t, double mean)
{
	double left = exp(-mean), product, count = 0;

	if (mean > POISSON_EXACT)
		return fmax(0, round(mean + sqrt(mean) * normal(t)));
	for (product = traffic_random(t); product > left; count++)
		product *= traffic_random(t);
	return count;
}

static double
binomial(struct traffic *t, double n, double p)
{
	return fmin(n, p >= 1 ? n : poisson(t, n * p));
}

static double
one_latency_ms(struct traffic *t, double median_ms)
{
	const struct traffic_profile *p = t->profile;
	double ms = median_ms * exp(p->spread * normal(t));

	if (p->tail > 0 && traffic_random(t) < p->tail)
		ms *= pow(traffic_random(t), -1 / p->tail_exponent);
	return ms;
}

/* How busy it is, against the average. */
static double
load(struct traffic *t, int64_t at_ms, int64_t dt_ms)
{
	const struct traffic_profile *p = t->profile;
	double hour = 2 * M_PI * fmod((double)at_ms, DAY_MS) / DAY_MS;
	double factor = 1 - p->daily * cos(hour);

	if (uniform(&t->load_state) < p->bursts * (double)dt_ms / DAY_MS)
		t->burst_end_ms = at_ms +
		    (int64_t)(MINUTE_MS * (1 + 4 * uniform(&t->load_state)));
	return at_ms < t->burst_end_ms ? factor * BURST_FACTOR : factor;
}

static void
ask_ourselves(struct traffic *t, double median_ms, double error_ratio,
    bool hangs, struct traffic_view *view)
{
	view->latency_ms = one_latency_ms(t, median_ms);
	view->outcome = SAMPLE_OK;
	if (hangs || view->latency_ms > PROBE_TIMEOUT_MS) {
		view->latency_ms = PROBE_TIMEOUT_MS;
		view->outcome = SAMPLE_FAILED;
	} else if (traffic_random(t) < error_ratio)
		view->outcome = SAMPLE_FAILED;
}

/* The mean of n requests: of a few drawn, as far off as of all would be. */
static double
mean_latency_ms(struct traffic *t, double n, double median_ms)
{
	int drawn = n < MEAN_SAMPLES ? (int)n : MEAN_SAMPLES;
	double sum = 0;

	for (int i = 0; i < drawn; i++)
		sum += one_latency_ms(t, median_ms);
	return drawn == 0 ? (double)NAN : sum / drawn;
}

void
traffic_begin(struct traffic *t, const struct traffic_profile *p, uint64_t seed,
    uint64_t load_seed)
{
	*t = (struct traffic){ .profile = p,
		.state = seed,
		.load_state = load_seed,
		.burst_end_ms = INT64_MIN };
}

void
traffic_step(struct traffic *t, int64_t at_ms, int64_t dt_ms,
    const struct traffic_fault *fault, struct traffic_view *view)
{
	const struct traffic_profile *p = t->profile;
	double busy = load(t, at_ms, dt_ms);
	double slow = fault->latency > 0 ? fault->latency : 1;
	double error_ratio = fmin(1, p->error_ratio + fault->errors);
	double median_ms = p->latency_ms * slow;
	double n = poisson(t, p->rate * busy * (double)dt_ms / 1000);
	double failed;

	median_ms *=
	    at_ms < t->burst_end_ms ? BURST_SLOWS : 1 + BUSY_SLOWS * (busy - 1);
	ask_ourselves(t, median_ms, error_ratio, fault->hangs, view);
	if (fault->hangs)
		n = 0;
	failed = binomial(t, n, error_ratio);
	view->requests = t->requests += n;
	view->errors = t->errors += failed;
	view->queue = poisson(t, 20 * busy * slow);
	view->latency_s = mean_latency_ms(t, n, median_ms) / 1000;
	view->error_ratio = n > 0 ? failed / n : (double)NAN;
}
