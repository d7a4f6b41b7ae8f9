/* Approval steps: a person lets the run go on, or ends it. */
#include <string.h>

#include "base/units.h"
#include "base/utf8.h"
#include "control/rights.h"
#include "daemon/log.h"
#include "daemon/rollback_private.h"
#include "procedure/variables.h"
#include "service/authority.h"

/* The runner takes none for more than a week, counted from when it looks. */
#define GATE_FILE_SPAN_MS (INT64_C(6) * 24 * 3600 * 1000)

#define MORE "..."
#define PLAIN                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789._:+-"

static const struct plan_step *
step_of(const struct rollback *r)
{
	return plan_step(r->runs[r->run_count - 1].plan, r->todo.step);
}

const char *
rollback_label(const struct rollback *r)
{
	return step_of(r)->label;
}

enum severity
rollback_asked_severity(const struct rollback *r)
{
	enum severity severity = r->severity;

	if (rollback_is_gate(r))
		(void)authority_of_role(step_of(r)->settings->role, &severity);
	return severity;
}

/* As many whole characters as there is room for. */
static void
add_cut(struct text *out, const char *words, size_t room)
{
	size_t length = strlen(words), kept = 0, next;

	if (length <= room) {
		text_add(out, words);
		return;
	}
	for (;;) {
		next = utf8_length(words + kept, length - kept);
		if (next == 0 || kept + next + strlen(MORE) > room)
			break;
		kept += next;
	}
	text_add_bytes(out, words, kept);
	text_add(out, MORE);
}

/*
 * With what is known put in; else as it stands in the configuration.  So many
 * bytes are to follow it.
 */
static void
add_ask(const struct rollback *r, struct text *out, size_t more)
{
	size_t used = out->length + strlen(": ") + more + 1;
	const struct plan *plan = r->runs[r->run_count - 1].plan;
	const char *ask = step_of(r)->settings->ask;
	struct occasion known = rollback_occasion(r);
	struct text words = text_new(SUMMARY_MAX);
	struct error err;

	if (ask != NULL &&
	    variables_expand_value(ask, &known, plan, r->todo.step,
		incident_run(r->core), &words, &err) &&
	    text_ok(&words))
		ask = text_str(&words);
	if (ask != NULL) {
		text_add(out, ": ");
		add_cut(out, ask, used < SUMMARY_MAX ? SUMMARY_MAX - used : 0);
	}
	text_free(&words);
}

/* What is typed goes to a shell. */
void
rollback_add_step(const struct rollback *r, struct text *out)
{
	const char *label = rollback_label(r);

	if (label[strspn(label, PLAIN)] == '\0')
		text_addf(out, " --step %s", label);
}

void
rollback_gate_question(const struct rollback *r, struct text *out)
{
	struct text type = text_new(SUMMARY_MAX);

	text_addf(&type, "; rollbackctl approve %s", r->id);
	rollback_add_step(r, &type);
	text_add(&type, ", or reject it --reason");
	text_addf(out, "step %s of %s waits for %s", rollback_label(r),
	    plan_procedure(r->runs[r->run_count - 1].plan)->name,
	    step_of(r)->settings->role);
	add_ask(r, out, type.length);
	text_add(out, text_str(&type));
	text_free(&type);
}

const char *
rollback_gate(const struct rollback *r)
{
	return rollback_is_at_gate(r) ? rollback_label(r) : NULL;
}

bool
rollback_has_asked_before(const struct rollback *r)
{
	/* An order is nobody's answer to a question. */
	return r->gates > 1 || (r->awaits && !r->by_operator);
}

void
rollback_gate_json(const struct rollback *r, struct json_object *o)
{
	if (!rollback_is_at_gate(r))
		return;
	json_set_text(o, "gate", rollback_label(r));
	json_set_text(o, "role", step_of(r)->settings->role);
}

void
rollback_gate_file(const struct rollback *r, struct json_object *o)
{
	json_set_text(o, "gate", rollback_label(r));
	json_set_int(
	    o, "not_after_ms", loop_now_ms(r->m->loop) + GATE_FILE_SPAN_MS);
}

void
rollback_gate_said(
    struct rollback *r, bool is_approved, const char *by, const char *reason)
{
	r->said.is_said = true;
	r->said.is_approved = is_approved;
	rollback_copy(r->said.by, sizeof(r->said.by), by);
	rollback_copy(r->said.reason, sizeof(r->said.reason), reason);
}

bool
rollback_answer_gate(
    struct rollback *r, bool is_approved, const char *by, const char *reason)
{
	if (!rollback_is_at_gate(r))
		return false;
	rollback_gate_said(r, is_approved, by, reason);
	rollback_own_said(r);
	return true;
}
