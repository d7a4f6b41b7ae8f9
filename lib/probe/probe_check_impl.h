/*
 * probe_check_impl.h - what the checks of the kinds share.
 */
#ifndef PROBE_PROBE_CHECK_IMPL_H
#define PROBE_PROBE_CHECK_IMPL_H

#include "probe/http_settings.h"
#include "probe/probe_check.h"

struct objector {
	probe_object *object;
	void *arg;
};

__attribute__((format(printf, 3, 4))) void probe_say(const struct objector *o,
    enum probe_objection objection, const char *fmt, ...);

/* Both or neither. */
void probe_check_pair(const struct objector *o, const char *one,
    const char *one_name, const char *other, const char *other_name);

/* Of all that ask over HTTP: whom, with which headers and secrets. */
void probe_check_asking(
    const struct http_settings *h, const char *key, const struct objector *o);

typedef void probe_check_kind(
    const struct probe_settings *p, const struct objector *o);

probe_check_kind probe_check_tcp;
probe_check_kind probe_check_tls;
probe_check_kind probe_check_command;
probe_check_kind probe_check_prometheus;
probe_check_kind probe_check_promql;

#endif
