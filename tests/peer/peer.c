/*
 * peer [-6] [-d] [-t SECONDS] SCRIPT... - a server that misbehaves as told.
 *
 * Listens on a loopback port and prints it.  The first connection runs the
 * first script, the next one the second, and so on; the last script serves
 * all that follow.  Ends when its standard input does, or after SECONDS
 * (default 60).  -6: on ::1.  -d: deaf, connections are never accepted.
 *
 * A script is commands with " ; " between them:
 *   rx            read a request, or end where there is none
 *   save FILE     read a request and append its very bytes to FILE
 *   line          read one line, or end where there is none
 *   tx TEXT       send; \r \n \\ \xHH are understood
 *   ok BODY       send a complete answer 200
 *   many N TEXT   send TEXT N times, for ever when N is 0
 *   drip MS TEXT  send TEXT with a pause behind each byte
 *   pause MS      wait, or until the other side closes
 *   hang          wait until the other side closes
 *   close, reset  end the connection, by FIN or by RST
 *   tls FILE      begin TLS with certificate and key from FILE
 *   tls11 FILE    as tls, but offer nothing newer than TLS 1.1
 *   alpn FILE     as tls, but choose a protocol that was not offered
 *   loop          begin again
 *
 * Prints "connection N" for each one, "request N GET / HTTP/1.1" for each
 * request and "header N Name: value" for its headers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#define LINE_MAX_BYTES 65536
#define LIFE_S 60
#define STACK_BYTES (256 * 1024)

struct connection {
	int fd;
	int number;
	SSL *ssl;
	const char *script;
};

enum next { NEXT, AGAIN, END };

static bool
put(struct connection *c, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = c->ssl != NULL ?
		    SSL_write(c->ssl, bytes, (int)length) :
		    send(c->fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

static ssize_t
get(struct connection *c, char *bytes, size_t length)
{
	if (c->ssl != NULL)
		return SSL_read(c->ssl, bytes, (int)length);
	return recv(c->fd, bytes, length, 0);
}

/* Replaces escapes in place; returns the length. */
static size_t
unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		unsigned hex;

		if (*from != '\\' || from[1] == '\0') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == 'r')
			*to++ = '\r';
		else if (*from == 'n')
			*to++ = '\n';
		else if (*from == 'x' && sscanf(from + 1, "%2x", &hex) == 1) {
			*to++ = (char)hex;
			from += 2;
		} else
			*to++ = *from;
	}
	*to = '\0';
	return (size_t)(to - text);
}

/* Commands */

static bool
get_line(struct connection *c, char *line)
{
	size_t length = 0;

	while (length < LINE_MAX_BYTES - 1) {
		if (get(c, &line[length], 1) != 1)
			return false;
		if (line[length++] == '\n')
			break;
	}
	while (length > 0 && strchr("\r\n", line[length - 1]) != NULL)
		length--;
	line[length] = '\0';
	return true;
}

static bool
skip_body(struct connection *c, long length)
{
	char byte;

	while (length-- > 0)
		if (get(c, &byte, 1) != 1)
			return false;
	return true;
}

static enum next
do_rx(struct connection *c, char *argument)
{
	char line[LINE_MAX_BYTES];
	long length = 0;

	(void)argument;
	if (!get_line(c, line))
		return END;
	printf("request %d %s\n", c->number, line);
	while (get_line(c, line)) {
		if (*line == '\0')
			return skip_body(c, length) ? NEXT : END;
		printf("header %d %s\n", c->number, line);
		(void)sscanf(line, "Content-Length: %ld", &length);
	}
	return END;
}

/* At once, so that what is in the file is a whole request. */
static enum next
do_save(struct connection *c, char *argument)
{
	char bytes[LINE_MAX_BYTES + 1];
	FILE *file = fopen(argument, "a");
	size_t length = 0, wanted = 0;
	const char *found;

	while (file != NULL && length < LINE_MAX_BYTES &&
	    (wanted == 0 || length < wanted) &&
	    get(c, &bytes[length], 1) == 1) {
		bytes[++length] = '\0';
		if (wanted > 0 || length < 4 ||
		    strcmp(bytes + length - 4, "\r\n\r\n") != 0)
			continue;
		found = strstr(bytes, "\r\nContent-Length: ");
		wanted = length +
		    (found == NULL ? 0 : strtoul(found + 18, NULL, 10));
	}
	if (file == NULL)
		return END;
	(void)fwrite(bytes, 1, length, file);
	(void)fclose(file);
	return wanted > 0 && length == wanted ? NEXT : END;
}

static enum next
do_line(struct connection *c, char *argument)
{
	char line[LINE_MAX_BYTES];

	(void)argument;
	if (!get_line(c, line))
		return END;
	printf("line %d %s\n", c->number, line);
	return NEXT;
}

static enum next
do_tx(struct connection *c, char *argument)
{
	return put(c, argument, unescape(argument)) ? NEXT : END;
}

static enum next
do_ok(struct connection *c, char *argument)
{
	char head[128];
	size_t length = unescape(argument);

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", length);
	return put(c, head, strlen(head)) && put(c, argument, length) ? NEXT :
									END;
}

static enum next
do_many(struct connection *c, char *argument)
{
	char *text;
	unsigned long count = strtoul(argument, &text, 10);
	size_t length;

	text += *text == ' ';
	length = unescape(text);
	for (unsigned long i = 0; count == 0 || i < count; i++)
		if (!put(c, text, length))
			return END;
	return NEXT;
}

static enum next
do_pause(struct connection *c, char *argument)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

	return poll(&p, 1, (int)strtol(argument, NULL, 10)) == 0 ? NEXT : END;
}

static enum next
do_drip(struct connection *c, char *argument)
{
	char *text;
	int pause_ms = (int)strtoul(argument, &text, 10);
	size_t length;

	text += *text == ' ';
	length = unescape(text);
	for (size_t i = 0; i < length; i++) {
		struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

		if (!put(c, text + i, 1) || poll(&p, 1, pause_ms) != 0)
			return END;
	}
	return NEXT;
}

static enum next
do_hang(struct connection *c, char *argument)
{
	char bytes[1024];

	(void)argument;
	while (recv(c->fd, bytes, sizeof(bytes), 0) > 0)
		continue;
	return END;
}

static enum next
do_close(struct connection *c, char *argument)
{
	(void)c;
	(void)argument;
	return END;
}

static enum next
do_reset(struct connection *c, char *argument)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)argument;
	(void)setsockopt(
	    c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return END;
}

static int
choose_nonsense(SSL *ssl, const unsigned char **out, unsigned char *length,
    const unsigned char *in, unsigned in_length, void *arg)
{
	static const unsigned char nonsense[] = "zz/9";

	(void)ssl;
	(void)in;
	(void)in_length;
	(void)arg;
	*out = nonsense;
	*length = sizeof(nonsense) - 1;
	return SSL_TLSEXT_ERR_OK;
}

/* One for all connections, so that a client could resume a session. */
static SSL_CTX *
shared_context(bool nonsense)
{
	static SSL_CTX *contexts[2];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	SSL_CTX *context;

	(void)pthread_mutex_lock(&lock);
	if (contexts[nonsense] == NULL)
		contexts[nonsense] = SSL_CTX_new(TLS_server_method());
	context = contexts[nonsense];
	SSL_CTX_set_security_level(context, 0);
	(void)SSL_CTX_set_session_id_context(
	    context, (const unsigned char *)"peer", 4);
	if (nonsense)
		SSL_CTX_set_alpn_select_cb(context, choose_nonsense, NULL);
	(void)pthread_mutex_unlock(&lock);
	return context;
}

static enum next
begin_tls(struct connection *c, const char *file, bool old, bool nonsense)
{
	c->ssl = SSL_new(shared_context(nonsense));
	if (SSL_use_certificate_chain_file(c->ssl, file) != 1 ||
	    SSL_use_PrivateKey_file(c->ssl, file, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "peer: cannot use %s\n", file);
		exit(1);
	}
	if (old)
		(void)SSL_set_max_proto_version(c->ssl, TLS1_1_VERSION);
	(void)SSL_set_fd(c->ssl, c->fd);
	return SSL_accept(c->ssl) == 1 ? NEXT : END;
}

static enum next
do_tls(struct connection *c, char *argument)
{
	return begin_tls(c, argument, false, false);
}

static enum next
do_tls11(struct connection *c, char *argument)
{
	return begin_tls(c, argument, true, false);
}

static enum next
do_alpn(struct connection *c, char *argument)
{
	return begin_tls(c, argument, false, true);
}

static enum next
do_loop(struct connection *c, char *argument)
{
	(void)c;
	(void)argument;
	return AGAIN;
}

struct command {
	const char *name;
	enum next (*perform)(struct connection *c, char *argument);
};

static const struct command commands[] = {
	{ "rx", do_rx },
	{ "save", do_save },
	{ "line", do_line },
	{ "tx", do_tx },
	{ "ok", do_ok },
	{ "many", do_many },
	{ "drip", do_drip },
	{ "pause", do_pause },
	{ "hang", do_hang },
	{ "close", do_close },
	{ "reset", do_reset },
	{ "tls", do_tls },
	{ "tls11", do_tls11 },
	{ "alpn", do_alpn },
	{ "loop", do_loop },
};

static enum next
perform(struct connection *c, char *words)
{
	size_t name = strcspn(words, " ");
	char *argument = words + name + (words[name] == ' ');

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == name &&
		    strncmp(commands[i].name, words, name) == 0)
			return commands[i].perform(c, argument);
	fprintf(stderr, "peer: no command \"%s\"\n", words);
	exit(2);
}

static enum next
run_once(struct connection *c)
{
	char *script = strdup(c->script), *rest = script;
	enum next next = NEXT;

	while (next == NEXT && rest != NULL) {
		char *words = rest;

		rest = strstr(words, " ; ");
		if (rest != NULL) {
			*rest = '\0';
			rest += 3;
		}
		next = perform(c, words);
	}
	free(script);
	return next;
}

static void *
serve(void *arg)
{
	struct connection *c = arg;

	while (run_once(c) == AGAIN)
		continue;
	SSL_free(c->ssl);
	(void)close(c->fd);
	free(c);
	return NULL;
}

static void *
watch_input(void *arg)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	(void)fflush(stdout);
	_exit(0); /* the others are still at work */
	return arg;
}

static int
listen_on(bool v6, bool deaf)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in a4 = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr *a = v6 ? (void *)&a6 : (void *)&a4;
	socklen_t length = v6 ? sizeof(a6) : sizeof(a4);
	int fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, a, length) != 0 ||
	    listen(fd, deaf ? 4096 : 1024) != 0 ||
	    getsockname(fd, a, &length) != 0) {
		perror("peer");
		exit(1);
	}
	printf("%d\n", ntohs(v6 ? a6.sin6_port : a4.sin_port));
	return fd;
}

static void
start(const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, attributes, run, arg) != 0)
		exit(1);
}

int
main(int argc, char **argv)
{
	bool v6 = false, deaf = false;
	unsigned life_s = LIFE_S;
	pthread_attr_t attributes;
	int option, listener, number = 0;

	while ((option = getopt(argc, argv, "6dt:")) != -1) {
		v6 |= option == '6';
		deaf |= option == 'd';
		if (option == 't')
			life_s = (unsigned)strtoul(optarg, NULL, 10);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)alarm(life_s);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	listener = listen_on(v6, deaf);
	start(&attributes, watch_input, NULL);
	while (deaf)
		(void)pause();
	for (;;) {
		struct connection *c = calloc(1, sizeof(*c));

		if (c == NULL || optind >= argc)
			return 2;
		c->fd = accept(listener, NULL, NULL);
		if (c->fd < 0) {
			free(c);
			continue;
		}
		c->script = argv[optind + 1 < argc ? optind++ : optind];
		c->number = ++number;
		printf("connection %d\n", number);
		start(&attributes, serve, c);
	}
}
