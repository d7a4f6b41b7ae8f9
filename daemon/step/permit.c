#include "daemon/step/permit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/budget.h"
#include "daemon/step/program.h"

static enum permit_answer
read_request(
    struct permit *p, const struct state *s, const char *key, struct error *err)
{
	struct error why;
	enum file_status status = file_read(s->requests, key, s->requests_owner,
	    p->request_file, REQUEST_MAX_BYTES, &p->request_length, &why);

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

static bool
make_pin(struct permit *p, const char *config_folder, struct text *canonical,
    struct error *err)
{
	struct strings files = { p->request.files, p->request.file_count };
	struct error why;

	p->pin = pin_from_files(config_folder, &files, p->request.service,
	    p->request.procedure, geteuid(), canonical, &why);
	if (p->pin == NULL)
		return error_set(
		    err, "the configuration is refused: %s", why.text);
	if (!text_ok(canonical) ||
	    !has_digest(p, text_str(canonical), canonical->length))
		return error_set(err,
		    "the configuration was changed after the run was planned");
	return true;
}

/* canonical stays empty when the run has its pin already. */
static bool
find_pin(struct permit *p, const struct state *s, const char *config_folder,
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
		ok = make_pin(p, config_folder, canonical, err);
	free(bytes);
	return ok;
}

static bool
is_listed(const struct permit *p, const struct state *s, struct error *err)
{
	const struct request *r = &p->request;

	if (strcmp(p->pin->service.name, r->service) != 0 ||
	    strcmp(p->pin->procedure.name, r->procedure) != 0)
		return error_set(
		    err, "the run is of another service or procedure");
	if (r->parent != NULL)
		return escalation_is_known(p, s, err);
	if (!strings_contain(&p->pin->service.procedures, r->procedure))
		return error_set(err, "service %s lists no procedure %s",
		    r->service, r->procedure);
	return true;
}

/* The key that a run asks for; false when it asks for none. */
static bool
asked_key(const struct permit *p, const struct next *next, char text[KEY_BYTES])
{
	struct key key = { .step = next->step, .attempt = next->attempt };

	if (next->kind == NEXT_FINISHED)
		return false;
	if (next->kind == NEXT_CHECK)
		key.check = next->check;
	memcpy(key.run, p->key.run, sizeof(key.run));
	key_text(&key, text);
	return true;
}

/* Tells the run what a result says; false when there is no good one. */
static bool
replay(struct permit *p, const struct state *s, const struct next *next,
    const char *key)
{
	static char buffer[RESULT_MAX_BYTES + 1];
	struct result result;
	struct step_ended ended = { .step = next->step,
		.attempt = next->attempt,
		.check = next->kind == NEXT_CHECK ? next->check : 0 };

	if (!state_read_result(s, key, &result, buffer) ||
	    !step_outcome_parse(result.outcome, &ended.outcome))
		return false;
	ended.exit_status = (int)result.exit_status;
	ended.capture = result.capture;
	return run_step_ended(p->run, &ended, result.ended_ms);
}

/* Follows the run from its results to the step that is next. */
static bool
is_next(struct permit *p, const struct state *s, const char *key, bool *first,
    struct error *err)
{
	char asked[KEY_BYTES];

	*first = true;
	for (;;) {
		struct next next = run_next(p->run);

		if (!asked_key(p, &next, asked))
			return error_set(err, "the run has ended");
		if (strcmp(asked, key) == 0)
			return true;
		if (!replay(p, s, &next, asked))
			return error_set(err,
			    "it is not its turn: the run is at step %u, "
			    "attempt %u",
			    next.step + 1, next.attempt);
		*first = false;
	}
}

static bool
is_permitted(
    struct permit *p, const struct state *s, const char *key, struct error *err)
{
	bool first;

	if (!is_listed(p, s, err))
		return false;
	p->plan = plan_new(&p->pin->procedure, &p->pin->service.params, err);
	if (p->plan == NULL)
		return false;
	p->run = run_new(p->plan);
	if (p->run == NULL)
		return error_set(err, "out of memory");
	if (!is_next(p, s, key, &first, err))
		return false;
	if (first && strcmp(p->request.cause, "automatic") == 0 &&
	    !budget_allows(p, s, err))
		return false;
	return program_find(p, err);
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
permit_ask(struct permit *p, const struct state *s, const char *config_folder,
    const char *key, struct error *err)
{
	struct text canonical = text_new(PIN_MAX_BYTES);
	enum permit_answer answer = PERMIT_REFUSED;

	if (!key_parse(key, &p->key))
		(void)error_set(err, "the key is malformed");
	else
		answer = read_request(p, s, key, err);
	if (answer == PERMIT_GIVEN) {
		answer = PERMIT_REFUSED;
		if (is_current(p, s, key, err) &&
		    find_pin(p, s, config_folder, &canonical, err) &&
		    is_permitted(p, s, key, err))
			answer = store_pin(p, s, &canonical, err);
	}
	text_free(&canonical);
	return answer;
}

void
permit_free(struct permit *p)
{
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
