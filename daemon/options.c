#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/version.h"

#define EXIT_USAGE 1
#define DEFAULT_STATE "/var/lib/rollbackd"

static void
usage(FILE *out)
{
	(void)fputs("usage: rollbackd [-f] [-c FILE] [-S DIRECTORY]\n"
		    "       rollbackd -t [--strict] [-c FILE]\n"
		    "       rollbackd -V\n",
	    out);
}

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "state-directory", required_argument, NULL, 'S' },
	{ "test", no_argument, NULL, 't' },
	{ "strict", no_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void
take(struct options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		return;
	case 'f':
		o->foreground = true;
		return;
	case 'S':
		o->state = optarg;
		return;
	case 't':
		o->test = true;
		return;
	case 's':
		o->strict = true;
		return;
	case 'V':
		(void)printf("rollbackd %s\n", ROLLBACKD_VERSION);
		exit(0);
	case 'h':
		usage(stdout);
		exit(0);
	default:
		usage(stderr);
		exit(EXIT_USAGE);
	}
}

struct options
options_parse(int argc, char *argv[])
{
	const char *given = getenv("STATE_DIRECTORY"); /* from systemd */
	struct options o = {
		.config = SYSCONFDIR "/rollbackd/rollbackd.conf",
		.state = given == NULL ? DEFAULT_STATE : given,
	};
	int c;

	while (
	    (c = getopt_long(argc, argv, "c:fS:tVh", long_options, NULL)) != -1)
		take(&o, c);
	if (optind < argc || (o.strict && !o.test)) {
		usage(stderr);
		exit(EXIT_USAGE);
	}
	return o;
}
