/*
 * notify SOCKET - what a service manager would hear: prints each datagram
 * that comes to a Unix socket, one a line.  Ends when its standard input does.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DATAGRAM_MAX 4096

static void
print_one(int fd)
{
	char words[DATAGRAM_MAX + 1];
	ssize_t length = recv(fd, words, DATAGRAM_MAX, 0);

	if (length < 0)
		err(1, "recv");
	words[length] = '\0';
	for (char *p = words; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	(void)printf("%s\n", words);
	(void)fflush(stdout);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct pollfd polled[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .events = POLLIN },
	};
	int length;

	if (argc != 2)
		errx(1, "usage: notify SOCKET");
	length =
	    snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[1]);
	if (length >= (int)sizeof(address.sun_path))
		errx(1, "%s: too long", argv[1]);
	polled[1].fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (polled[1].fd < 0 ||
	    bind(polled[1].fd, (struct sockaddr *)&address, sizeof(address)) !=
		0)
		err(1, "%s", argv[1]);
	(void)printf("ready\n");
	(void)fflush(stdout);
	while (poll(polled, 2, -1) > 0 && polled[0].revents == 0)
		if (polled[1].revents != 0)
			print_one(polled[1].fd);
	return 0;
}
