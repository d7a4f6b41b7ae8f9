#include "procedure/step_order.h"

#include <stdio.h>
#include <string.h>

#include "executor/executor.h"
#include "executor/order.h"
#include "procedure/step_kind.h"
#include "procedure/templates.h"

/* What everything about one step is made from. */
struct making {
	const struct plan *plan;
	unsigned step;
	const struct occasion *occasion;
	const struct run *run;
	struct text *fields;
	const char *option; /* what is being made */
	enum template_place place;
	bool is_literal; /* it holds no templates */
};

/* The expanded text; the caller frees it in any case. */
static bool
expand(const struct making *m, const char *template, struct text *value,
    struct error *err)
{
	struct error why;

	*value = text_new(ORDER_MAX_BYTES);
	if (m->is_literal) {
		text_add(value, template);
		return text_ok(value) || error_set(err, "out of memory");
	}
	return template_expand(m->place, template, m->occasion, m->plan,
		   m->step, m->run, value, &why) ||
	    error_set(err, "%s: %s", m->option, why.text);
}

static bool
add_text(const struct making *m, const char *template, struct error *err)
{
	struct text value;
	bool good = expand(m, template, &value, err);

	if (good)
		order_add(m->fields, m->option, text_str(&value));
	text_free(&value);
	return good;
}

static bool
add_list(const struct making *m, const struct strings *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct text value;
		bool good = expand(m, list->items[i], &value, err);

		if (good)
			order_add_item(
			    m->fields, m->option, i, text_str(&value));
		text_free(&value);
		if (!good)
			return false;
	}
	return true;
}

static bool
add_setting(const struct making *m, size_t index, const struct param *p,
    struct error *err)
{
	order_add_setting(
	    m->fields, index, p->name, p->is_list, p->values.count);
	for (size_t i = 0; i < p->values.count; i++) {
		struct text value;
		bool good = expand(m, p->values.items[i], &value, err);

		if (good)
			order_add_setting_value(
			    m->fields, index, i, text_str(&value));
		text_free(&value);
		if (!good)
			return false;
	}
	return true;
}

static bool
add_settings(
    const struct making *m, const struct params *settings, struct error *err)
{
	for (size_t i = 0; i < settings->count; i++)
		if (!add_setting(m, i, &settings->items[i], err))
			return false;
	return true;
}

static bool
add_option(struct making *m, const struct step_settings *s,
    const struct option *o, struct error *err)
{
	const void *field = (const char *)s + o->offset;

	m->option = o->key;
	m->is_literal = !template_place_of(s, o->key, &m->place);
	if (o->type == OPTION_STRINGS)
		return add_list(m, field, err);
	if (o->type == OPTION_PARAMS)
		return add_settings(m, field, err);
	if (o->type == OPTION_TEXT || o->type == OPTION_NAME)
		return add_text(m, *(const char *const *)field, err);
	return true; /* what has another type is not for helpers */
}

static bool
is_for_helper(const struct executor_kind *kind, const char *option)
{
	for (size_t i = 0; kind->takes[i] != NULL; i++)
		if (strcmp(kind->takes[i], option) == 0)
			return true;
	return false;
}

static bool
add_options(struct making *m, const struct executor_kind *kind,
    const struct step_settings *s, struct error *err)
{
	for (size_t i = 0; i < step_options.count; i++) {
		const struct option *o = &step_options.options[i];

		if (is_for_helper(kind, o->key) && step_says(s, o) &&
		    !add_option(m, s, o, err))
			return false;
	}
	return true;
}

bool
step_order(const struct plan *plan, const struct key *key,
    const struct occasion *occasion, const struct run *run, int64_t timeout_ms,
    struct text *file, struct error *err)
{
	const struct plan_step *s = plan_step(plan, key->step);
	const struct executor_kind *kind = executor_find(s->settings->executor);
	struct text fields = text_new(ORDER_MAX_BYTES);
	struct making m = { .plan = plan,
		.step = key->step,
		.occasion = occasion,
		.run = run,
		.fields = &fields };
	char idempotency_key[KEY_BYTES];
	struct order o = {
		.executor = kind->name,
		.key = occasion->key,
		.run = occasion->run,
		.step = s->label,
		.attempt = key->attempt,
		.timeout_ms = timeout_ms,
		.idempotency_key = idempotency_key,
	};
	bool good = add_options(&m, kind, s->settings, err);

	(void)snprintf(idempotency_key, sizeof(idempotency_key), "%s-%u",
	    key->run, key->step);
	if (good) {
		order_write(file, &o, &fields);
		good = text_ok(file) ||
		    error_set(err, "what its helper is told passes %d bytes",
			ORDER_MAX_BYTES);
	}
	text_free(&fields);
	return good;
}
