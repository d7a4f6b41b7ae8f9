/*
 * The first byte chooses method and limit, the second how the connection ends,
 * the next four where the answer is cut.  How it is cut changes nothing; and
 * nothing is ever taken that was not given.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/http_reply.h"
#include "tests/fuzz/fuzz.h"

#define CUTS 4
#define LIMIT_BYTES 16

struct outcome {
	enum http_reply_result result;
	const char *failure; /* NULL: none */
	uint16_t status;
	uint64_t body, headers; /* digests */
	size_t body_bytes;
	bool has_rest; /* after the end */
	bool is_kept;
};

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t
add(uint64_t digest, const char *bytes, const struct http_reply_span *s)
{
	for (size_t i = 0; i < s->length; i++)
		digest = (digest ^ (unsigned char)bytes[s->at + i]) *
		    UINT64_C(1099511628211);
	return digest;
}

/* Gives bytes up to end; how many of them were taken, all in all. */
static size_t
give(struct http_reply *r, struct outcome *o, const char *bytes, size_t at,
    size_t end, struct http_reply_take *take)
{
	/* In memory of their own, so that nothing beyond is looked at. */
	size_t length = end - at, done = 0;
	char *own = malloc(length > 0 ? length : 1);

	expect(own != NULL && length <= HTTP_REPLY_KEEP_MAX + end);
	memcpy(own, bytes + at, length);
	do {
		o->result = http_reply_read(r, own + done, length - done, take);
		expect(take->taken <= length - done);
		expect(take->body.at + take->body.length <= take->taken);
		expect(take->headers.at + take->headers.length <= take->taken);
		expect(take->trailer.at + take->trailer.length <= take->taken);
		expect(o->result != HTTP_REPLY_AGAIN || take->taken > 0);
		o->headers = add(o->headers, own + done, &take->headers);
		o->headers = add(o->headers, own + done, &take->trailer);
		o->body = add(o->body, own + done, &take->body);
		o->body_bytes += take->body.length;
		done += take->taken;
	} while (o->result == HTTP_REPLY_AGAIN);
	free(own);
	return at + done;
}

static struct outcome
play(uint8_t kind, uint8_t how, const char *bytes, size_t length,
    const size_t *cuts, size_t count)
{
	struct outcome o = { .result = HTTP_REPLY_MORE };
	struct http_reply_take take = { .taken = 0 };
	struct http_reply r;
	size_t at = 0;

	http_reply_begin(&r, kind % 2 == 0 ? HTTP_GET : HTTP_HEAD,
	    kind % 4 < 2 ? 0 : LIMIT_BYTES);
	for (size_t i = 0; i < count && o.result == HTTP_REPLY_MORE; i++)
		if (cuts[i] > at)
			at = give(&r, &o, bytes, at, cuts[i], &take);
	if (o.result == HTTP_REPLY_MORE && at < length)
		at = give(&r, &o, bytes, at, length, &take);
	if (o.result == HTTP_REPLY_MORE && how % 3 != 0)
		o.result = http_reply_end(&r,
		    how % 3 == 1 ? HTTP_REPLY_CLOSED : HTTP_REPLY_RESET, &take);
	o.failure = take.failure;
	o.status = r.status;
	o.has_rest = at < length;
	o.is_kept = http_reply_may_be_kept(&r);
	expect((o.result == HTTP_REPLY_WRONG ||
		   o.result == HTTP_REPLY_NOTHING) == (o.failure != NULL));
	return o;
}

/* An answer that is wrong need not have given the same of its body. */
static void
compare(const struct outcome *a, const struct outcome *b)
{
	expect(a->result == b->result && a->status == b->status);
	expect((a->failure == NULL) == (b->failure == NULL));
	expect(a->failure == NULL || strcmp(a->failure, b->failure) == 0);
	if (a->result == HTTP_REPLY_WRONG)
		return;
	expect(a->body == b->body && a->headers == b->headers);
	expect(a->body_bytes == b->body_bytes);
	if (a->result == HTTP_REPLY_DONE && !a->has_rest)
		expect(a->is_kept == b->is_kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length, *every, cuts[CUTS];
	const char *bytes;
	struct outcome whole, parts;

	if (size < 2 + CUTS)
		return 0;
	length = size - 2 - CUTS;
	bytes = (const char *)data + 2 + CUTS;
	for (size_t i = 0, at = 0; i < CUTS; i++) {
		at += data[2 + i];
		cuts[i] = at < length ? at : length;
	}
	whole = play(data[0], data[1], bytes, length, NULL, 0);
	parts = play(data[0], data[1], bytes, length, cuts, CUTS);
	compare(&whole, &parts);
	every = malloc((length + 1) * sizeof(*every));
	expect(every != NULL);
	for (size_t i = 0; i < length; i++)
		every[i] = i + 1;
	parts = play(data[0], data[1], bytes, length, every, length);
	compare(&whole, &parts);
	free(every);
	if (data[0] % 4 >= 2 && data[0] % 2 == 0)
		expect(whole.body_bytes <= LIMIT_BYTES);
	return 0;
}
