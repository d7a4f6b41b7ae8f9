/*
 * schema.h - the tables, as SQL.
 */
#ifndef DAEMON_STORE_SCHEMA_H
#define DAEMON_STORE_SCHEMA_H

#define SCHEMA_APPLICATION 0x52424b44 /* "RBKD" */
#define SCHEMA_VERSION 1

/* Of every connection; writes nothing. */
extern const char schema_settings[];

/* Makes the tables in an empty file, whole or not at all. */
extern const char schema_making[];

/* Changes something, and so shows whether that is possible. */
extern const char schema_probe_write[];

/* In the order of enum database_statement. */
extern const char *const schema_statements[];

/* Removes at most so many rows, older than ?1, that nobody needs. */
extern const char *const schema_pruning[]; /* ends with NULL */

#endif
