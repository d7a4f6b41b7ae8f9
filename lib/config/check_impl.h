/*
 * check_impl.h - what the parts of the check share.
 */
#ifndef CONFIG_CHECK_IMPL_H
#define CONFIG_CHECK_IMPL_H

#include "config/check.h"

struct check {
	const struct config *config;
	const struct config_rules *rules;
	struct complaints *complaints;
	bool *procedure_is_used; /* by index */
	bool *procedure_is_run;  /* by a service, and so its programs are */
	bool *procedure_is_bad;  /* it has had its complaints */
	bool *procedure_is_deep; /* too many follow it, which was said */
	bool was_read_well;      /* no complaints before the check */
	bool users_are_named;    /* by some step: they matter */
};

__attribute__((format(printf, 3, 4))) void check_wrong(
    struct check *c, struct source where, const char *fmt, ...);
__attribute__((format(printf, 3, 4))) void check_doubt(
    struct check *c, struct source where, const char *fmt, ...);

/* A complaint for each name that is there twice in a small list. */
void check_duplicates(struct check *c, const void *items, size_t count,
    size_t size, const char *what);

/* Of that name, marked as used; complains when there is none. */
const struct procedure_settings *check_find_procedure(
    struct check *c, struct source where, const char *key, const char *name);

/* A program that is named is there and may be run: both of the below. */
void check_program(struct check *c, struct source where, const char *key,
    const struct strings *command);
void check_program_path(struct check *c, struct source where, const char *key,
    const struct strings *command);
void check_program_is_there(struct check *c, struct source where,
    const char *key, const struct strings *command);

/* A file that is named is there. */
void check_file(
    struct check *c, struct source where, const char *key, const char *path);

/* The files that a group of that table names are there. */
void check_files(struct check *c, struct source where,
    const struct option_table *table, const void *group);

void check_probe(struct check *c, const struct probe_settings *p);

/* check_report.c */
void check_reports(struct check *c);

/* check_notifier.c */
void check_notifiers(struct check *c);

/* Can turns of it be left out, and is nothing forgotten meanwhile? */
void check_down(struct check *c, const struct service_settings *s,
    const struct probe_settings *p);

/* Can it be asked out of its turn, and does anybody listen? */
void check_recheck(struct check *c, const struct service_settings *s,
    const struct probe_settings *p);
void check_service(struct check *c, const struct service_settings *s);

/* check_discover.c */
void check_discover(struct check *c, const struct service_settings *s);

/* check_drill.c */
void check_drill(struct check *c, const struct service_settings *s);

void check_rule(struct check *c, const struct service_settings *s,
    const struct rule_settings *r);

/* Its windows and maintenance leave time for its procedure. */
void check_window(struct check *c, const struct service_settings *s,
    const struct rule_settings *r, const struct procedure_settings *p);

/* Does the service have the probes that the procedure's steps ask? */
void check_asked(struct check *c, const struct service_settings *s,
    const struct procedure_settings *p, struct source where);

/* Does a step of its procedures ask that probe? */
bool check_is_asked(
    const struct check *c, const struct service_settings *s, const char *probe);

/* key names a probe that is not there. */
void check_no_such_probe(struct check *c, const struct service_settings *s,
    struct source where, const char *key, const char *name);

/* who names an evaluator that is not there. */
void check_no_such_evaluator(struct check *c, const struct service_settings *s,
    struct source where, const char *what, const char *who, const char *name);

/* Asked last: where something is wrong, much seems to be unused. */
void check_unused(struct check *c, const struct service_settings *s);

/* As it was written, and as it is carried out. */
void check_procedure(struct check *c, const struct procedure_settings *p,
    const struct procedure_settings *flat);

/* Those of one that a service may run; of others they may be missing. */
void check_programs_of(struct check *c, const struct procedure_settings *p);
void check_chain(struct check *c, const struct procedure_settings *p);

/* What p names to follow it: escalate at 0, then by steps; or NULL. */
const struct procedure_settings *check_follower(
    const struct check *c, const struct procedure_settings *p, size_t at);

/* It has had its complaints. */
bool check_is_bad(const struct check *c, const struct procedure_settings *p);

/*
 * How long it can take, against budget, cooldown and what the severity
 * allows.  The procedure can be planned for the service.
 */
void check_times(struct check *c, const struct service_settings *s,
    const struct rule_settings *rule, const struct procedure_settings *p,
    struct source where);

/* One service with one procedure that may be run for it. */
void check_run(struct check *c, const struct service_settings *s,
    const struct rule_settings *rule, const struct procedure_settings *p,
    struct source where);

#endif
