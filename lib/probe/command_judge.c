#include "probe/command_judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

static bool
read_codes(bool codes[COMMAND_STATUS_COUNT], const char *key,
    const struct strings *texts, struct error *err)
{
	uint64_t first, last;

	for (size_t i = 0; i < texts->count; i++) {
		if (!count_range_parse(texts->items[i], &first, &last) ||
		    last >= COMMAND_STATUS_COUNT)
			return error_set(err,
			    "%s = [ \"%s\" ]: write a status from 0 to 255, or "
			    "a range such as \"0-1\"",
			    key, texts->items[i]);
		for (uint64_t c = first; c <= last; c++)
			codes[c] = true;
	}
	return true;
}

bool
command_judge_init(struct command_judge *j,
    const struct command_settings *settings, struct error *err)
{
	*j = (struct command_judge){
		.wants_value = settings->value == COMMAND_VALUE_STDOUT,
		.on_no_value = (enum sample_outcome)settings->on_no_value,
	};
	if (!read_codes(j->is_ok, "ok", &settings->ok, err) ||
	    !read_codes(j->is_lost, "lost", &settings->lost, err))
		return false;
	for (int c = 0; c < COMMAND_STATUS_COUNT; c++)
		if (j->is_ok[c] && j->is_lost[c])
			return error_set(err,
			    "status %d is named by ok and by lost: which is "
			    "it?",
			    c);
	return true;
}

static size_t
first_line(const struct command_answer *a, const char **line)
{
	const char *at = a->output;
	size_t length = a->length;
	const char *end;

	while (length > 0 && (*at == ' ' || *at == '\t')) {
		at++;
		length--;
	}
	end = length == 0 ? NULL : memchr(at, '\n', length);
	if (end != NULL)
		length = (size_t)(end - at);
	while (length > 0 && strchr(" \t\r", at[length - 1]) != NULL &&
	    at[length - 1] != '\0')
		length--;
	*line = at;
	return length;
}

static struct probe_verdict
verdict(const struct command_answer *a, enum sample_outcome outcome,
    const char *failure)
{
	struct probe_verdict v = { outcome, failure, "" };
	struct text detail = text_over(v.detail, sizeof(v.detail));
	const char *line;
	size_t length = first_line(a, &line);

	if (a->end == COMMAND_EXITED && length > 0)
		text_add_escaped(&detail, line, length);
	else if (outcome != SAMPLE_OK)
		text_add_escaped(&detail, a->reason, strlen(a->reason));
	return v;
}

static double
read_value(const struct command_answer *a)
{
	char text[DECIMAL_MAX_BYTES + 1];
	const char *line;
	size_t length = first_line(a, &line);
	double value;

	if (length >= sizeof(text) || memchr(line, '\0', length) != NULL)
		return (double)NAN;
	memcpy(text, line, length);
	text[length] = '\0';
	return decimal_parse(text, &value) ? value : (double)NAN;
}

struct probe_verdict
command_judge_answer(const struct command_judge *j,
    const struct command_answer *a, double *value)
{
	*value = (double)NAN;
	switch (a->end) {
	case COMMAND_NOT_RUN:
		return verdict(a, SAMPLE_LOST, "local.command");
	case COMMAND_KILLED:
		return verdict(a, SAMPLE_LOST, "command.killed");
	case COMMAND_TIMED_OUT:
		return verdict(a, SAMPLE_FAILED, "timeout.command");
	case COMMAND_EXITED:
		break;
	}
	if (a->status < 0 || a->status >= COMMAND_STATUS_COUNT ||
	    j->is_lost[a->status])
		return verdict(a, SAMPLE_LOST, "command.unknown");
	if (j->wants_value)
		*value = read_value(a);
	if (!j->is_ok[a->status])
		return verdict(a, SAMPLE_FAILED, "command.status");
	if (!j->wants_value || isfinite(*value) || j->on_no_value == SAMPLE_OK)
		return verdict(a, SAMPLE_OK, NULL);
	return verdict(a, j->on_no_value, "command.no_value");
}
