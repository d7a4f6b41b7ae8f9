#include "daemon/steps_helpers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/units.h"
#include "daemon/host/files.h"
#include "executor/helper.h"

/* Beyond its own limit and grace, until it is given up. */
#define PATIENCE_MS 65000

struct task {
	LIST_ENTRY(task) link;
	struct helpers *helpers;
	unsigned id;
	int record; /* memory that the runner reads and answers in */
	struct loop_timer *timer;
	steps_helper_done *done; /* or */
	steps_ran *ran;
	void *arg;
};

struct helpers {
	struct loop *loop;
	struct link *runners;
	LIST_HEAD(tasks, task) tasks;
	unsigned count;
	unsigned last_id;
};

static void
task_free(struct task *t)
{
	if (t->record >= 0)
		(void)close(t->record);
	loop_timer_free(t->timer);
	free(t);
}

/* The task is gone when its owner is told. */
static void
finish(struct task *t, const struct helper_result *r)
{
	struct task told = *t;

	LIST_REMOVE(t, link);
	t->helpers->count--;
	task_free(t);
	if (told.ran != NULL)
		told.ran(told.arg, r);
	else
		told.done(told.arg, r->ok, r->reason);
}

static void
fail(struct task *t, const char *reason)
{
	const struct helper_result r = { .reason = reason, .output = "" };

	finish(t, &r);
}

static void
finish_by_record(struct task *t, long status)
{
	char bytes[HELPER_RESULT_MAX_BYTES + 1], text[64];
	struct helper_result result;
	struct error err;
	ssize_t n = pread(t->record, bytes, HELPER_RESULT_MAX_BYTES, 0);

	if (n > 0)
		bytes[n] = '\0';
	if (status == 0 && n > 0 &&
	    helper_result_parse(&result, bytes, (size_t)n, &err)) {
		finish(t, &result);
		return;
	}
	(void)snprintf(
	    text, sizeof(text), "its runner ended with status %ld", status);
	fail(t, text);
}

static void
on_timer(void *arg)
{
	const struct task *t = arg;

	link_drop(t->helpers->runners, LINK_HELPER, t->id);
	fail(arg, "nothing was heard of it");
}

static int
make_record(const struct helper_order *order)
{
	struct text file = text_new(HELPER_MAX_BYTES);
	struct helper h = { .timeout_ms = order->timeout_ms,
		.ends_all = order->ran != NULL,
		.body = order->body,
		.body_length = strlen(order->body) };
	int fd = -1;

	for (size_t i = 0; order->argv[i] != NULL; i++) {
		if (i == HELPER_ARGUMENTS_MAX)
			return -1;
		h.argv[i] = order->argv[i];
	}
	helper_write(&file, &h);
	if (text_ok(&file) && h.body_length <= HELPER_BODY_MAX)
		fd = memfd_create("rollbackd-helper", MFD_CLOEXEC);
	if (fd >= 0 && !write_all(fd, text_str(&file), file.length)) {
		(void)close(fd);
		fd = -1;
	}
	text_free(&file);
	return fd;
}

static bool
send_task(struct task *t, const struct helper_order *order)
{
	const struct link_order o = { .kind = LINK_HELPER,
		.id = t->id,
		.name = order->id,
		.kill_grace_ms = order->kill_grace_ms,
		.record = t->record };

	return link_send(t->helpers->runners, &o);
}

struct helpers *
helpers_new(struct loop *loop, struct link *link)
{
	struct helpers *h = calloc(1, sizeof(*h));

	if (h != NULL) {
		h->loop = loop;
		h->runners = link;
		LIST_INIT(&h->tasks);
	}
	return h;
}

void
helpers_free(struct helpers *h)
{
	struct task *t;

	if (h == NULL)
		return;
	while ((t = LIST_FIRST(&h->tasks)) != NULL) {
		LIST_REMOVE(t, link);
		task_free(t);
	}
	free(h);
}

bool
helpers_start(struct helpers *h, const struct helper_order *order)
{
	struct task *t;

	if (h->count == STEPS_HELPERS_MAX || !name_is_valid(order->id))
		return false;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return false;
	t->helpers = h;
	t->id = ++h->last_id;
	t->done = order->done;
	t->ran = order->ran;
	t->arg = order->arg;
	t->record = make_record(order);
	t->timer = loop_timer_new(h->loop, on_timer, t);
	if (t->record < 0 || t->timer == NULL || !send_task(t, order)) {
		task_free(t);
		return false;
	}
	loop_timer_start(
	    t->timer, order->timeout_ms + order->kill_grace_ms + PATIENCE_MS);
	LIST_INSERT_HEAD(&h->tasks, t, link);
	h->count++;
	return true;
}

static struct task *
task_find(struct helpers *h, unsigned id)
{
	struct task *t;

	LIST_FOREACH (t, &h->tasks, link)
		if (t->id == id)
			return t;
	return NULL;
}

/* An owner may start another in its callback: those are not lost. */
static void
lose_all(struct helpers *h)
{
	unsigned last_id = h->last_id;
	struct task *t = LIST_FIRST(&h->tasks);

	while (t != NULL) {
		if (t->id <= last_id) {
			fail(t, "the spawner died");
			t = LIST_FIRST(&h->tasks);
		} else
			t = LIST_NEXT(t, link);
	}
}

void
helpers_news(struct helpers *h, const struct link_news *news)
{
	struct task *t;

	if (news->event == LINK_LOST) {
		lose_all(h);
		return;
	}
	t = task_find(h, news->id);
	if (t == NULL)
		return;
	if (news->event == LINK_ENDED)
		finish_by_record(t, news->number);
	else if (news->event == LINK_FAILED)
		fail(t, news->detail);
}
