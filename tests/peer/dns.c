/*
 * dns [-a ADDRESS] [-t SECONDS] RULE... - a name server that answers as told.
 *
 * Listens on a UDP port of the address (127.0.0.1) and prints it.  A rule is
 *   NAME A ADDRESS...   or   NAME AAAA ADDRESS...
 *   NAME NXDOMAIN | SERVFAIL | REFUSED | NODATA | DROP | GARBAGE
 *   NAME CNAME OTHER
 * with ttl=SECONDS at its end if not 60.  Of several rules for a name and
 * type each serves one question and the last all that follow.  A name with
 * rules has no data of other types; one without does not exist.
 *
 * Prints "question NAME TYPE" for each.  Ends when its standard input does,
 * or after SECONDS (default 60).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define RULES_MAX 64
#define MESSAGE_MAX 4096
#define HEADER_BYTES 12
#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_AAAA 28

enum rcode { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };

struct rule {
	char name[256];
	char kind[16];
	char rest[2048];
	unsigned ttl_s;
	bool is_used;
};

static struct rule rules[RULES_MAX];
static int rule_count;

struct message {
	uint8_t bytes[MESSAGE_MAX];
	size_t length;
};

static void
add_rule(const char *words)
{
	struct rule *r = &rules[rule_count++];
	const char *ttl = strstr(words, " ttl=");
	int rest = 0;

	if (rule_count == RULES_MAX ||
	    sscanf(words, "%255s %15s %n", r->name, r->kind, &rest) != 2) {
		fprintf(stderr, "dns: what is \"%s\"?\n", words);
		exit(2);
	}
	(void)snprintf(
	    r->rest, sizeof(r->rest), "%s", rest > 0 ? words + rest : "");
	r->ttl_s = ttl == NULL ? 60 : (unsigned)strtoul(ttl + 5, NULL, 10);
}

static bool
fits(const struct rule *r, const char *name, int type)
{
	if (strcasecmp(r->name, name) != 0)
		return false;
	if (strcmp(r->kind, "A") == 0)
		return type == TYPE_A;
	if (strcmp(r->kind, "AAAA") == 0)
		return type == TYPE_AAAA;
	return true;
}

/* The first unused one, or the last. */
static struct rule *
find_rule(const char *name, int type, bool *name_is_known)
{
	struct rule *found = NULL;

	*name_is_known = false;
	for (int i = 0; i < rule_count; i++) {
		struct rule *r = &rules[i];

		*name_is_known |= strcasecmp(r->name, name) == 0;
		if (!fits(r, name, type))
			continue;
		found = r;
		if (!r->is_used)
			break;
	}
	if (found != NULL)
		found->is_used = true;
	return found;
}

static void
put(struct message *m, const void *bytes, size_t length)
{
	if (m->length + length > MESSAGE_MAX)
		exit(3);
	memcpy(m->bytes + m->length, bytes, length);
	m->length += length;
}

static void
put_number(struct message *m, uint64_t value, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;) {
		uint8_t byte = (uint8_t)(value >> (8 * i));

		put(m, &byte, 1);
	}
}

static size_t
encode_name(const char *name, uint8_t *out)
{
	size_t length = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		out[length++] = (uint8_t)label;
		memcpy(out + length, name, label);
		length += label;
		name += label + (name[label] == '.');
	}
	out[length++] = 0;
	return length;
}

static void
put_record(struct message *m, int type, unsigned ttl_s, const uint8_t *data,
    size_t length)
{
	put_number(m, 0xc000 | HEADER_BYTES, 2); /* the name asked for */
	put_number(m, (uint64_t)type, 2);
	put_number(m, 1, 2);
	put_number(m, ttl_s, 4);
	put_number(m, length, 2);
	put(m, data, length);
	m->bytes[7]++; /* answers */
}

static void
put_answers(struct message *m, const struct rule *r)
{
	char words[sizeof(r->rest)], *rest = NULL;
	uint8_t data[256];

	memcpy(words, r->rest, sizeof(words));
	for (char *w = strtok_r(words, " ", &rest); w != NULL;
	     w = strtok_r(NULL, " ", &rest)) {
		if (strncmp(w, "ttl=", 4) == 0)
			continue;
		if (strcmp(r->kind, "CNAME") == 0)
			put_record(m, TYPE_CNAME, r->ttl_s, data,
			    encode_name(w, data));
		else if (inet_pton(AF_INET, w, data) == 1)
			put_record(m, TYPE_A, r->ttl_s, data, 4);
		else if (inet_pton(AF_INET6, w, data) == 1)
			put_record(m, TYPE_AAAA, r->ttl_s, data, 16);
	}
}

static enum rcode
code_of(const struct rule *r, bool name_is_known)
{
	if (r == NULL)
		return name_is_known ? NOERROR : NXDOMAIN;
	if (strcmp(r->kind, "NXDOMAIN") == 0)
		return NXDOMAIN;
	if (strcmp(r->kind, "SERVFAIL") == 0)
		return SERVFAIL;
	if (strcmp(r->kind, "REFUSED") == 0)
		return REFUSED;
	return NOERROR;
}

/* The name at the start of the question; the length of the question. */
static size_t
read_question(const struct message *q, char *name, int *type)
{
	size_t at = HEADER_BYTES, used = 0;

	while (at + 5 < q->length && q->bytes[at] != 0) {
		size_t label = q->bytes[at];

		if (label > 63 || at + label + 5 >= q->length)
			return 0;
		memcpy(name + used, q->bytes + at + 1, label);
		used += label;
		name[used++] = '.';
		at += label + 1;
	}
	name[used > 0 ? used - 1 : 0] = '\0';
	*type = q->bytes[at + 1] << 8 | q->bytes[at + 2];
	return at + 5 - HEADER_BYTES;
}

/* False: say nothing. */
static bool
answer(const struct message *q, struct message *reply)
{
	char name[MESSAGE_MAX];
	int type = 0;
	size_t length = read_question(q, name, &type);
	bool is_known;
	struct rule *r;

	if (length == 0)
		return false;
	printf("question %s %s\n", name,
	    type == TYPE_A        ? "A" :
		type == TYPE_AAAA ? "AAAA" :
				    "?");
	r = find_rule(name, type, &is_known);
	if (r != NULL && strcmp(r->kind, "DROP") == 0)
		return false;
	put(reply, q->bytes, 2);
	put_number(reply, 0x8180 | (unsigned)code_of(r, is_known), 2);
	put_number(reply, 1, 2);
	put_number(reply, 0, 6);
	put(reply, q->bytes + HEADER_BYTES, length);
	if (r != NULL && strcmp(r->kind, "GARBAGE") == 0) {
		reply->bytes[7] = 9;
		put(reply, "\xff\xff\xff", 3);
	} else if (r != NULL)
		put_answers(reply, r);
	return true;
}

static int
listen_on(const char *address)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t length = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (inet_pton(AF_INET, address, &a.sin_addr) != 1 || fd < 0 ||
	    bind(fd, (struct sockaddr *)&a, length) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &length) != 0) {
		perror("dns");
		exit(1);
	}
	printf("%d\n", ntohs(a.sin_port));
	return fd;
}

static void
serve(int fd)
{
	struct message q = { .length = 0 }, reply = { .length = 0 };
	struct sockaddr_in from;
	socklen_t from_length = sizeof(from);
	ssize_t n = recvfrom(fd, q.bytes, sizeof(q.bytes), 0,
	    (struct sockaddr *)&from, &from_length);

	if (n < HEADER_BYTES)
		return;
	q.length = (size_t)n;
	if (answer(&q, &reply))
		(void)sendto(fd, reply.bytes, reply.length, 0,
		    (struct sockaddr *)&from, from_length);
}

int
main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .events = POLLIN } };
	const char *address = "127.0.0.1";
	unsigned life_s = 60;
	char byte;
	int option;

	while ((option = getopt(argc, argv, "a:t:")) != -1) {
		if (option == 'a')
			address = optarg;
		if (option == 't')
			life_s = (unsigned)strtoul(optarg, NULL, 10);
	}
	for (int i = optind; i < argc; i++)
		add_rule(argv[i]);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)alarm(life_s);
	fds[1].fd = listen_on(address);
	while (poll(fds, 2, -1) >= 0) {
		if (fds[0].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return 0;
		if (fds[1].revents != 0)
			serve(fds[1].fd);
	}
	return 1;
}
