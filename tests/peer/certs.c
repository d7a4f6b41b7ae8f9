/*
 * certs DIR - certificates for tests, each with its key in one file:
 * good.pem, expired.pem, future.pem, wrong_host.pem (of 127.0.0.1 and
 * localhost, but the last) signed by ca.pem, and self_signed.pem.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY_S (24 * 60 * 60)

struct wish {
	const char *file;
	const char *names;
	long from_s, to_s; /* from now */
	bool is_ca;
	bool is_self_signed;
};

static const char local[] = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.test";

static const struct wish wishes[] = {
	{ "ca.pem", NULL, -DAY_S, DAY_S, true, true },
	{ "good.pem", local, -DAY_S, DAY_S, false, false },
	{ "expired.pem", local, -2 * DAY_S, -DAY_S, false, false },
	{ "future.pem", local, DAY_S, 2 * DAY_S, false, false },
	{ "wrong_host.pem", "DNS:elsewhere.test", -DAY_S, DAY_S, false, false },
	{ "self_signed.pem", local, -DAY_S, DAY_S, false, true },
};

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "certs: %s failed\n", what);
	exit(1);
}

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	need(e != NULL && X509_add_ext(cert, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

static void
name(X509 *cert, const char *words)
{
	X509_NAME *subject = X509_get_subject_name(cert);

	need(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
		 (const unsigned char *)words, -1, -1, 0) == 1,
	    "name");
}

static X509 *
make(const struct wish *w, long serial, EVP_PKEY *key, X509 *ca,
    EVP_PKEY *ca_key)
{
	X509 *cert = X509_new();

	need(cert != NULL && X509_set_version(cert, 2) == 1, "X509_new");
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), w->from_s);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), w->to_s);
	(void)X509_set_pubkey(cert, key);
	name(cert, w->file);
	if (w->is_self_signed)
		ca = cert;
	(void)X509_set_issuer_name(cert, X509_get_subject_name(ca));
	add_extension(cert, NID_basic_constraints,
	    w->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (w->names != NULL)
		add_extension(cert, NID_subject_alt_name, w->names);
	need(
	    X509_sign(cert, w->is_self_signed ? key : ca_key, EVP_sha256()) > 0,
	    "X509_sign");
	return cert;
}

static void
save(const char *folder, const char *file, X509 *cert, EVP_PKEY *key)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "w");
	need(f != NULL && PEM_write_X509(f, cert) == 1, path);
	need(
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1, path);
	need(fclose(f) == 0, path);
}

int
main(int argc, char **argv)
{
	X509 *ca = NULL;
	EVP_PKEY *ca_key = NULL;

	need(argc == 2, "certs DIR");
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		EVP_PKEY *key = EVP_EC_gen("P-256");
		X509 *cert;

		need(key != NULL, "EVP_EC_gen");
		cert = make(&wishes[i], (long)i + 1, key, ca, ca_key);
		save(argv[1], wishes[i].file, cert, key);
		if (i == 0) {
			ca = cert;
			ca_key = key;
			continue;
		}
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	return 0;
}
