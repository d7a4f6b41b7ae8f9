#include "daemon/ctl/backtest_options.h"

#include <string.h>

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

const char backtest_usage[] =
    "usage: rollbackctl backtest [-c FILE] [--act | --no-act] [--verify]\n"
    "           [--skip-unknown] [--sort] --samples FILE...\n"
    "       rollbackctl backtest [-c FILE] [--no-act]\n"
    "           --prometheus URL --from TIME [--to TIME] [--step DURATION]\n"
    "           [--token-file FILE | --user NAME --password-file FILE]\n"
    "           [--ca-file FILE] [--deploy SERVICE=VERSION[,PREVIOUS]@TIME]\n";

enum option_key {
	KEY_SAMPLES = 256,
	KEY_PROMETHEUS,
	KEY_FROM,
	KEY_TO,
	KEY_STEP,
	KEY_TOKEN_FILE,
	KEY_USER,
	KEY_PASSWORD_FILE,
	KEY_CA_FILE,
	KEY_DEPLOY,
	KEY_ACT,
	KEY_NO_ACT,
	KEY_SKIP_UNKNOWN,
	KEY_SORT,
	KEY_VERIFY,
};

static const struct named {
	const char *name;
	int key;
	bool has_value;
} names[] = {
	{ "config", 'c', true },
	{ "help", 'h', false },
	{ "samples", KEY_SAMPLES, true },
	{ "prometheus", KEY_PROMETHEUS, true },
	{ "from", KEY_FROM, true },
	{ "to", KEY_TO, true },
	{ "step", KEY_STEP, true },
	{ "token-file", KEY_TOKEN_FILE, true },
	{ "user", KEY_USER, true },
	{ "password-file", KEY_PASSWORD_FILE, true },
	{ "ca-file", KEY_CA_FILE, true },
	{ "deploy", KEY_DEPLOY, true },
	{ "act", KEY_ACT, false },
	{ "no-act", KEY_NO_ACT, false },
	{ "skip-unknown", KEY_SKIP_UNKNOWN, false },
	{ "sort", KEY_SORT, false },
	{ "verify", KEY_VERIFY, false },
};

static bool
add_file(struct backtest_wish *w, const char *file)
{
	if (w->file_count == BACKTEST_FILES_MAX)
		return false;
	w->files[w->file_count++] = file;
	return true;
}

static bool
take_flag(struct backtest_wish *w, int key)
{
	switch (key) {
	case 'h':
		return w->help = true;
	case KEY_ACT:
		w->acts = BACKTEST_ASSUMED;
		return true;
	case KEY_NO_ACT:
		w->acts = BACKTEST_NEVER;
		return true;
	case KEY_SKIP_UNKNOWN:
		return w->skip_unknown = true;
	case KEY_SORT:
		return w->sort = true;
	case KEY_VERIFY:
		return w->verify = true;
	default:
		return false;
	}
}

static bool
take_option(struct backtest_wish *w, int key, const char *value)
{
	struct prometheus_wish *p = &w->prometheus;

	switch (key) {
	case 'c':
		w->config = value;
		return true;
	case KEY_SAMPLES:
		return add_file(w, value);
	case KEY_PROMETHEUS:
		p->url = value;
		return true;
	case KEY_FROM:
		p->from = value;
		return true;
	case KEY_TO:
		p->to = value;
		return true;
	case KEY_STEP:
		p->step = value;
		return true;
	case KEY_TOKEN_FILE:
		p->token_file = value;
		return true;
	case KEY_USER:
		p->user = value;
		return true;
	case KEY_PASSWORD_FILE:
		p->password_file = value;
		return true;
	case KEY_CA_FILE:
		p->ca_file = value;
		return true;
	case KEY_DEPLOY:
		if (p->deploy_count == PROMETHEUS_DEPLOYS_MAX)
			return false;
		p->deploys[p->deploy_count++] = value;
		return true;
	default:
		return take_flag(w, key);
	}
}

/* It would stand in complaints, and in the list of processes. */
static bool
holds_password(const char *url)
{
	const char *host = url == NULL ? NULL : strstr(url, "://");

	return host != NULL &&
	    memchr(host, '@', 3 + strcspn(host + 3, "/?#")) != NULL;
}

static const char *
trouble_with(const struct backtest_wish *w)
{
	bool files = w->file_count > 0, server = w->prometheus.url != NULL;

	if (files == server)
		return "name --samples or --prometheus, one of them";
	if (holds_password(w->prometheus.url))
		return "--prometheus holds a user or password: use --user and "
		       "--password-file";
	if (server && w->prometheus.from == NULL)
		return "--prometheus needs --from";
	if (server && (w->verify || w->sort || w->skip_unknown))
		return "--verify, --sort and --skip-unknown go with --samples";
	if (files &&
	    (w->prometheus.from != NULL || w->prometheus.to != NULL ||
		w->prometheus.step != NULL))
		return "--from, --to and --step go with --prometheus";
	if (w->verify && w->acts != BACKTEST_AS_RECORDED)
		return "--verify goes by what was recorded: without --act and "
		       "--no-act";
	return NULL;
}

static const struct named *
find_name(const char *word, size_t length)
{
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (strlen(names[i].name) == length &&
		    memcmp(names[i].name, word, length) == 0)
			return &names[i];
	return NULL;
}

/* "--name value", "--name=value", "-c value", "-h". */
static bool
take_argument(char *argv[], int *at, struct backtest_wish *w, struct error *err)
{
	const char *word = argv[*at], *value = strchr(word, '=');
	size_t length = value == NULL ? strlen(word) : (size_t)(value - word);
	const struct named *n = NULL;

	if (strcmp(word, "-c") == 0)
		n = find_name("config", 6);
	else if (strcmp(word, "-h") == 0)
		n = find_name("help", 4);
	else if (strncmp(word, "--", 2) == 0)
		n = find_name(word + 2, length - 2);
	if (n == NULL)
		return error_set(err, "%s is no option of backtest", word);
	if (!n->has_value && value != NULL)
		return error_set(err, "%s takes no value", word);
	if (n->has_value)
		value = value != NULL ? value + 1 : argv[++*at];
	if (n->has_value && value == NULL)
		return error_set(err, "%s needs a value", word);
	return take_option(w, n->key, value) ||
	    error_set(err, "too many of --%s", n->name);
}

bool
backtest_options(
    int argc, char *argv[], struct backtest_wish *w, struct error *err)
{
	const char *trouble;

	*w = (struct backtest_wish){ .config = SYSCONFDIR
		"/rollbackd/rollbackd.conf" };
	for (int i = 1; i < argc; i++) {
		/* A shell's pattern gives several files. */
		if (argv[i][0] != '-' && w->file_count > 0) {
			if (!add_file(w, argv[i]))
				return error_set(err, "too many files");
			continue;
		}
		if (!take_argument(argv, &i, w, err))
			return false;
	}
	trouble = w->help ? NULL : trouble_with(w);
	return trouble == NULL || error_set(err, "%s", trouble);
}
