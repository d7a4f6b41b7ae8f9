/*
 * Stands in for the helpers of executors: reads the order, notes the attempt,
 * prints what it is to show, and ends as it is told by its environment:
 *
 *	SHOW	an option, "settings", or a field's name
 *	NOTE	a file: key and idempotency key are added to it
 *	STATUS	exit statuses, one digit or two each, by attempt: "75 0"
 *	SLEEP	"1": does not end
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "executor/executor.h"
#include "executor/order.h"

static size_t
read_all(char *bytes, size_t most)
{
	size_t length = 0;

	while (length < most) {
		ssize_t n = read(STDIN_FILENO, bytes + length, most - length);

		if (n < 0)
			err(EXECUTOR_EXIT_MALFORMED, "standard input");
		if (n == 0)
			break;
		length += (size_t)n;
	}
	return length;
}

static void
show_settings(const struct order *o)
{
	struct order_setting s;

	for (size_t i = 0; order_setting(o, i, &s); i++) {
		printf("%s%s", s.name, s.is_list ? "[]" : "");
		for (size_t k = 0; k < s.count; k++)
			printf("=%s", order_setting_value(o, i, k));
		puts("");
	}
}

static void
show(const struct order *o, const char *what)
{
	if (strcmp(what, "settings") == 0)
		show_settings(o);
	else if (strcmp(what, "order") == 0)
		printf("%s %s %lld %lld\n", o->executor, o->step,
		    (long long)o->attempt, (long long)o->timeout_ms);
	else if (order_text(o, what) != NULL)
		puts(order_text(o, what));
	for (size_t i = 0; i < order_count(o, what); i++)
		if (strcmp(what, "settings") != 0)
			puts(order_item(o, what, i));
}

static void
note(const struct order *o, const char *path)
{
	FILE *f = path == NULL ? NULL : fopen(path, "a");

	if (f == NULL)
		return;
	fprintf(f, "%s %s\n", o->key, o->idempotency_key);
	if (fclose(f) != 0)
		err(EXECUTOR_EXIT_FAILED, "%s", path);
}

/* The one of this attempt, or the last. */
static int
status_of(int64_t attempt, const char *statuses)
{
	char *end;
	long status = 0;

	while (attempt-- > 0 && statuses != NULL && *statuses != '\0') {
		status = strtol(statuses, &end, 10);
		statuses = end;
	}
	return (int)status;
}

int
main(void)
{
	static char bytes[ORDER_MAX_BYTES + 1];
	static struct order o;
	size_t length = read_all(bytes, ORDER_MAX_BYTES);
	struct error why;

	if (pwrite(STDIN_FILENO, "x", 1, 0) >= 0 ||
	    ftruncate(STDIN_FILENO, 0) == 0)
		errx(EXECUTOR_EXIT_MALFORMED, "the order can be changed");
	if (!order_parse(&o, bytes, length, &why))
		errx(EXECUTOR_EXIT_MALFORMED, "%s", why.text);
	note(&o, getenv("NOTE"));
	if (getenv("SHOW") != NULL)
		show(&o, getenv("SHOW"));
	if (fflush(stdout) != 0)
		err(EXECUTOR_EXIT_FAILED, "standard output");
	if (getenv("SLEEP") != NULL)
		(void)pause();
	return status_of(o.attempt, getenv("STATUS"));
}
