/*
 * library.h - versions of libcurl that are known not to do.
 */
#ifndef DAEMON_FETCH_LIBRARY_H
#define DAEMON_FETCH_LIBRARY_H

/* As in curl_version_info_data.version_num.  NULL: nothing against it. */
const char *library_trouble_of(unsigned version);

#endif
