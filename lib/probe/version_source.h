/*
 * version_source.h - where in an answer the version that gave it is named.
 */
#ifndef PROBE_VERSION_SOURCE_H
#define PROBE_VERSION_SOURCE_H

/* Of http: pointer; of prometheus: selector and label; else the first line. */
struct version_source {
	const char *pointer;  /* JSON pointer (RFC 6901) into the body */
	const char *selector; /* of a series ... */
	const char *label;    /* ... whose label says it */
};

#endif
