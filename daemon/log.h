/*
 * log.h - log lines: one sentence about one change, then key=value.
 *
 * To the journal, with fields, when stderr is the journal; to a terminal (or
 * when asked) as plain lines with the time of day; to any other stderr with
 * the priority as <N> in front.  Never blocks: a line that cannot be taken at
 * once is dropped and counted, and the next one that can says how many were.
 * Everything is escaped, so nothing from outside can begin a line or drive a
 * terminal.  For the loop's thread alone.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX_BYTES 4096 /* longer ones are cut; PIPE_BUF */
#define LOG_FIELDS_MAX 32

/* As in syslog(3). */
enum log_level {
	LOG_LEVEL_CRITICAL = 2, /* cannot do what it is for */
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5, /* a decision, a step, an operator's act */
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* What a line is about: its MESSAGE_ID, explained in rollbackd.catalog. */
enum log_id {
	LOG_ID_NONE,
	LOG_ID_STARTED,
	LOG_ID_STOPPING,
	LOG_ID_RELOADED,
	LOG_ID_RELOAD_REFUSED,
	LOG_ID_LAST_KNOWN_GOOD, /* bad configuration at start */
	LOG_ID_PROBE_CHANGED,   /* ok, failing, lost */
	LOG_ID_TRIPPED,
	LOG_ID_CLEARED,
	LOG_ID_HELD, /* a guard speaks against acting */
	LOG_ID_DECIDED,
	LOG_ID_RUN_PLANNED,
	LOG_ID_STEP_STARTED,
	LOG_ID_STEP_ENDED,
	LOG_ID_STEP_FAILED,
	LOG_ID_INTERRUPTED,
	LOG_ID_VERIFYING,
	LOG_ID_VERIFIED,
	LOG_ID_NOT_RECOVERED,
	LOG_ID_CLOSED,
	LOG_ID_DEPLOYED,
	LOG_ID_HOLD,
	LOG_ID_RELEASED,
	LOG_ID_ABORTED,
	LOG_ID_REQUEST_REFUSED, /* an operator's */
	LOG_ID_NOTIFY_FAILED,
	LOG_ID_NOTIFY_GIVEN_UP,
	LOG_ID_STORE_FAILED,
	LOG_ID_STORE_WORKS,
	LOG_ID_STORE_SET_ASIDE,
	LOG_ID_PAUSED, /* tilt */
	LOG_ID_BLIND,
	LOG_ID_ALARM,
	LOG_ID_COUNT,
};

/*
 * name is lower case ("service"); the journal has it as ROLLBACKD_SERVICE.
 * value NULL or "": left out.  Plain lines begin with the value of "service".
 */
struct log_field {
	const char *name;
	const char *value;
};

#define LOG_FIELDS(...)                                         \
	(const struct log_field[]){ __VA_ARGS__ },              \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / \
	    sizeof(struct log_field)

/*
 *	log_event(LOG_LEVEL_NOTICE, LOG_ID_TRIPPED,
 *	    LOG_FIELDS({ "service", name }, { "value", "3" }),
 *	    "%s fails", probe);
 */
void log_event(enum log_level level, enum log_id id,
    const struct log_field *fields, size_t count, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* About one service, or about none of them (NULL), with no more fields. */
void log_service(enum log_level level, enum log_id id, const char *service,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

enum log_style {
	LOG_STYLE_AUTO,    /* by what stderr is */
	LOG_STYLE_PLAIN,   /* time of day, for people */
	LOG_STYLE_PREFIX,  /* <N> */
	LOG_STYLE_JOURNAL, /* datagrams to the journal's socket */
};

/*
 * Where lines go from now on; before that, to stderr with <N>.  fd is stderr
 * but for tests, and stays the caller's.  Lines less important than least
 * are left out.
 */
void log_open(int fd, enum log_style style, enum log_level least);
void log_close(void);

/* Lines that could not be written since the start. */
uint64_t log_dropped(void);

/* 32 hexadecimal digits; NULL for LOG_ID_NONE. */
const char *log_message_id(enum log_id id);

#endif
