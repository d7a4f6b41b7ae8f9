/* What libcurl can tell of the transfer that a question is, or was. */
#include "daemon/fetch/curl_impl.h"

/* In microseconds since the transfer began; 0: not reached. */
struct transfer_times {
	curl_off_t connect, tls, request, first, total;
	bool is_reused;    /* the connection was there before */
	bool is_connected; /* connect stays 0 until TLS is there as well */
};

static curl_off_t
read_time(CURL *easy, CURLINFO what)
{
	curl_off_t us = 0;

	(void)(curl_easy_getinfo)(easy, what, &us);
	return us;
}

static struct transfer_times
read_times(CURL *easy)
{
	struct transfer_times times = {
		.connect = read_time(easy, CURLINFO_CONNECT_TIME_T),
		.tls = read_time(easy, CURLINFO_APPCONNECT_TIME_T),
		.request = read_time(easy, CURLINFO_PRETRANSFER_TIME_T),
		.first = read_time(easy, CURLINFO_STARTTRANSFER_TIME_T),
		.total = read_time(easy, CURLINFO_TOTAL_TIME_T),
	};
	long connects = 0, local_port = 0;

	(void)curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	(void)curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &local_port);
	times.is_reused = connects == 0 && times.request > 0;
	times.is_connected = local_port > 0;
	return times;
}

static bool
is_https(const struct fetch_target *t)
{
	return t->q->next_url == NULL ? t->form->origin.is_https :
					t->q->next_origin.is_https;
}

static enum transfer_phase
phase_of(const struct fetch_target *t, const struct transfer_times *times)
{
	if (t->q->slot->header_bytes > 0 || times->first > 0)
		return PHASE_TRANSFER;
	if (times->request > 0)
		return PHASE_FIRST_BYTE;
	if (!times->is_connected)
		return PHASE_CONNECT;
	return is_https(t) && times->tls == 0 ? PHASE_TLS : PHASE_FIRST_BYTE;
}

/* From one moment to the next; negative when the latter did not come. */
static double
between_ms(curl_off_t from_us, curl_off_t to_us)
{
	if (to_us <= 0)
		return -1.0;
	return to_us < from_us ? 0.0 : (double)(to_us - from_us) / 1000.0;
}

struct sample_phases
transfer_phases(const struct fetch_target *t)
{
	struct transfer_times times = read_times(t->q->slot->easy);
	struct sample_phases p = {
		.resolve_ms = t->q->resolve_ms,
		.connect_ms = between_ms(0, times.connect),
		.tls_ms = between_ms(times.connect, times.tls),
		.first_byte_ms = between_ms(times.request, times.first),
		.transfer_ms = -1.0,
	};

	if (times.is_reused)
		p.connect_ms = 0.0;
	if (times.is_reused && is_https(t))
		p.tls_ms = 0.0;
	/* To libcurl the end is a first byte as well. */
	if (t->q->slot->is_unanswered)
		p.first_byte_ms = -1.0;
	else if (times.first > 0)
		p.transfer_ms = between_ms(times.first, times.total);
	return p;
}

double
transfer_total_ms(const struct fetch_target *t)
{
	return (double)read_time(t->q->slot->easy, CURLINFO_TOTAL_TIME_T) /
	    1000.0;
}

int
transfer_status(const struct fetch_target *t)
{
	long status = 0;

	/* What libcurl made of a line that is none does not count. */
	if (t->q->slot->cut != NULL)
		return t->q->slot->status;
	(void)curl_easy_getinfo(
	    t->q->slot->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

struct failure
transfer_timeout(const struct fetch_target *t)
{
	struct transfer_times times = read_times(t->q->slot->easy);
	enum transfer_phase phase = phase_of(t, &times);

	return phase == PHASE_CONNECT ?
	    connect_timeout_failure(&t->q->slot->attempts) :
	    timeout_failure(phase);
}

struct failure
transfer_failure(const struct fetch_target *t, CURLcode code)
{
	const struct fetch_slot *slot = t->q->slot;
	struct transfer_times times = read_times(slot->easy);
	struct transfer_ending ending = {
		.code = code,
		.phase = phase_of(t, &times),
		.attempts = slot->attempts,
		.clock_is_sane = loop_wall_ms() > SANE_WALL_MS,
	};

	(void)curl_easy_getinfo(
	    slot->easy, CURLINFO_OS_ERRNO, &ending.os_errno);
	(void)curl_easy_getinfo(
	    slot->easy, CURLINFO_SSL_VERIFYRESULT, &ending.verify_result);
	return slot->cut != NULL ? *slot->cut : curl_failure(&ending);
}

bool
transfer_deserves_another(const struct fetch_target *t, CURLcode code)
{
	const struct fetch_slot *slot = t->q->slot;

	if (t->q->retried || slot->cut != NULL ||
	    (code != CURLE_GOT_NOTHING && code != CURLE_RECV_ERROR &&
		code != CURLE_SEND_ERROR))
		return false;
	/* None was opened for it, and nothing came. */
	return slot->attempts.made == 0 && slot->header_bytes == 0;
}
