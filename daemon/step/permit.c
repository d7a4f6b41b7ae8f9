#include "daemon/step/permit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/follow.h"
#include "daemon/step/generation.h"
#include "daemon/step/halt.h"
#include "daemon/step/program.h"
#include "daemon/step/time_left.h"
#include "daemon/step/warrant.h"

static enum permit_answer
read_request(
    struct permit *p, const struct state *s, const char *key, struct error *err)
{
	struct error why;
	enum file_status status = s->is_system ?
	    file_read_foreign(s->requests, key, s->monitor_uid, p->request_file,
		REQUEST_MAX_BYTES, &p->request_length, &why) :
	    file_read(s->requests, key, s->monitor_uid, p->request_file,
		REQUEST_MAX_BYTES, &p->request_length, &why);

	if (status == FILE_MISSING)
		return PERMIT_NO_REQUEST;
	if (status == FILE_OK) {
		memcpy(p->bytes, p->request_file, p->request_length + 1);
		p->has_request = step_request_parse(
		    &p->request, p->bytes, p->request_length, &why);
	}
	if (p->has_request)
		return PERMIT_GIVEN;
	(void)error_set(err, "the request is refused: %s", why.text);
	return PERMIT_REFUSED;
}

static bool
is_current(const struct permit *p, const struct state *s, const char *key,
    struct error *err)
{
	if (strcmp(p->request.key, key) != 0)
		return error_set(err, "the request is for another key");
	if (strcmp(p->request.boot_id, s->boot_id) != 0)
		return error_set(err, "the request is of another boot");
	if (host_boot_ms() > p->request.not_after_ms)
		return error_set(err, "the request came too late");
	return true;
}

static bool
has_digest(const struct permit *p, const char *bytes, size_t length)
{
	char digest[DIGEST_TEXT_BYTES];

	digest_text(bytes, length, digest);
	return strcmp(digest, p->request.digest) == 0;
}

/* The pin of a run that has begun; false when that is no good. */
static bool
read_pin(struct permit *p, const char *bytes, size_t length, struct error *err)
{
	if (!has_digest(p, bytes, length))
		return error_set(
		    err, "the run began with another procedure or parameters");
	p->pin = pin_parse(bytes, length, err);
	return p->pin != NULL;
}

/* canonical stays empty when the run has its pin already. */
static bool
find_pin(struct permit *p, const struct state *s, const char *config,
    struct text *canonical, struct error *err)
{
	char *bytes = malloc(PIN_MAX_BYTES + 1);
	enum file_status status;
	size_t length;
	bool ok = false;

	if (bytes == NULL)
		return error_set(err, "out of memory");
	status = file_read(
	    s->pins, p->key.run, geteuid(), bytes, PIN_MAX_BYTES, &length, err);
	if (status == FILE_OK)
		ok = read_pin(p, bytes, length, err);
	else if (status == FILE_MISSING)
		ok = generation_pin(p, s, config, canonical, err);
	free(bytes);
	return ok;
}

static bool
is_listed(const struct permit *p, struct error *err)
{
	const struct request *r = &p->request;

	if (strcmp(p->pin->service.name, r->service) != 0 ||
	    strcmp(p->pin->procedure.name, r->procedure) != 0)
		return error_set(
		    err, "the run is of another service or procedure");
	/* What breaks it on purpose is listed apart, and for nothing else. */
	if (strcmp(r->cause, "drill") == 0)
		return p->pin->authority.is_drill ||
		    error_set(err,
			"service %s has no drill with procedure %s, or its "
			"environment allows none",
			r->service, r->procedure);
	/* What another run goes over to need not be. */
	if (r->parent == NULL &&
	    !strings_contain(&p->pin->service.procedures, r->procedure))
		return error_set(err, "service %s lists no procedure %s",
		    r->service, r->procedure);
	return true;
}

/* Where a run is, and by whose word it came there. */
struct place {
	bool is_first; /* nothing of it was claimed before */
	bool has_warrant;
};

/* NULL is only like NULL. */
static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What was approved, or counted, is what the run ends with. */
static bool
is_as_before(
    const struct request *now, const struct claim *claim, struct error *err)
{
	static char bytes[REQUEST_MAX_BYTES + 1];
	struct request before;
	struct error why;

	if (claim->request == NULL || claim->request_length > REQUEST_MAX_BYTES)
		return true;
	memcpy(bytes, claim->request, claim->request_length);
	bytes[claim->request_length] = '\0';
	if (!step_request_parse(&before, bytes, claim->request_length, &why))
		return error_set(err, "an earlier request of it is damaged");
	if (!told_goes_on(now->told, before.told) ||
	    !is_same(now->parent_told, before.parent_told))
		return error_set(err, "it tells otherwise than before");
	return (is_same(now->incident, before.incident) &&
		   is_same(now->parent, before.parent) &&
		   is_same(now->version, before.version) &&
		   is_same(now->previous_version, before.previous_version) &&
		   is_same(now->target_version, before.target_version)) ||
	    error_set(err, "the run began for another incident or version");
}

static bool
learn(struct permit *p, const struct state *s, const char *name,
    struct place *place, struct error *err)
{
	static char buffer[CLAIM_MAX_BYTES + 1];
	struct claim claim;
	struct key key;

	place->is_first = false;
	if (!key_parse(name, &key) ||
	    !state_read_claim(s, name, &claim, buffer))
		return true;
	if (warrant_is_for_acting(warrant_of(&key, &claim)))
		place->has_warrant = true;
	if (claim.refusal == NULL)
		gates_claimed(&p->gates, s, &claim, key.undo > 0);
	return !s->is_system || claim.refusal != NULL ||
	    is_as_before(&p->request, &claim, err);
}

static bool
is_for_runner(
    const struct permit *p, const struct next *next, struct error *err)
{
	return !run_is_told(p->run) ||
	    error_set(err, "step %s is done by the monitor itself",
		plan_step(p->plan, next->step)->label);
}

/* What was told is of steps that came before, and of no others. */
static bool
is_all(const char *told, struct error *err)
{
	return told == NULL || *told == '\0' ||
	    error_set(err, "it was told of a step whose turn it is not");
}

/* Follows the run from its results to the step that is next. */
static bool
is_next(struct permit *p, const struct state *s, const char *key,
    struct place *place, struct error *err)
{
	const char *told = p->request.told;
	char asked[KEY_BYTES];

	*place = (struct place){ .is_first = true };
	gates_begin(&p->gates);
	for (;;) {
		struct next next = run_next(p->run);
		bool is_told = run_is_told(p->run);

		if (!follow_key(p->key.run, &next, asked))
			return error_set(err, "the run has ended");
		if (strcmp(asked, key) == 0)
			return is_for_runner(p, &next, err) &&
			    is_all(told, err);
		if (!follow_result(s, p->run, &next, asked, &told))
			return is_all(told, err) && halt_make(p, s, asked, err);
		if (is_told)
			gates_told(&p->gates, p, &next);
		else if (!learn(p, s, asked, place, err))
			return false;
	}
}

/* Counted and claimed under one lock: of a hundred at once none is missed. */
static bool
is_warranted(struct permit *p, const struct state *s, const struct place *place,
    struct error *err)
{
	if (place->has_warrant)
		return true;
	if (p->lock < 0)
		p->lock = state_lock(s, err);
	return p->lock >= 0 && warrant_find(p, s, place->is_first, err);
}

static bool
is_permitted(
    struct permit *p, const struct state *s, const char *key, struct error *err)
{
	struct place place;

	if (!is_listed(p, err))
		return false;
	p->plan = plan_new(&p->pin->procedure, &p->pin->service.params, err);
	if (p->plan == NULL)
		return false;
	p->run = run_new(p->plan);
	if (p->run == NULL)
		return error_set(err, "out of memory");
	return is_next(p, s, key, &place, err) &&
	    gates_are_open(&p->gates, p, s, err) &&
	    is_warranted(p, s, &place, err) && time_left_find(p, s, err) &&
	    program_find(p, s, err);
}

/* Of two that store it at once, one finds the other's, which is the same. */
static enum permit_answer
store_pin(const struct permit *p, const struct state *s,
    const struct text *canonical, struct error *err)
{
	struct error why;

	if (canonical->length == 0 ||
	    file_place(s->pins, p->key.run, text_str(canonical),
		canonical->length, FILE_NEW, &why) != FILE_FAILED)
		return PERMIT_GIVEN;
	(void)error_set(err, "the pin cannot be stored: %s", why.text);
	return PERMIT_STORAGE;
}

enum permit_answer
permit_ask(struct permit *p, const struct state *s, const char *config,
    const char *key, struct error *err)
{
	struct text canonical = text_new(PIN_MAX_BYTES);
	enum permit_answer answer = PERMIT_REFUSED;

	p->lock = -1;
	p->replaced_ms = INT64_MAX;
	if (!key_parse(key, &p->key))
		(void)error_set(err, "the key is malformed");
	else
		answer = read_request(p, s, key, err);
	if (answer == PERMIT_GIVEN) {
		answer = PERMIT_REFUSED;
		if (is_current(p, s, key, err) &&
		    find_pin(p, s, config, &canonical, err) &&
		    is_permitted(p, s, key, err))
			answer = store_pin(p, s, &canonical, err);
	}
	text_free(&canonical);
	return answer;
}

void
permit_unlock(struct permit *p)
{
	state_unlock(p->lock);
	p->lock = -1;
}

void
permit_free(struct permit *p)
{
	permit_unlock(p);
	who_clear(&p->user);
	text_free(&p->order);
	command_clear(&p->command);
	run_free(p->run);
	plan_free(p->plan);
	pin_free(p->pin);
}

bool
permit_stands(const struct permit *p, const struct state *s)
{
	return file_exists(s->requests, p->request.key);
}

const struct step_settings *
permit_step(const struct permit *p)
{
	return plan_step(p->plan, p->key.step)->settings;
}
