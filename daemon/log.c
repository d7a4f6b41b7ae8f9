#include "daemon/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/loop.h"

#define SENTENCE_MAX_BYTES 2048
#define DATAGRAM_MAX_BYTES ((size_t)16 * 1024)
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* The one log of the process, as stderr is. */
static struct {
	int fd;      /* where lines go */
	int own_fd;  /* opened here; -1: none */
	int journal; /* socket; -1: none */
	enum log_style style;
	enum log_level least;
	uint64_t dropped;
	uint64_t told; /* of those dropped */
} out = {
	.fd = STDERR_FILENO,
	.own_fd = -1,
	.journal = -1,
	.style = LOG_STYLE_PREFIX,
	.least = LOG_LEVEL_INFO,
};

/* --- What a line says. --- */

static void
add_value(struct text *t, const char *value)
{
	if (strpbrk(value, " \"=\n\t") == NULL) {
		text_add_escaped(t, value, strlen(value));
		return;
	}
	text_add_char(t, '"');
	for (;;) {
		size_t n = strcspn(value, "\"");

		text_add_escaped(t, value, n);
		if (value[n] == '\0')
			break;
		text_add(t, "\\\"");
		value += n + 1;
	}
	text_add_char(t, '"');
}

static bool
is_given(const struct log_field *f)
{
	return f->value != NULL && f->value[0] != '\0';
}

static const char *
service_of(const struct log_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, "service") == 0 &&
		    is_given(&fields[i]))
			return fields[i].value;
	return NULL;
}

static void
add_fields(struct text *t, const struct log_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_given(&fields[i]) ||
		    (out.style == LOG_STYLE_PLAIN &&
			strcmp(fields[i].name, "service") == 0))
			continue;
		text_addf(t, " %s=", fields[i].name);
		add_value(t, fields[i].value);
	}
}

static void
add_time(struct text *t)
{
	time_t now = (time_t)(loop_wall_ms() / 1000);
	char clock[16] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(clock, sizeof(clock), "%H:%M:%S ", &tm);
	text_add(t, clock);
}

static const char *
plain_word(enum log_level level)
{
	if (level <= LOG_LEVEL_ERROR)
		return "error: ";
	return level == LOG_LEVEL_WARNING ? "warning: " : "";
}

/* What is in front of the sentence. */
static void
add_head(struct text *t, enum log_level level, const char *service)
{
	if (out.style == LOG_STYLE_PREFIX)
		text_addf(t, "<%d>", (int)level);
	if (out.style != LOG_STYLE_PLAIN)
		return;
	add_time(t);
	if (service != NULL) {
		text_add_escaped(t, service, strlen(service));
		text_add(t, ": ");
	}
	text_add(t, plain_word(level));
}

/* --- Where it goes, without ever waiting. --- */

static void
send_line(const char *line, size_t length)
{
	struct pollfd ready = { .fd = out.fd, .events = POLLOUT };
	ssize_t n;

	/* A pipe that is ready takes PIPE_BUF bytes, and all at once. */
	if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) {
		out.dropped++;
		return;
	}
	n = send(out.fd, line, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK)
		n = write(out.fd, line, length);
	if (n < 0)
		out.dropped++;
}

/* Lengths in little-endian, as the journal has them on every machine. */
static void
add_journal_field(struct text *t, const char *name, const char *value)
{
	size_t length = strlen(value);

	for (const char *c = name; *c != '\0'; c++)
		text_add_char(
		    t, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	text_add_char(t, '\n');
	for (unsigned shift = 0; shift < 64; shift += 8)
		text_add_char(t, (char)((uint64_t)length >> shift & 0xff));
	text_add_bytes(t, value, length);
	text_add_char(t, '\n');
}

/*
 * The journal's own protocol, because sd_journal_send() waits for a journal
 * that does not read.  All of it fits into one datagram.
 */
static void
send_journal(enum log_level level, enum log_id id,
    const struct log_field *fields, size_t count, const char *message)
{
	struct text t = text_new(DATAGRAM_MAX_BYTES);
	char priority[2] = { (char)('0' + (int)level), '\0' };

	add_journal_field(&t, "MESSAGE", message);
	add_journal_field(&t, "PRIORITY", priority);
	add_journal_field(&t, "SYSLOG_IDENTIFIER", "rollbackd");
	if (log_message_id(id) != NULL)
		add_journal_field(&t, "MESSAGE_ID", log_message_id(id));
	for (size_t i = 0; i < count && t.length < DATAGRAM_MAX_BYTES / 2;
	     i++) {
		char name[64];

		(void)snprintf(
		    name, sizeof(name), "ROLLBACKD_%s", fields[i].name);
		if (is_given(&fields[i]) &&
		    strlen(fields[i].value) <= LOG_LINE_MAX_BYTES)
			add_journal_field(&t, name, fields[i].value);
	}
	if (!text_ok(&t) ||
	    send(out.journal, t.data, t.length, MSG_DONTWAIT | MSG_NOSIGNAL) <
		0)
		out.dropped++;
	text_free(&t);
}

static void
emit(enum log_level level, enum log_id id, const struct log_field *fields,
    size_t count, const char *sentence)
{
	struct text t = text_new(LOG_LINE_MAX_BYTES - 1);

	add_head(&t, level, service_of(fields, count));
	text_add_escaped(&t, sentence, strlen(sentence));
	add_fields(&t, fields, count);
	if (out.style == LOG_STYLE_JOURNAL)
		send_journal(level, id, fields, count, text_str(&t));
	else {
		t.max_bytes++; /* kept for the end of the line */
		text_add_char(&t, '\n');
		send_line(text_str(&t), t.length);
	}
	text_free(&t);
}

static void
tell_dropped(void)
{
	uint64_t lost = out.dropped - out.told;
	uint64_t before = out.dropped;
	char sentence[64];

	if (lost == 0)
		return;
	(void)snprintf(sentence, sizeof(sentence), "%llu log lines were lost",
	    (unsigned long long)lost);
	emit(LOG_LEVEL_WARNING, LOG_ID_NONE, NULL, 0, sentence);
	if (out.dropped == before)
		out.told = before;
	else
		out.dropped = before; /* this line itself does not count */
}

static void log_v(enum log_level level, enum log_id id,
    const struct log_field *fields, size_t count, const char *fmt, va_list ap)
    __attribute__((format(printf, 5, 0)));

static void
log_v(enum log_level level, enum log_id id, const struct log_field *fields,
    size_t count, const char *fmt, va_list ap)
{
	char sentence[SENTENCE_MAX_BYTES];
	int saved = errno;

	assert(count <= LOG_FIELDS_MAX);
	if (level > out.least)
		return;
	if (vsnprintf(sentence, sizeof(sentence), fmt, ap) < 0)
		(void)snprintf(sentence, sizeof(sentence), "%s", fmt);
	tell_dropped();
	emit(level, id, fields, count, sentence);
	errno = saved;
}

void
log_event(enum log_level level, enum log_id id, const struct log_field *fields,
    size_t count, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(level, id, fields, count, fmt, ap);
	va_end(ap);
}

void
log_service(enum log_level level, enum log_id id, const char *service,
    const char *fmt, ...)
{
	struct log_field field = { "service", service };
	va_list ap;

	va_start(ap, fmt);
	log_v(level, id, &field, 1, fmt, ap);
	va_end(ap);
}

#define PLAIN_LOG(name, level)                               \
	void name(const char *fmt, ...)                      \
	{                                                    \
		va_list ap;                                  \
                                                             \
		va_start(ap, fmt);                           \
		log_v(level, LOG_ID_NONE, NULL, 0, fmt, ap); \
		va_end(ap);                                  \
	}

PLAIN_LOG(log_error, LOG_LEVEL_ERROR)
PLAIN_LOG(log_warning, LOG_LEVEL_WARNING)
PLAIN_LOG(log_notice, LOG_LEVEL_NOTICE)
PLAIN_LOG(log_info, LOG_LEVEL_INFO)
PLAIN_LOG(log_debug, LOG_LEVEL_DEBUG)

/* $JOURNAL_STREAM names the device and inode that the journal gave us. */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL &&
	    sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static int
open_journal(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), JOURNAL_SOCKET);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) !=
		0) {
		(void)close(fd); /* nothing was written */
		fd = -1;
	}
	return fd;
}

/*
 * A description of our own to set non-blocking: the one we were given is
 * shared with others, who would not like that.
 */
static int
open_again(int fd)
{
	char path[32];
	struct stat st;

	if (fstat(fd, &st) != 0 ||
	    !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void
log_open(int fd, enum log_style style, enum log_level least)
{
	log_close();
	out.least = least;
	if (style == LOG_STYLE_AUTO && is_journal(fd))
		style = LOG_STYLE_JOURNAL;
	if (style == LOG_STYLE_JOURNAL) {
		out.journal = open_journal();
		if (out.journal < 0)
			style = LOG_STYLE_PREFIX;
	}
	if (style == LOG_STYLE_AUTO)
		style = isatty(fd) ? LOG_STYLE_PLAIN : LOG_STYLE_PREFIX;
	out.style = style;
	out.own_fd = open_again(fd);
	out.fd = out.own_fd >= 0 ? out.own_fd : fd;
}

void
log_close(void)
{
	if (out.own_fd >= 0)
		(void)close(out.own_fd); /* lines are gone or not */
	if (out.journal >= 0)
		(void)close(out.journal);
	out.own_fd = -1;
	out.journal = -1;
	out.fd = STDERR_FILENO;
	out.style = LOG_STYLE_PREFIX;
}

uint64_t
log_dropped(void)
{
	return out.dropped;
}
