#include "probe/tls_judge.h"

#include <string.h>

#include "base/text.h"

#define WHOSE_MAX 48

static struct probe_verdict
verdict(enum sample_outcome outcome, const char *failure,
    const struct tls_answer *a)
{
	struct probe_verdict v = { outcome, failure, "" };
	struct text detail = text_over(v.detail, sizeof(v.detail));
	size_t length = strlen(a->whose);

	text_addf(&detail, "%.1f days left of ", a->days_left);
	text_add_escaped(
	    &detail, a->whose, length < WHOSE_MAX ? length : WHOSE_MAX);
	return v;
}

struct probe_verdict
tls_judge_answer(const struct tls_settings *s, const struct tls_answer *a)
{
	if (!a->clock_is_sane)
		return (struct probe_verdict){ SAMPLE_LOST, "local.clock",
			"our own clock is wrong" };
	if (s->alpn.count > 0 && a->protocol[0] == '\0')
		return (struct probe_verdict){ SAMPLE_FAILED, "tls.alpn",
			"none of the protocols was chosen" };
	if (a->days_left < s->expect.days_left)
		return verdict(SAMPLE_FAILED, "tls.expires", a);
	return verdict(SAMPLE_OK, NULL, a);
}

size_t
tls_offer(const struct strings *protocols, unsigned char offer[TLS_OFFER_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < protocols->count; i++) {
		size_t length = strlen(protocols->items[i]);

		if (length == 0 || length > TLS_PROTOCOL_MAX ||
		    used + 1 + length > TLS_OFFER_MAX)
			return 0;
		offer[used++] = (unsigned char)length;
		memcpy(offer + used, protocols->items[i], length);
		used += length;
	}
	return used;
}
