/*
 * certs DIR [chains] - certificates for tests, each with its key in one file:
 * good.pem, expired.pem, future.pem, wrong_host.pem (of 127.0.0.1 and
 * localhost, but the last) signed by ca.pem, and self_signed.pem.
 *
 * chains: in their place others, of root.pem, which is good for long: long.pem
 * for 400 days, soon.pem for 3, chained.pem by way of inter.pem, which is good
 * for 2, old_chained.pem by way of old_inter.pem, which is not any more, and
 * padded.pem, for 400 days with inter.pem beside it, which it does not need.
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
	size_t issuer; /* index; 0 by default */
	size_t beside; /* index of what stands in the file, too; 0: nothing */
};

static const char local[] = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.test";

static const struct wish plain[] = {
	{ "ca.pem", NULL, -DAY_S, DAY_S, true, true, 0, 0 },
	{ "good.pem", local, -DAY_S, DAY_S, false, false, 0, 0 },
	{ "expired.pem", local, -2 * DAY_S, -DAY_S, false, false, 0, 0 },
	{ "future.pem", local, DAY_S, 2 * DAY_S, false, false, 0, 0 },
	{ "wrong_host.pem", "DNS:elsewhere.test", -DAY_S, DAY_S, false, false,
	    0, 0 },
	{ "self_signed.pem", local, -DAY_S, DAY_S, false, true, 0, 0 },
};

enum { ROOT, LONG, SOON, INTER, CHAINED, OLD_INTER, OLD_CHAINED, PADDED };

/* clang-format off */
static const struct wish chains[] = {
	[ROOT] = { "root.pem", NULL, -DAY_S, 1000 * DAY_S,
	  true, true, ROOT, 0 },
	[LONG] = { "long.pem", local, -DAY_S, 400 * DAY_S,
	  false, false, ROOT, 0 },
	[SOON] = { "soon.pem", local, -DAY_S, 3 * DAY_S,
	  false, false, ROOT, 0 },
	[INTER] = { "inter.pem", NULL, -DAY_S, 2 * DAY_S,
	  true, false, ROOT, 0 },
	[CHAINED] = { "chained.pem", local, -DAY_S, 100 * DAY_S,
	  false, false, INTER, INTER },
	[OLD_INTER] = { "old_inter.pem", NULL, -9 * DAY_S, -DAY_S,
	  true, false, ROOT, 0 },
	[OLD_CHAINED] = { "old_chained.pem", local, -DAY_S, 100 * DAY_S,
	  false, false, OLD_INTER, OLD_INTER },
	[PADDED] = { "padded.pem", local, -DAY_S, 400 * DAY_S,
	  false, false, ROOT, INTER },
};
/* clang-format on */

#define WISHES_MAX 8

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
save(const char *folder, const char *file, X509 *cert, EVP_PKEY *key,
    X509 *beside)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	f = fopen(path, "w");
	need(f != NULL && PEM_write_X509(f, cert) == 1, path);
	need(
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1, path);
	need(beside == NULL || PEM_write_X509(f, beside) == 1, path);
	need(fclose(f) == 0, path);
}

int
main(int argc, char **argv)
{
	const struct wish *wishes = argc == 3 ? chains : plain;
	size_t count = argc == 3 ? sizeof(chains) / sizeof(chains[0]) :
				   sizeof(plain) / sizeof(plain[0]);
	X509 *certs[WISHES_MAX] = { NULL };
	EVP_PKEY *keys[WISHES_MAX] = { NULL };

	need(argc == 2 || argc == 3, "certs DIR [chains]");
	for (size_t i = 0; i < count; i++) {
		const struct wish *w = &wishes[i];

		keys[i] = EVP_EC_gen("P-256");
		need(keys[i] != NULL, "EVP_EC_gen");
		certs[i] = make(
		    w, (long)i + 1, keys[i], certs[w->issuer], keys[w->issuer]);
		save(argv[1], w->file, certs[i], keys[i],
		    w->beside == 0 ? NULL : certs[w->beside]);
	}
	for (size_t i = 0; i < count; i++) {
		X509_free(certs[i]);
		EVP_PKEY_free(keys[i]);
	}
	return 0;
}
