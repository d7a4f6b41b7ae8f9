/*
 * tls_context.h - whom to trust and what to show, read from files once for
 * all TLS probes that name the same ones, and again when they change.
 */
#ifndef DAEMON_ASK_TLS_CONTEXT_H
#define DAEMON_ASK_TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "daemon/fetch/curl_failure.h"
#include "probe/tls_settings.h"

struct tls_contexts;
struct tls_context;

struct tls_contexts *tls_contexts_new(void);

/* Nobody may be in one of them.  NULL is allowed. */
void tls_contexts_free(struct tls_contexts *all);

/* Copies what it needs of the settings.  NULL when memory is short. */
struct tls_context *tls_context_join(
    struct tls_contexts *all, const struct tls_settings *settings);
void tls_context_leave(struct tls_context *c); /* NULL is allowed */

/*
 * To make a connection from; borrowed until the next call.  NULL with whose
 * fault that is and in which file.
 */
SSL_CTX *tls_context_get(
    struct tls_context *c, const struct failure **why, const char **file);

#endif
