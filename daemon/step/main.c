/*
 * rollbackd-step: runs one step attempt of a rollback procedure, at most
 * once.  Started by PID 1, or by the monitor's spawner.
 */
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "base/version.h"
#include "daemon/step/able.h"
#include "daemon/step/attempt.h"
#include "daemon/step/helper_fetch.h"
#include "daemon/step/helper_run.h"
#include "daemon/step/keep.h"
#include "daemon/step/prune.h"
#include "daemon/step/reap.h"
#include "daemon/step/spawner.h"
#include "executor/errand.h"

#define KILL_GRACE_DEFAULT_MS 5000
#define KILL_GRACE_MAX_MS (10 * 60 * 1000)

enum mode {
	MODE_ATTEMPT,
	MODE_REAP,
	MODE_HELPER,
	MODE_SPAWNER,
	MODE_KEEP,
	MODE_PRUNE,
	MODE_TEST,
	OPTION_FROM, /* no mode */
};

struct arguments {
	enum mode mode;
	const char *config; /* the main file, or its folder */
	struct state_settings state;
	const char *name; /* key or id */
	int64_t kill_grace_ms;
	const char *from; /* a socket; NULL: descriptor 3 */
};

static void __attribute__((noreturn)) usage(void)
{
	(void)fprintf(stderr,
	    "usage: rollbackd-step -c CONFIG_FOLDER -s STATE_FOLDER [-g MS] "
	    "KEY\n"
	    "       rollbackd-step -s STATE_FOLDER [-g MS] --reap KEY\n"
	    "       rollbackd-step -c CONFIG -s FOLDER -r REQUESTS -u MONITOR "
	    "[-g MS]\n"
	    "           KEY | reap-KEY | keep-DIGEST | prune | test\n"
	    "       rollbackd-step [-g MS] --helper ID <3 RECORD\n"
	    "       rollbackd-step --from SOCKET --helper ID\n"
	    "       rollbackd-step -c CONFIG_FOLDER -s STATE_FOLDER --test\n"
	    "       rollbackd-step --spawner 3\n");
	exit(STEP_EXIT_USAGE);
}

/* What the template unit is started with says what is to be done. */
static void
parse_name(struct arguments *a, const char *text)
{
	static const enum mode modes[] = {
		[ERRAND_ATTEMPT] = MODE_ATTEMPT,
		[ERRAND_REAP] = MODE_REAP,
		[ERRAND_KEEP] = MODE_KEEP,
		[ERRAND_PRUNE] = MODE_PRUNE,
		[ERRAND_TEST] = MODE_TEST,
	};
	struct errand errand;

	a->name = text;
	if (a->state.monitor == NULL)
		return;
	if (!errand_parse(text, &errand))
		errx(STEP_EXIT_USAGE, "the name is malformed");
	a->mode = modes[errand.kind];
	a->name = errand.name;
}

/* Those that say what is to be done, but never in the unit of PID 1, where
 * the monitor chooses a word of the command line. */
static void
set_mode(struct arguments *a, enum mode mode)
{
	if (a->state.monitor != NULL)
		usage();
	a->mode = mode;
	a->name = mode == MODE_TEST ? "" : optarg;
}

static void
set_grace(struct arguments *a)
{
	uint64_t grace;

	if (!count_parse(optarg, &grace) || grace > KILL_GRACE_MAX_MS)
		usage();
	a->kill_grace_ms = (int64_t)grace;
}

static const char **
text_option(struct arguments *a, int option)
{
	switch (option) {
	case 'c':
		return &a->config;
	case 's':
		return &a->state.folder;
	case 'r':
		return &a->state.requests;
	case 'u':
		return &a->state.monitor;
	case OPTION_FROM:
		return &a->from;
	default:
		return NULL;
	}
}

static void
set_option(struct arguments *a, int option)
{
	const char **text = text_option(a, option);

	if (text != NULL) {
		*text = optarg;
		return;
	}
	switch (option) {
	case 'g':
		set_grace(a);
		return;
	case MODE_REAP:
	case MODE_HELPER:
	case MODE_SPAWNER:
	case MODE_TEST:
		set_mode(a, (enum mode)option);
		return;
	case 'V':
		(void)printf("rollbackd-step %s\n", ROLLBACKD_VERSION);
		exit(STEP_EXIT_OK);
	default:
		usage();
	}
}

static void
parse_options(int argc, char *argv[], struct arguments *a)
{
	static const struct option longs[] = {
		{ "reap", required_argument, NULL, MODE_REAP },
		{ "helper", required_argument, NULL, MODE_HELPER },
		{ "spawner", required_argument, NULL, MODE_SPAWNER },
		{ "from", required_argument, NULL, OPTION_FROM },
		{ "test", no_argument, NULL, MODE_TEST },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:s:g:r:u:V", longs, NULL)) != -1)
		set_option(a, c);
	if (a->mode == MODE_ATTEMPT && optind < argc)
		parse_name(a, argv[optind++]);
	if (optind < argc || a->name == NULL)
		usage();
}

static void
check(const struct arguments *a)
{
	struct key key;

	if (a->mode == MODE_SPAWNER && strcmp(a->name, "3") != 0)
		usage();
	if (a->mode == MODE_HELPER && !name_is_valid(a->name))
		usage();
	if (a->mode == MODE_SPAWNER || a->mode == MODE_HELPER)
		return;
	if (a->state.folder == NULL ||
	    (a->mode == MODE_ATTEMPT && a->config == NULL) ||
	    (a->state.monitor == NULL) != (a->state.requests == NULL))
		usage();
	if (a->state.monitor != NULL && a->config == NULL)
		usage();
	if ((a->mode == MODE_ATTEMPT || a->mode == MODE_REAP) &&
	    !key_parse(a->name, &key))
		errx(STEP_EXIT_USAGE, "the key is malformed");
}

/* Nothing of whoever called is held, nor passed on. */
static void
shed(bool keep_passed)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	(void)close_range(keep_passed ? STEP_PASSED_FD + 1 : 3, ~0U, 0);
	if (keep_passed)
		(void)fcntl(STEP_PASSED_FD, F_SETFD, FD_CLOEXEC);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)umask(077);
}

static enum step_exit
run(const struct arguments *a)
{
	const struct attempt_settings settings = { a->config, a->name,
		a->kill_grace_ms };
	enum step_exit status = STEP_EXIT_USAGE;
	struct state state;
	struct error why;

	if (!state_open(&state, &a->state, &why))
		errx(STEP_EXIT_STORAGE, "%s: %s", a->state.folder, why.text);
	if (a->mode == MODE_REAP)
		status = reap_run(&state, a->name, a->kill_grace_ms);
	else if (a->mode == MODE_KEEP)
		status = keep_run(&state, a->config, a->name);
	else if (a->mode == MODE_ATTEMPT)
		status = attempt_run(&state, &settings);
	else if (a->mode == MODE_TEST)
		status = able_run(&state);
	else
		status = STEP_EXIT_OK;
	if (state.is_system)
		prune_run(&state, a->mode == MODE_PRUNE);
	return status;
}

/*
 * Another helper of the same user must not look into this one, nor answer in
 * its place.
 */
static enum step_exit
help(struct arguments *a)
{
	int record = STEP_PASSED_FD;
	struct error why;

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (a->from != NULL)
		record =
		    helper_fetch(a->from, a->name, &a->kill_grace_ms, &why);
	if (record < 0)
		errx(STEP_EXIT_NO_REQUEST, "%s: %s", a->name, why.text);
	return helper_run(record, a->name, a->kill_grace_ms);
}

int
main(int argc, char *argv[])
{
	struct arguments a = { .kill_grace_ms = KILL_GRACE_DEFAULT_MS };

	parse_options(argc, argv, &a);
	check(&a);
	shed(a.mode == MODE_SPAWNER ||
	    (a.mode == MODE_HELPER && a.from == NULL));
	if (a.mode == MODE_SPAWNER)
		return (int)spawner_run(STEP_PASSED_FD, argv[0]);
	if (a.mode == MODE_HELPER)
		return (int)help(&a);
	return (int)run(&a);
}
