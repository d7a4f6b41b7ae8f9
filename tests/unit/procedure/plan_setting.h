/*
 * plan_setting.h - a procedure "p" and a service's parameters, small enough
 * to be written down in a row.
 */
#ifndef TESTS_UNIT_PROCEDURE_PLAN_SETTING_H
#define TESTS_UNIT_PROCEDURE_PLAN_SETTING_H

#include "tests/unit/test.h"

#include <string.h>

#include "procedure/plan.h"

#define LIST(...)                                             \
	{                                                     \
		(const char *[]){ __VA_ARGS__ },              \
		    sizeof((const char *[]){ __VA_ARGS__ }) / \
		    sizeof(const char *)                      \
	}
#define RUNS(...) .command = LIST("/bin/do", __VA_ARGS__)
#define ONE_WORD                           \
	{                                  \
		"unit", LIST("web"), false \
	}
#define ONE_LIST                                \
	{                                       \
		"unit", LIST("web", "db"), true \
	}

/* Everything a test may want to change about one. */
struct setting {
	struct param_spec specs[3];
	struct param given[3];
	struct step_settings steps[3];
	const char *lock;
};

static const char *true_command[] = { "/bin/true" };

static inline struct plan *
plan_of(struct setting *s, struct procedure_settings *p, struct error *err)
{
	struct params given = { s->given, 0 };

	*p = (struct procedure_settings){ .name = "p",
		.lock = s->lock,
		.params = s->specs,
		.steps = s->steps };
	while (given.count < 3 && s->given[given.count].name != NULL)
		given.count++;
	while (p->param_count < 3 && s->specs[p->param_count].name != NULL)
		p->param_count++;
	for (; p->step_count < 3; p->step_count++) {
		struct step_settings *step = &s->steps[p->step_count];

		if (step->name == NULL)
			break;
		if (step->command.count == 0)
			step->command = (struct strings){ true_command, 1 };
	}
	return plan_new(p, &given, err);
}

#endif
