#include "evaluator/sequential.h"

#include <assert.h>
#include <math.h>

/* Nothing is learned beyond it, and what follows can still be seen. */
#define MONEY_MAX 1e100

/* Of a trial. */
#define SIZES_TRIED 64
#define PAIRS_MAX 10000

static const double stakes[SEQUENTIAL_STAKES] = { 0.1, 0.3, 0.6, 0.95 };

void
sequential_init(struct sequential *s, double *sizes, size_t room)
{
	assert(room > 0);
	*s = (struct sequential){ .sizes = sizes, .room = room };
}

void
sequential_reset(struct sequential *s)
{
	sequential_init(s, s->sizes, s->room);
}

/* Of the money of each player, what he has not yet begun with. */
static double
unspent(uint64_t pairs)
{
	return 1 / log2((double)pairs + 2);
}

/* Above 0 and below 1; 1/2 on average, and for the first. */
static double
rank_of(const struct sequential *s, double size)
{
	size_t count = s->pairs < s->room ? (size_t)s->pairs : s->room;
	double rank = 0.5;

	for (size_t i = 0; i < count; i++) {
		if (s->sizes[i] < size)
			rank += 1;
		else if (!(s->sizes[i] > size))
			rank += 0.5;
	}
	return rank / ((double)count + 1);
}

static void
keep(struct sequential *s, double size)
{
	s->sizes[s->next] = size;
	s->next = (s->next + 1) % s->room;
	s->pairs++;
}

void
sequential_add(struct sequential *s, double difference)
{
	double sign = difference > 0 ? 1 : -1, rank, fresh;

	if (difference == 0 || isnan(difference))
		return;
	rank = rank_of(s, fabs(difference));
	keep(s, fabs(difference));
	fresh = unspent(s->pairs - 1) - unspent(s->pairs);
	for (size_t i = 0; i < SEQUENTIAL_PLAYERS; i++) {
		double stake = stakes[i % SEQUENTIAL_STAKES];

		if (i >= SEQUENTIAL_STAKES)
			stake *= rank;
		s->money[i] =
		    fmin((s->money[i] + fresh) * (1 + sign * stake), MONEY_MAX);
	}
}

double
sequential_evidence(const struct sequential *s)
{
	double sum = 0;

	for (size_t i = 0; i < SEQUENTIAL_PLAYERS; i++)
		sum += s->money[i];
	return sum / SEQUENTIAL_PLAYERS + unspent(s->pairs);
}

unsigned
sequential_pairs_to(double evidence, unsigned before)
{
	double sizes[SIZES_TRIED];
	struct sequential s;
	unsigned pairs = 0;

	sequential_init(&s, sizes, SIZES_TRIED);
	for (unsigned i = 0; i < before; i++)
		sequential_add(&s, i % 2 == 0 ? -1 : 1);
	while (sequential_evidence(&s) < evidence && pairs < PAIRS_MAX) {
		sequential_add(&s, 2 + pairs);
		pairs++;
	}
	return pairs;
}
