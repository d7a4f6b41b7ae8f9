#include "daemon/ask/tls_context.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <openssl/err.h>

enum file_use {
	FILE_CA,
	FILE_CERT,
	FILE_KEY,
	FILE_COUNT,
};

/* A file that was replaced has another. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct tls_context {
	LIST_ENTRY(tls_context) link;
	unsigned users;
	char *files[FILE_COUNT]; /* NULL: not named */
	struct stamp stamps[FILE_COUNT];
	SSL_CTX *ssl; /* NULL: to be made */
};

struct tls_contexts {
	LIST_HEAD(contexts, tls_context) items;
};

static const struct failure bad_memory = { SAMPLE_LOST, "local.memory" };
static const struct failure bad_ca = { SAMPLE_LOST, "local.ca_file" };
static const struct failure bad_cert = { SAMPLE_LOST, "local.client_cert" };

struct tls_contexts *
tls_contexts_new(void)
{
	struct tls_contexts *all = calloc(1, sizeof(*all));

	if (all != NULL)
		LIST_INIT(&all->items);
	return all;
}

static void
context_free(struct tls_context *c)
{
	for (size_t i = 0; i < FILE_COUNT; i++)
		free(c->files[i]);
	SSL_CTX_free(c->ssl);
	free(c);
}

void
tls_contexts_free(struct tls_contexts *all)
{
	free(all);
}

static bool
same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/*
 * Whom HTTP probes trust, too.  The environment has no say, and it is one
 * file: a folder would be looked into while we shake hands, and then a lack of
 * descriptors would look like a stranger.
 */
static const char *
system_file(void)
{
	const char *file = curl_version_info(CURLVERSION_NOW)->cainfo;

	return file == NULL ? X509_get_default_cert_file() : file;
}

struct tls_context *
tls_context_join(struct tls_contexts *all, const struct tls_settings *settings)
{
	const char *const files[FILE_COUNT] = {
		settings->ca_file == NULL ? system_file() : settings->ca_file,
		settings->client_cert_file,
		settings->client_key_file,
	};
	struct tls_context *c;

	LIST_FOREACH (c, &all->items, link)
		if (same(c->files[FILE_CA], files[FILE_CA]) &&
		    same(c->files[FILE_CERT], files[FILE_CERT]) &&
		    same(c->files[FILE_KEY], files[FILE_KEY])) {
			c->users++;
			return c;
		}
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->users = 1;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (files[i] == NULL)
			continue;
		c->files[i] = strdup(files[i]);
		if (c->files[i] == NULL) {
			context_free(c);
			return NULL;
		}
	}
	LIST_INSERT_HEAD(&all->items, c, link);
	return c;
}

void
tls_context_leave(struct tls_context *c)
{
	if (c == NULL || --c->users > 0)
		return;
	LIST_REMOVE(c, link);
	context_free(c);
}

static struct stamp
stamp_of(const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return (struct stamp){ 0 };
	return (struct stamp){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
}

static bool
is_same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

static bool
is_fresh(const struct tls_context *c, const struct stamp stamps[FILE_COUNT])
{
	if (c->ssl == NULL)
		return false;
	for (size_t i = 0; i < FILE_COUNT; i++)
		if (!is_same_stamp(&c->stamps[i], &stamps[i]))
			return false;
	return true;
}

static bool
show(const struct tls_context *c, SSL_CTX *ssl)
{
	return c->files[FILE_CERT] == NULL || c->files[FILE_KEY] == NULL ||
	    (SSL_CTX_use_certificate_chain_file(ssl, c->files[FILE_CERT]) ==
		    1 &&
		SSL_CTX_use_PrivateKey_file(
		    ssl, c->files[FILE_KEY], SSL_FILETYPE_PEM) == 1 &&
		SSL_CTX_check_private_key(ssl) == 1);
}

/* A key that is locked is not asked for at a terminal. */
static int
no_password(char *buffer, int size, int is_for_writing, void *arg)
{
	(void)buffer;
	(void)size;
	(void)is_for_writing;
	(void)arg;
	return 0;
}

static SSL_CTX *
make(const struct tls_context *c, const struct failure **why, const char **file)
{
	SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());

	*why = &bad_memory;
	*file = "";
	if (ssl == NULL ||
	    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1)
		goto failed;
	SSL_CTX_set_default_passwd_cb(ssl, no_password);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	*why = &bad_ca;
	*file = c->files[FILE_CA];
	if (SSL_CTX_load_verify_file(ssl, c->files[FILE_CA]) != 1)
		goto failed;
	*why = &bad_cert;
	*file = c->files[FILE_CERT];
	if (show(c, ssl))
		return ssl;
failed:
	SSL_CTX_free(ssl);
	ERR_clear_error();
	return NULL;
}

SSL_CTX *
tls_context_get(
    struct tls_context *c, const struct failure **why, const char **file)
{
	struct stamp stamps[FILE_COUNT];

	for (size_t i = 0; i < FILE_COUNT; i++)
		stamps[i] = stamp_of(c->files[i]);
	if (is_fresh(c, stamps))
		return c->ssl;
	SSL_CTX_free(c->ssl);
	ERR_clear_error();
	c->ssl = make(c, why, file);
	memcpy(c->stamps, stamps, sizeof(stamps));
	return c->ssl;
}
