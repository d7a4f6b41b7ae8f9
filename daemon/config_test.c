#include "daemon/config_test.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/units.h"
#include "config/config.h"
#include "config/times.h"
#include "daemon/connections.h"

#define RULES_SHOWN_MAX 100

static void
print_complaints(struct complaints *complaints)
{
	const char *line;

	for (size_t i = 0; (line = complaints_line(complaints, i)); i++)
		fprintf(stderr, "%s\n", line);
}

static void
print_span(const char *before, int64_t ms)
{
	char span[DURATION_TEXT_MAX];

	if (ms > 0)
		printf("%s%s", before, duration_text(ms, span));
}

/* ", then NAME up to 5m": the procedure's steps at worst. */
static void
print_procedure(const struct config *c, const struct service_settings *s,
    const char *name, const char *before)
{
	const struct procedure_settings *p = config_procedure(c, name);
	char steps[DURATION_TEXT_MAX];
	struct error err;
	struct plan *plan = p == NULL ? NULL : plan_new(p, &s->params, &err);

	if (plan != NULL) {
		printf("%s%s takes up to %s", before, name,
		    duration_text(times_steps_ms(plan), steps));
		print_span(", what prepares ", times_prepare_ms(plan));
		print_span(", what is undone ", times_undo_ms(plan));
	}
	plan_free(plan);
}

static void
print_rule(const struct config *c, const struct service_settings *s,
    const struct rule_settings *r)
{
	const struct procedure_settings *p = config_procedure(c, r->procedure);
	struct detection d = times_detection(s, r);
	char best[DURATION_TEXT_MAX], worst[DURATION_TEXT_MAX];
	char verify[DURATION_TEXT_MAX];

	printf("  %s/%s: %s, %s: ", s->name, r->name,
	    severity_word(r->severity), rule_mode_word(r->mode));
	if (r->when == RULE_WHEN_CLEARED)
		printf("waits until all is well again");
	else if (r->when == RULE_WHEN_REPORTED)
		printf("waits for a report");
	else
		printf("detects in %s to %s", duration_text(d.best_ms, best),
		    duration_text(d.worst_ms, worst));
	print_procedure(c, s, r->procedure, "; ");
	printf(", verification up to %s",
	    duration_text(s->verify.within_ms, verify));
	if (p != NULL && p->escalate != NULL)
		print_procedure(c, s, p->escalate, "; if that does not help, ");
	printf("\n");
}

static void
print_counted(size_t count, const char *word, const char *before)
{
	printf("%s%zu %s%s", before, count, word, count == 1 ? "" : "s");
}

static void
print_summary(const struct config *c, const char *path, size_t warnings)
{
	size_t probes = c->witness_count, rules = 0;

	for (size_t i = 0; i < c->service_count; i++) {
		probes += c->services[i].probe_count;
		rules += c->services[i].rule_count;
	}
	printf("%s: good", path);
	print_counted(c->file_count, "file", ": ");
	print_counted(c->service_count, "service", ", ");
	print_counted(probes, "probe", ", ");
	print_counted(rules, "rule", ", ");
	print_counted(c->procedure_count, "procedure", ", ");
	print_counted(warnings, "warning", ", ");
	printf("\n");

	rules = 0;
	for (size_t i = 0; i < c->service_count; i++)
		for (size_t k = 0; k < c->services[i].rule_count; k++)
			if (rules++ < RULES_SHOWN_MAX)
				print_rule(c, &c->services[i],
				    &c->services[i].rules[k]);
	if (rules > RULES_SHOWN_MAX)
		printf("  and %zu more\n", rules - RULES_SHOWN_MAX);
}

/* Of the machine that asks; not a warning, as it may not be the one. */
static void
print_connections(const struct config *c)
{
	struct descriptors d = descriptors_here(false);
	char words[CONNECTIONS_TEXT_MAX];
	struct text text = text_over(words, sizeof(words));

	connections_tell(c, &d, &text);
	if (text.length > 0)
		printf("  note: %s\n", words);
}

static enum config_verdict
judge(const struct complaints *complaints, bool strict)
{
	if (complaints_count(complaints, COMPLAINT_UNREADABLE) > 0)
		return CONFIG_UNREADABLE;
	if (complaints_count(complaints, COMPLAINT_ERROR) > 0)
		return CONFIG_WRONG;
	if (strict && complaints_count(complaints, COMPLAINT_WARNING) > 0)
		return CONFIG_DOUBTFUL;
	return CONFIG_GOOD;
}

int
config_test(const char *path, bool strict)
{
	struct config_rules rules = { .owner_uid = geteuid(),
		.check_programs = true };
	struct complaints *complaints = complaints_new();
	enum config_verdict verdict;
	struct config *c;

	if (complaints == NULL) {
		fprintf(stderr, "memory is short\n");
		return CONFIG_UNREADABLE;
	}
	c = config_load(path, &rules, complaints);
	print_complaints(complaints);
	verdict = judge(complaints, strict);
	if (c != NULL) {
		print_summary(
		    c, path, complaints_count(complaints, COMPLAINT_WARNING));
		print_connections(c);
	}
	if (verdict == CONFIG_DOUBTFUL)
		fprintf(stderr, "%s: warnings are refused (--strict)\n", path);
	config_free(c);
	complaints_free(complaints);
	return (int)verdict;
}
