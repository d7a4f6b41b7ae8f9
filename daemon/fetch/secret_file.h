/*
 * secret_file.h - a password or token that lives in a small file.
 *
 * Read when it is wanted and again when the file has changed, so that a
 * rotated secret needs no reload.  What was read is shown to nobody.
 */
#ifndef DAEMON_FETCH_SECRET_FILE_H
#define DAEMON_FETCH_SECRET_FILE_H

#define SECRET_BYTES_MAX 4096

struct secret_file;

/* Reads nothing yet.  NULL when memory is short. */
struct secret_file *secret_file_new(const char *path);

/*
 * The secret, without the newline at its end, until the next call.  NULL when
 * the file is not there, not regular, empty, too large or holds control
 * characters.
 */
const char *secret_file_read(struct secret_file *f);

/* NULL is allowed.  Wipes what was read. */
void secret_file_free(struct secret_file *f);

#endif
