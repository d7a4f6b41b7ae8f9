/*
 * store_watch.h - what follows when the store fails, works again, or had its
 * file set aside: a log line, a page that needs no disk, and a hold.
 */
#ifndef DAEMON_STORE_WATCH_H
#define DAEMON_STORE_WATCH_H

struct monitor;
struct store_watch;

/*
 * Watches from now on, and looks at how the store began.  NULL when memory is
 * short.
 */
struct store_watch *store_watch_new(struct monitor *m);

/*
 * Holds are known now: a file that was set aside holds everything until
 * somebody releases that.
 */
void store_watch_recovered(struct store_watch *w);

/* After the store was closed.  NULL is allowed. */
void store_watch_free(struct store_watch *w);

#endif
