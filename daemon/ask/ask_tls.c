#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "daemon/ask/asking.h"
#include "daemon/ask/dial.h"
#include "daemon/ask/tls_context.h"
#include "probe/host_port.h"
#include "probe/tls_judge.h"

#define DAY_MS (24.0 * 3600 * 1000)

struct ask_tls {
	struct asking asking;
	const struct tls_settings *settings;
	struct tls_context *context;
	struct host_port place;
	struct dial *dial;
	struct loop_watch *watch;
	SSL *ssl;
	int fd;
	double dialed_ms; /* since the question was put */
};

static void
stop(struct asking *asking)
{
	struct ask_tls *a = (struct ask_tls *)asking;

	dial_stop(a->dial);
	loop_watch_free(a->watch);
	a->watch = NULL;
	SSL_free(a->ssl);
	a->ssl = NULL;
	if (a->fd >= 0)
		(void)close(a->fd); /* the answer is in */
	a->fd = -1;
	ERR_clear_error();
}

/* Of wall-clock milliseconds; a date that makes no sense is over. */
static double
days_left(const X509 *certificate, int64_t wall_ms)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
		return 0;
	return ((double)timegm(&tm) * 1000.0 - (double)wall_ms) / DAY_MS;
}

/* What was verified, the anchor included, not all that was sent. */
static const X509 *
first_to_expire(const SSL *ssl, int64_t wall_ms, double *days)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	const X509 *first = NULL;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509 *x = sk_X509_value(chain, i);
		double left = days_left(x, wall_ms);

		if (first == NULL || left < *days) {
			first = x;
			*days = left;
		}
	}
	return first;
}

static void
shaken(struct ask_tls *a)
{
	static const struct failure untrusted = { SAMPLE_FAILED,
		"tls.untrusted" };
	int64_t wall_ms = loop_wall_ms();
	struct tls_answer answer = { .protocol = "" };
	const X509 *first = first_to_expire(a->ssl, wall_ms, &answer.days_left);
	char whose[256], protocol[TLS_PROTOCOL_MAX + 1] = "";
	const unsigned char *chosen;
	unsigned length;
	struct probe_verdict v;

	if (first == NULL) {
		asking_fail(&a->asking, &untrusted, "no certificate");
		return;
	}
	(void)X509_NAME_oneline(
	    X509_get_subject_name(first), whose, sizeof(whose));
	SSL_get0_alpn_selected(a->ssl, &chosen, &length);
	if (length > 0 && length < sizeof(protocol))
		memcpy(protocol, chosen, length);
	answer.whose = whose;
	answer.protocol = protocol;
	answer.clock_is_sane = wall_ms > SANE_WALL_MS;
	v = tls_judge_answer(a->settings, &answer);
	a->asking.sample.phases.tls_ms =
	    asking_elapsed_ms(&a->asking) - a->dialed_ms;
	a->asking.sample.value_count = answer.clock_is_sane ? 1 : 0;
	a->asking.value = answer.days_left;
	(void)SSL_shutdown(a->ssl); /* says goodbye, and does not wait */
	asking_settle(&a->asking, &v);
}

/*
 * The library itself gave up, for want of memory mostly: whatever else it says
 * may be wrong.
 */
static bool
gave_up(void)
{
	unsigned long reason;

	while ((reason = ERR_get_error()) != 0)
		if (ERR_FATAL_ERROR(reason))
			return true;
	return false;
}

static void
broken(struct ask_tls *a, int code)
{
	struct transfer_ending ending = {
		.code = CURLE_SSL_CONNECT_ERROR,
		.phase = PHASE_TLS,
		.verify_result = SSL_get_verify_result(a->ssl),
		.clock_is_sane = loop_wall_ms() > SANE_WALL_MS,
	};
	unsigned long reason = ERR_peek_error();
	const char *words = NULL;
	struct failure failure;

	if (ending.verify_result != X509_V_OK) {
		ending.code = CURLE_PEER_FAILED_VERIFICATION;
		words = X509_verify_cert_error_string(ending.verify_result);
	} else if (reason != 0)
		words = ERR_reason_error_string(reason);
	else if (code == SSL_ERROR_SYSCALL && errno != 0)
		words = strerror(errno);
	failure = gave_up() ? asking_no_memory : curl_failure(&ending);
	asking_fail(&a->asking, &failure,
	    words == NULL ? "the connection ended in the handshake" : words);
}

static void
shake(struct ask_tls *a)
{
	int status, code;

	ERR_clear_error();
	errno = 0;
	status = SSL_connect(a->ssl);
	if (status == 1) {
		shaken(a);
		return;
	}
	code = SSL_get_error(a->ssl, status);
	if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE)
		loop_watch_change(a->watch, code == SSL_ERROR_WANT_READ,
		    code == SSL_ERROR_WANT_WRITE);
	else
		broken(a, code);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	(void)readable;
	(void)writable;
	shake(arg);
}

/* Whom we want to talk to. */
static bool
set_name(const struct ask_tls *a)
{
	const char *name = a->settings->server_name;
	char copy[HOST_MAX_BYTES + 1];
	X509_VERIFY_PARAM *param = SSL_get0_param(a->ssl);

	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (name == NULL && a->place.is_literal)
		return X509_VERIFY_PARAM_set1_ip_asc(param, a->place.host) == 1;
	if (name == NULL)
		name = a->place.host;
	/* OpenSSL only reads it, but its macro casts const away. */
	(void)snprintf(copy, sizeof(copy), "%s", name);
	return SSL_set_tlsext_host_name(a->ssl, copy) == 1 &&
	    X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
}

static bool
set_up(struct ask_tls *a, SSL_CTX *context)
{
	unsigned char offer[TLS_OFFER_MAX];
	size_t length = tls_offer(&a->settings->alpn, offer);

	a->ssl = SSL_new(context);
	if (a->ssl == NULL || SSL_set_fd(a->ssl, a->fd) != 1 || !set_name(a))
		return false;
	/* This one call of OpenSSL returns 0 when all is well. */
	if (length > 0 &&
	    SSL_set_alpn_protos(a->ssl, offer, (unsigned)length) != 0)
		return false;
	a->watch =
	    loop_watch_new(a->asking.loop, a->fd, on_ready, a, false, true);
	return a->watch != NULL;
}

static void
on_dialed(void *arg, int fd, const struct failure *failure, const char *words)
{
	struct ask_tls *a = arg;
	struct sample_phases *phases = &a->asking.sample.phases;
	SSL_CTX *context;

	if (fd < 0) {
		asking_fail(&a->asking, failure, words);
		return;
	}
	a->fd = fd;
	a->dialed_ms = asking_elapsed_ms(&a->asking);
	phases->resolve_ms = dial_resolved_ms(a->dial) - a->asking.sent_ms;
	phases->connect_ms = a->dialed_ms - phases->resolve_ms;
	context = tls_context_get(a->context, &failure, &words);
	if (context == NULL)
		asking_fail(&a->asking, failure, words);
	else if (!set_up(a, context))
		asking_fail(&a->asking, &asking_no_memory, "");
	else
		shake(a);
}

static void
time_is_up(struct asking *asking, struct probe_verdict *v)
{
	const struct ask_tls *a = (const struct ask_tls *)asking;
	struct failure failure =
	    a->fd >= 0 ? timeout_failure(PHASE_TLS) : dial_timeout(a->dial);

	*v = asking_verdict(&failure, "no handshake in time");
}

static bool
ask(struct asker *self, int64_t timeout_ms, bool fresh, asker_done *done,
    void *arg)
{
	struct ask_tls *a = (struct ask_tls *)self;

	(void)fresh; /* each is */
	if (!asking_begin(&a->asking, timeout_ms, done, arg))
		return false;
	dial_start(a->dial, &a->place, a->settings->allow_local);
	return true;
}

static void
resettle(struct asker *self, const struct probe_settings *settings)
{
	((struct ask_tls *)self)->settings = settings->settings;
}

static void
release(struct asker *self)
{
	struct ask_tls *a = (struct ask_tls *)self;

	asking_close(&a->asking);
	dial_free(a->dial);
	tls_context_leave(a->context);
	free(a);
}

static const struct asker_ops ops = {
	.ask = ask,
	.is_busy = asking_is_busy,
	.resettle = resettle,
	.release = release,
};

static const struct asking_ops asking_ops = {
	.time_is_up = time_is_up,
	.stop = stop,
};

struct asker *
ask_tls_new(const struct asker_wish *wish, struct error *err)
{
	const struct ask_tools *tools = wish->tools;
	struct ask_tls *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
		return NULL;
	}
	a->fd = -1;
	a->settings = wish->settings->settings;
	a->dial = dial_new(tools->loop, tools->fetch, on_dialed, a);
	a->context = tls_context_join(tools->tls, a->settings);
	if (a->dial != NULL && a->context != NULL &&
	    asking_init(&a->asking, tools->loop, &ops, &asking_ops)) {
		if (host_port_parse(a->settings->address, &a->place, err))
			return &a->asking.base;
	} else
		(void)error_set(
		    err, "no memory for probe %s", wish->settings->name);
	release(&a->asking.base);
	return NULL;
}
