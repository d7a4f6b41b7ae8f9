#include "config/check_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "config/suggest.h"
#include "procedure/flatten.h"

#define HINT_BYTES 128
#define RECORD_FOLDER_BYTES 4096

void
check_wrong(struct check *c, struct source where, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(c->complaints, COMPLAINT_ERROR, where, "%s", text);
}

void
check_doubt(struct check *c, struct source where, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(c->complaints, COMPLAINT_WARNING, where, "%s", text);
}

/* All named settings begin with where they stand and what they are called. */
struct named {
	struct source source;
	const char *name;
};

static void
twice(struct check *c, const struct named *first, const struct named *again,
    const char *what)
{
	check_wrong(c, again->source,
	    "%s \"%s\" is defined twice, first at %s:%u; rename one", what,
	    again->name, first->source.file, first->source.line);
}

void
check_duplicates(struct check *c, const void *items, size_t count, size_t size,
    const char *what)
{
	const char *base = items;

	for (size_t i = 1; i < count; i++) {
		const struct named *a = (const void *)(base + i * size);

		for (size_t k = 0; k < i && a->name != NULL; k++) {
			const struct named *b = (const void *)(base + k * size);

			if (b->name == NULL || strcmp(a->name, b->name) != 0)
				continue;
			twice(c, b, a, what);
			break;
		}
	}
}

/* Sorted ones, of which there may be many. */
static void
check_neighbours(struct check *c, const void *items, size_t count, size_t size,
    const char *what)
{
	const char *base = items;

	for (size_t i = 1; i < count; i++) {
		const struct named *a = (const void *)(base + (i - 1) * size);
		const struct named *b = (const void *)(base + i * size);

		if (a->name != NULL && b->name != NULL &&
		    strcmp(a->name, b->name) == 0)
			twice(c, a, b, what);
	}
}

const struct procedure_settings *
check_find_procedure(
    struct check *c, struct source where, const char *key, const char *name)
{
	const struct config *config = c->config;
	const struct procedure_settings *p = config_procedure(config, name);
	struct suggestion near = suggest_new(name);
	char buffer[HINT_BYTES];

	if (p != NULL) {
		c->procedure_is_used[p - config->procedures] = true;
		return p;
	}
	for (size_t i = 0; i < config->procedure_count; i++)
		if (config->procedures[i].name != NULL)
			suggest_consider(&near, config->procedures[i].name);
	check_wrong(c, where, "%s = \"%s\": there is no such procedure%s%s",
	    key, name, suggest_text(&near, buffer),
	    near.best == NULL && config->include.count == 0 ?
		"; those of procedures.d are read with include = "
		"[ \"procedures.d\" ]; in the main file" :
		"");
	return NULL;
}

static void
check_witness(struct check *c, const struct probe_settings *p)
{
	check_probe(c, p);
	if (p->kind == &probe_push)
		check_wrong(c, p->source,
		    "witness \"%s\": a heartbeat cannot be asked whether our "
		    "own network is well; use type = \"tcp\" or \"http\"",
		    p->name);
	if (p->recheck_ms > 0 || p->down_ms > 0)
		check_wrong(c, p->source,
		    "witness \"%s\": %s is for probes of "
		    "services; a witness is asked whenever one of them fails",
		    p->name,
		    p->recheck_ms > 0 ? "recheck_interval" : "down_interval");
}

/* Where a recording goes: the daemon says it too late, and only once. */
static void
check_record(struct check *c)
{
	const struct record_settings *r = &c->config->record;
	char folder[RECORD_FOLDER_BYTES];
	struct stat st;

	if (r->source.file == NULL)
		return;
	if (r->file == NULL) {
		check_doubt(c, r->source,
		    "record: without file nothing is recorded; name one");
		return;
	}
	(void)snprintf(folder, sizeof(folder), "%s", r->file);
	*strrchr(folder, '/') = '\0';
	if (c->rules->check_programs &&
	    (stat(folder[0] == '\0' ? "/" : folder, &st) != 0 ||
		!S_ISDIR(st.st_mode)))
		check_doubt(c, r->source,
		    "record: there is no folder %s: make it, and let the "
		    "daemon's user write to it",
		    folder);
}

/* What can never come, because something else does first. */
static void
check_severities(struct check *c)
{
	for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
		const struct severity_settings *s =
		    &c->config->severities.of[i];
		const char *word = severity_word((enum severity)i);

		if (s->expire_ms == 0)
			continue;
		if (s->escalate_ms >= s->expire_ms)
			check_doubt(c, s->source,
			    "severity %s never escalates: escalate_after is "
			    "not shorter than expire",
			    word);
		if (s->remind_ms >= s->expire_ms)
			check_doubt(c, s->source,
			    "severity %s never reminds: remind is not shorter "
			    "than expire",
			    word);
	}
}

static void
check_main(struct check *c)
{
	const struct config *config = c->config;
	struct source where = { 0 };
	struct strings runner = { (const char *[]){ config->runner.program },
		config->runner.program != NULL };

	if (config->file_count > 0)
		where.file = config->files[0].shown;
	check_program(c,
	    config->runner.source.file == NULL ? where : config->runner.source,
	    "runner: program", &runner);
	check_record(c);
	check_severities(c);
	check_duplicates(c, config->witnesses, config->witness_count,
	    sizeof(*config->witnesses), "witness");
	for (size_t i = 0; i < config->witness_count; i++)
		check_witness(c, &config->witnesses[i]);
}

/* A file that is included may hold procedures until somebody needs them. */
static bool
is_in_store(const struct check *c, const struct procedure_settings *p)
{
	return p->source.file != NULL &&
	    strcmp(p->source.file, c->config->files[0].shown) != 0;
}

/* What is missing or superfluous, once all that is there is right. */
static void
check_absent(struct check *c)
{
	const struct config *config = c->config;
	struct source where = { .file = config->files[0].shown };

	if (config->witness_count == 0 && config->service_count > 0)
		check_doubt(c, where,
		    "no witness is configured: when this host's own network "
		    "fails, every target looks bad; name a probe of your "
		    "gateway in witnesses = ( ... )");
	if (config->notifier_count == 0 && config->service_count > 0)
		check_doubt(c, where,
		    "no notifier is configured: nobody is told; name one in "
		    "notifiers = ( ... )");
	for (size_t i = 0; i < config->service_count; i++)
		check_unused(c, &config->services[i]);
	for (size_t i = 0; i < config->procedure_count; i++)
		if (!c->procedure_is_used[i] &&
		    !is_in_store(c, &config->procedures[i]))
			check_doubt(c, config->procedures[i].source,
			    "no rule, service or procedure uses procedure "
			    "\"%s\"",
			    config->procedures[i].name);
}

/* What is wrong within another was said there. */
static bool
is_partly_bad(const struct check *c, size_t index)
{
	const struct procedure_settings *p = &c->config->procedures[index];

	for (size_t i = 0; i < p->part_count; i++)
		if (c->procedure_is_bad[p->parts[i] - c->config->written])
			return true;
	return false;
}

static void
check_procedures(struct check *c)
{
	const struct config *config = c->config;

	check_neighbours(c, config->procedures, config->procedure_count,
	    sizeof(*config->procedures), "procedure");
	for (size_t i = 0; i < config->procedure_count; i++) {
		size_t before =
		    complaints_count(c->complaints, COMPLAINT_ERROR);

		check_procedure(c, &config->written[i], &config->procedures[i]);
		c->procedure_is_bad[i] =
		    complaints_count(c->complaints, COMPLAINT_ERROR) > before ||
		    procedure_is_nested(&config->procedures[i]);
	}
	for (size_t i = 0; i < config->procedure_count; i++)
		c->procedure_is_bad[i] =
		    c->procedure_is_bad[i] || is_partly_bad(c, i);
	for (size_t i = 0; i < config->procedure_count; i++)
		check_chain(c, &config->procedures[i]);
}

/* By some step: then users matter, and a step without was forgotten. */
static bool
users_are_named(const struct config *config)
{
	for (size_t i = 0; i < config->procedure_count; i++)
		for (size_t k = 0; k < config->procedures[i].step_count; k++)
			if (config->procedures[i].steps[k].user != NULL)
				return true;
	return false;
}

void
check_all(const struct config *config, const struct config_rules *rules,
    struct complaints *complaints)
{
	struct check c = {
		.config = config,
		.rules = rules,
		.complaints = complaints,
		.was_read_well = !complaints_are_fatal(complaints),
		.users_are_named = users_are_named(config),
	};
	size_t room = config->procedure_count + 1;

	c.procedure_is_used = calloc(room, sizeof(bool));
	c.procedure_is_run = calloc(room, sizeof(bool));
	c.procedure_is_bad = calloc(room, sizeof(bool));
	c.procedure_is_deep = calloc(room, sizeof(bool));
	if (c.procedure_is_used == NULL || c.procedure_is_run == NULL ||
	    c.procedure_is_bad == NULL || c.procedure_is_deep == NULL) {
		check_wrong(&c, (struct source){ 0 }, "memory is short");
		goto out;
	}
	if (config->file_count == 0)
		goto out;
	check_main(&c);
	check_notifiers(&c);
	check_reports(&c);
	check_procedures(&c);
	check_neighbours(&c, config->services, config->service_count,
	    sizeof(*config->services), "service");
	for (size_t i = 0; i < config->service_count; i++)
		check_service(&c, &config->services[i]);
	if (!complaints_are_fatal(complaints))
		check_absent(&c);
out:
	free(c.procedure_is_used);
	free(c.procedure_is_run);
	free(c.procedure_is_bad);
	free(c.procedure_is_deep);
}
