/*
 * probe_check.h - does what a probe was told make sense as a whole?
 *
 * Apart from the tables, because it compiles what a probe expects and so
 * needs more than whoever merely reads configuration should link.
 */
#ifndef PROBE_PROBE_CHECK_H
#define PROBE_PROBE_CHECK_H

#include "probe/http_settings.h"
#include "probe/probe_settings.h"

enum probe_objection {
	PROBE_DOUBT, /* it works, but is hardly what was meant */
	PROBE_WRONG, /* it cannot do its work */
};

/* text: what is wrong and what to do, for a person; borrowed. */
typedef void probe_object(
    enum probe_objection objection, const char *text, void *arg);

/* Calls object for all that the settings contradict. */
void probe_check(
    const struct probe_settings *p, probe_object *object, void *arg);

/* Of what is not a probe and goes over HTTP as well; key: of the URL. */
void probe_check_http(const struct http_settings *h, const char *key,
    probe_object *object, void *arg);

#endif
