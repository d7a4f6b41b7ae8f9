/*
 * tls_judge.h - a handshake that succeeded: for how long will it?
 */
#ifndef PROBE_TLS_JUDGE_H
#define PROBE_TLS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/tls_settings.h"
#include "probe/verdict.h"

#define TLS_PROTOCOL_MAX 255 /* bytes of a name for ALPN */

struct tls_answer {
	double days_left;     /* to the first expiry in the verified chain */
	const char *whose;    /* certificate that is; from outside */
	const char *protocol; /* chosen; "": none */
	bool clock_is_sane;   /* our own, which days are counted by */
};

struct probe_verdict tls_judge_answer(
    const struct tls_settings *s, const struct tls_answer *a);

/*
 * The protocols as they are offered, each behind its length; the bytes that
 * takes, 0: one is empty or too long, or there are none.
 */
#define TLS_OFFER_MAX (8 * (TLS_PROTOCOL_MAX + 1))
size_t tls_offer(
    const struct strings *protocols, unsigned char offer[TLS_OFFER_MAX]);

#endif
