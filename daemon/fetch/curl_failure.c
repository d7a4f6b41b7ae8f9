#include "daemon/fetch/curl_failure.h"

#include <errno.h>

#include <openssl/x509_vfy.h>

#define FAILED(name)                \
	{                           \
		SAMPLE_FAILED, name \
	}
#define LOST(name)                \
	{                         \
		SAMPLE_LOST, name \
	}
/* Of protocols and options that are never used: then the fault is here. */
#define NEVER LOST("local.library")

/*
 * What a code means where nothing more is known.  The special ones are seen
 * to below.
 */
/* clang-format off */
static const struct failure table[CURL_LAST] = {
	[CURLE_OK] = { SAMPLE_OK, NULL },
	[CURLE_UNSUPPORTED_PROTOCOL] = FAILED("http.protocol"), /* HTTP/0.9 */
	[CURLE_FAILED_INIT] = NEVER,
	[CURLE_URL_MALFORMAT] = LOST("local.request"),
	[CURLE_NOT_BUILT_IN] = NEVER,
	[CURLE_COULDNT_RESOLVE_PROXY] = NEVER,
	[CURLE_COULDNT_RESOLVE_HOST] = LOST("local.resolver"),
	[CURLE_COULDNT_CONNECT] = FAILED("connect.failed"),
	[CURLE_WEIRD_SERVER_REPLY] = FAILED("http.protocol"),
	[CURLE_REMOTE_ACCESS_DENIED] = NEVER,
	[CURLE_FTP_ACCEPT_FAILED] = NEVER,
	[CURLE_FTP_WEIRD_PASS_REPLY] = NEVER,
	[CURLE_FTP_ACCEPT_TIMEOUT] = NEVER,
	[CURLE_FTP_WEIRD_PASV_REPLY] = NEVER,
	[CURLE_FTP_WEIRD_227_FORMAT] = NEVER,
	[CURLE_FTP_CANT_GET_HOST] = NEVER,
	[CURLE_HTTP2] = FAILED("http.protocol"),
	[CURLE_FTP_COULDNT_SET_TYPE] = NEVER,
	[CURLE_PARTIAL_FILE] = FAILED("body.truncated"),
	[CURLE_FTP_COULDNT_RETR_FILE] = NEVER,
	[CURLE_OBSOLETE20] = NEVER,
	[CURLE_QUOTE_ERROR] = NEVER,
	[CURLE_HTTP_RETURNED_ERROR] = FAILED("http.status"),
	[CURLE_WRITE_ERROR] = LOST("local.memory"), /* our callbacks gave up */
	[CURLE_OBSOLETE24] = NEVER,
	[CURLE_UPLOAD_FAILED] = NEVER,
	[CURLE_READ_ERROR] = LOST("local.request"),
	[CURLE_OUT_OF_MEMORY] = LOST("local.memory"),
	[CURLE_OPERATION_TIMEDOUT] = FAILED("timeout.transfer"),
	[CURLE_OBSOLETE29] = NEVER,
	[CURLE_FTP_PORT_FAILED] = NEVER,
	[CURLE_FTP_COULDNT_USE_REST] = NEVER,
	[CURLE_OBSOLETE32] = NEVER,
	[CURLE_RANGE_ERROR] = NEVER,
	[CURLE_HTTP_POST_ERROR] = LOST("local.request"),
	[CURLE_SSL_CONNECT_ERROR] = FAILED("tls.handshake"),
	[CURLE_BAD_DOWNLOAD_RESUME] = NEVER,
	[CURLE_FILE_COULDNT_READ_FILE] = NEVER,
	[CURLE_LDAP_CANNOT_BIND] = NEVER,
	[CURLE_LDAP_SEARCH_FAILED] = NEVER,
	[CURLE_OBSOLETE40] = NEVER,
	[CURLE_FUNCTION_NOT_FOUND] = NEVER,
	[CURLE_ABORTED_BY_CALLBACK] = LOST("local.aborted"),
	[CURLE_BAD_FUNCTION_ARGUMENT] = NEVER,
	[CURLE_OBSOLETE44] = NEVER,
	[CURLE_INTERFACE_FAILED] = NEVER,
	[CURLE_OBSOLETE46] = NEVER,
	[CURLE_TOO_MANY_REDIRECTS] = FAILED("redirect.too_many"),
	[CURLE_UNKNOWN_OPTION] = NEVER,
	[CURLE_SETOPT_OPTION_SYNTAX] = NEVER,
	[CURLE_OBSOLETE50] = NEVER,
	[CURLE_OBSOLETE51] = NEVER,
	[CURLE_GOT_NOTHING] = FAILED("http.no_answer"),
	[CURLE_SSL_ENGINE_NOTFOUND] = LOST("local.tls"),
	[CURLE_SSL_ENGINE_SETFAILED] = LOST("local.tls"),
	[CURLE_SEND_ERROR] = FAILED("connect.reset"),
	[CURLE_RECV_ERROR] = FAILED("connect.reset"),
	[CURLE_OBSOLETE57] = NEVER,
	[CURLE_SSL_CERTPROBLEM] = LOST("local.client_cert"),
	[CURLE_SSL_CIPHER] = LOST("local.tls"),
	[CURLE_PEER_FAILED_VERIFICATION] = FAILED("tls.untrusted"),
	[CURLE_BAD_CONTENT_ENCODING] = FAILED("http.protocol"),
	[CURLE_OBSOLETE62] = NEVER,
	[CURLE_FILESIZE_EXCEEDED] = FAILED("body.too_large"),
	[CURLE_USE_SSL_FAILED] = NEVER,
	[CURLE_SEND_FAIL_REWIND] = LOST("local.request"),
	[CURLE_SSL_ENGINE_INITFAILED] = LOST("local.tls"),
	[CURLE_LOGIN_DENIED] = FAILED("http.status"),
	[CURLE_TFTP_NOTFOUND] = NEVER,
	[CURLE_TFTP_PERM] = NEVER,
	[CURLE_REMOTE_DISK_FULL] = NEVER,
	[CURLE_TFTP_ILLEGAL] = NEVER,
	[CURLE_TFTP_UNKNOWNID] = NEVER,
	[CURLE_REMOTE_FILE_EXISTS] = NEVER,
	[CURLE_TFTP_NOSUCHUSER] = NEVER,
	[CURLE_OBSOLETE75] = NEVER,
	[CURLE_OBSOLETE76] = NEVER,
	[CURLE_SSL_CACERT_BADFILE] = LOST("local.ca_file"),
	[CURLE_REMOTE_FILE_NOT_FOUND] = NEVER,
	[CURLE_SSH] = NEVER,
	[CURLE_SSL_SHUTDOWN_FAILED] = FAILED("tls.handshake"),
	[CURLE_AGAIN] = NEVER,
	[CURLE_SSL_CRL_BADFILE] = LOST("local.ca_file"),
	[CURLE_SSL_ISSUER_ERROR] = FAILED("tls.untrusted"),
	[CURLE_FTP_PRET_FAILED] = NEVER,
	[CURLE_RTSP_CSEQ_ERROR] = NEVER,
	[CURLE_RTSP_SESSION_ERROR] = NEVER,
	[CURLE_FTP_BAD_FILE_LIST] = NEVER,
	[CURLE_CHUNK_FAILED] = NEVER,
	[CURLE_NO_CONNECTION_AVAILABLE] = LOST("local.connections"),
	[CURLE_SSL_PINNEDPUBKEYNOTMATCH] = FAILED("tls.untrusted"),
	[CURLE_SSL_INVALIDCERTSTATUS] = FAILED("tls.revoked"),
	[CURLE_HTTP2_STREAM] = FAILED("http.protocol"),
	[CURLE_RECURSIVE_API_CALL] = NEVER,
	[CURLE_AUTH_ERROR] = NEVER,
	[CURLE_HTTP3] = FAILED("http.protocol"),
	[CURLE_QUIC_CONNECT_ERROR] = NEVER,
	[CURLE_PROXY] = NEVER,
	[CURLE_SSL_CLIENTCERT] = FAILED("tls.client_cert"),
	[CURLE_UNRECOVERABLE_POLL] = NEVER,
};
/* clang-format on */

const struct failure name_failures[] = {
	[RESOLVER_OK] = { SAMPLE_OK, NULL },
	[RESOLVER_NXDOMAIN] = FAILED("dns.nxdomain"),
	[RESOLVER_NO_ADDRESS] = FAILED("dns.no_address"),
	[RESOLVER_SERVFAIL] = LOST("dns.servfail"),
	[RESOLVER_TIMEOUT] = LOST("dns.timeout"),
	[RESOLVER_TROUBLE] = LOST("local.resolver"),
};

static struct failure
failed(const char *class)
{
	return (struct failure){ SAMPLE_FAILED, class };
}

static struct failure
lost(const char *class)
{
	return (struct failure){ SAMPLE_LOST, class };
}

/* Not one address could be tried: nothing was learnt about the target. */
static struct failure
not_tried(const struct connect_attempts *attempts)
{
	if (attempts->starved > 0)
		return lost("local.descriptors");
	if (attempts->unroutable > 0)
		return lost("connect.unreachable");
	if (attempts->forbidden > 0)
		return lost("local.address_refused");
	return lost("local.library");
}

static struct failure
not_connected(const struct transfer_ending *ending)
{
	/* One that we could not try might have answered. */
	if (ending->attempts.made == 0 || ending->attempts.starved > 0)
		return not_tried(&ending->attempts);
	switch (ending->os_errno) {
	case ECONNREFUSED:
		return failed("connect.refused");
	case ECONNRESET:
	case ECONNABORTED:
		return failed("connect.reset");
	case ETIMEDOUT:
		return failed("connect.timeout");
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EACCES:
	case EPERM:
		return lost("connect.unreachable");
	case EADDRNOTAVAIL:
	case EADDRINUSE:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:
		return lost("local.descriptors");
	default:
		return table[CURLE_COULDNT_CONNECT];
	}
}

static struct failure
not_trusted(const struct transfer_ending *ending)
{
	switch (ending->verify_result) {
	case X509_V_OK: /* nothing against the chain, so it is the name */
	case X509_V_ERR_UNSPECIFIED:
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return failed("tls.wrong_host");
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return ending->clock_is_sane ? failed("tls.not_yet_valid") :
					       lost("local.clock");
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return ending->clock_is_sane ? failed("tls.expired") :
					       lost("local.clock");
	case X509_V_ERR_CERT_REVOKED:
		return failed("tls.revoked");
	case X509_V_ERR_OUT_OF_MEM:
		return lost("local.memory");
	default:
		return failed("tls.untrusted");
	}
}

struct failure
connect_timeout_failure(const struct connect_attempts *attempts)
{
	return attempts->starved > 0 ? not_tried(attempts) :
				       timeout_failure(PHASE_CONNECT);
}

struct failure
timeout_failure(enum transfer_phase phase)
{
	static const char *const classes[] = {
		[PHASE_CONNECT] = "timeout.connect",
		[PHASE_TLS] = "timeout.tls",
		[PHASE_FIRST_BYTE] = "timeout.firstbyte",
		[PHASE_TRANSFER] = "timeout.transfer",
	};

	return failed(classes[phase]);
}

/* The codes that are not table-driven are few enough to be compared. */
struct failure
curl_failure(const struct transfer_ending *ending)
{
	CURLcode code = ending->code;
	bool answering = ending->phase == PHASE_TRANSFER;

	if ((unsigned)code >= CURL_LAST)
		return lost("local.library");
	if (code == CURLE_COULDNT_CONNECT)
		return not_connected(ending);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return not_trusted(ending);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return timeout_failure(ending->phase);
	/* A header line beyond libcurl's limit is called that, too. */
	if (code == CURLE_OUT_OF_MEMORY && answering)
		return failed("http.header_flood");
	/* Nor does it say otherwise that a header has no name. */
	if (code == CURLE_BAD_FUNCTION_ARGUMENT && answering)
		return failed("http.protocol");
	if (code == CURLE_RECV_ERROR && answering)
		return failed("body.reset");
	if (code == CURLE_RECV_ERROR && ending->phase == PHASE_TLS)
		return failed("tls.handshake");
	return table[code];
}
