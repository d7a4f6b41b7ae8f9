#include "daemon/executors/charge.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define READ_END 0
#define WRITE_END 1

static void __attribute__((noreturn)) be_child(const int answers[2],
    const int orders[2], charge_body *body, void *arg, pid_t parent)
{
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	supervise_signals_undo();
	(void)close(answers[READ_END]);
	(void)close(orders[WRITE_END]);
	body(arg, answers[WRITE_END], orders[READ_END]);
	_exit(1);
}

/* Nobody reads it yet: all of it has to fit. */
static bool
say_first(int orders[2], const struct text *words, struct error *err)
{
	if (words == NULL)
		return true;
	(void)fcntl(orders[WRITE_END], F_SETPIPE_SZ, (int)CHARGE_WORDS_MAX);
	(void)fcntl(orders[WRITE_END], F_SETFL, O_NONBLOCK);
	return write(orders[WRITE_END], text_str(words), words->length) ==
	    (ssize_t)words->length ||
	    error_set(err, "what it is to be told does not fit into a pipe");
}

bool
charge_start(struct charge *c, const struct text *words, charge_body *body,
    void *arg, struct error *err)
{
	pid_t parent = getpid();
	int answers[2], orders[2];

	if (pipe2(answers, O_CLOEXEC) != 0 || pipe2(orders, O_CLOEXEC) != 0)
		return error_set(err, "no pipe: %s", strerror(errno));
	if (!say_first(orders, words, err))
		return false;
	supervise_signals();
	c->pid = fork();
	if (c->pid == 0)
		be_child(answers, orders, body, arg, parent);
	if (c->pid < 0)
		return error_set(err, "no process: %s", strerror(errno));
	(void)setpgid(c->pid, c->pid); /* whoever is first */
	(void)close(answers[WRITE_END]);
	(void)close(orders[READ_END]);
	c->answers = answers[READ_END];
	c->orders = orders[WRITE_END];
	return true;
}
