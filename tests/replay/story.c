#include "tests/replay/story.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "tests/replay/crowd.h"
#include "tests/replay/settings.h"
#include "tests/replay/world.h"

#define WORDS_MAX 16
#define LINE_MAX_BYTES 1024

/* One line, taken apart. */
struct line {
	struct world *world;
	char text[LINE_MAX_BYTES];
	char *words[WORDS_MAX];
	size_t count;
	const char *rest; /* behind a ": ", not taken apart */
};

static bool
bad(const struct line *l, struct error *err)
{
	return error_set(err, "not understood: %s", l->text);
}

static const char *
word(const struct line *l, size_t i)
{
	return i < l->count ? l->words[i] : "";
}

static bool
is(const struct line *l, size_t i, const char *text)
{
	return strcmp(word(l, i), text) == 0;
}

static bool
sample_of(char letter, int64_t asked_ms, int64_t answered_ms, struct sample *s)
{
	*s =
	    (struct sample){ .asked_ms = asked_ms, .answered_ms = answered_ms };
	if (letter == 'o')
		s->outcome = SAMPLE_OK;
	else if (letter == 'x')
		s->outcome = SAMPLE_FAILED;
	else if (letter == '-')
		s->outcome = SAMPLE_LOST;
	else
		return false;
	if (s->outcome != SAMPLE_OK)
		s->failure =
		    s->outcome == SAMPLE_LOST ? "ours.route" : "http.status";
	return true;
}

static bool
on_every(struct line *l, struct error *err)
{
	bool verify = is(l, 2, "verify");
	const char *probe = word(l, verify ? 3 : 2);
	int64_t apart_ms;

	if (!duration_parse(word(l, 1), &apart_ms))
		return bad(l, err);
	for (const char *c = word(l, verify ? 4 : 3); *c != '\0'; c++) {
		struct sample s;
		int64_t now_ms;

		world_wait(l->world, apart_ms);
		now_ms = world_now_ms(l->world);
		if (*c == '_')
			continue;
		if (!sample_of(*c, now_ms, now_ms, &s))
			return bad(l, err);
		if (!(verify ? world_verify_sample(l->world, probe, &s) :
			       world_sample(l->world, probe, &s)))
			return bad(l, err);
	}
	return true;
}

static bool
on_late(struct line *l, struct error *err)
{
	bool verify = is(l, 1, "verify");
	const char *probe = word(l, 1 + verify);
	int64_t asked_ms;
	struct sample s;

	if (!is(l, 3 + verify, "asked") ||
	    !duration_parse(word(l, 4 + verify), &asked_ms) ||
	    !sample_of(
		word(l, 2 + verify)[0], asked_ms, world_now_ms(l->world), &s))
		return bad(l, err);
	if (!(verify ? world_verify_sample(l->world, probe, &s) :
		       world_sample(l->world, probe, &s)))
		return bad(l, err);
	return true;
}

static bool
on_deploy(struct line *l, struct error *err)
{
	bool verified = is(l, l->count - 1, "verified");
	bool previous = is(l, 2, "previous");

	if (l->rest != NULL && is(l, l->count - 1, "incompatible")) {
		world_deploy_incompatible(l->world, word(l, 1),
		    previous ? word(l, 3) : NULL, l->rest);
		return true;
	}
	if (l->count != 2U + verified + 2U * previous)
		return bad(l, err);
	world_deploy(
	    l->world, word(l, 1), previous ? word(l, 3) : NULL, verified);
	return true;
}

static bool
on_mark(struct line *l, struct error *err)
{
	return world_mark(l->world, word(l, 1), word(l, 2),
		   l->rest == NULL ? "" : l->rest) ||
	    bad(l, err);
}

static bool
on_answers(struct line *l, struct error *err)
{
	(void)err;
	world_answers(l->world,
	    l->rest != NULL   ? l->rest :
		is(l, 1, "-") ? NULL :
				word(l, 1));
	return true;
}

static bool
on_versions(struct line *l, struct error *err)
{
	(void)err;
	world_tell_versions(l->world);
	return true;
}

static bool
on_wait(struct line *l, struct error *err)
{
	int64_t ms;

	if (!duration_parse(word(l, 1), &ms))
		return bad(l, err);
	world_wait(l->world, ms);
	return true;
}

static bool
on_tilt(struct line *l, struct error *err)
{
	int64_t ms;

	if (!duration_parse(word(l, 1), &ms))
		return bad(l, err);
	world_tilt(l->world, ms);
	return true;
}

static bool
on_step(struct line *l, struct error *err)
{
	const char *output = is(l, 2, "printing") ? word(l, 3) : NULL;
	enum step_outcome outcome;
	int status;

	if (!step_outcome_parse(word(l, 1), &outcome))
		return bad(l, err);
	status = outcome == STEP_DONE ? 0 : 1;
	return world_step_ended(l->world, outcome, status, output) ||
	    error_set(err, "no step was asked for: %s", l->text);
}

static bool
on_hold(struct line *l, struct error *err)
{
	int64_t ms = 0;

	if (l->count > 2 && !duration_parse(word(l, 2), &ms))
		return bad(l, err);
	if (l->rest == NULL)
		return bad(l, err);
	world_hold(l->world, word(l, 1), ms, l->rest);
	return true;
}

static bool
on_release(struct line *l, struct error *err)
{
	(void)err;
	world_hold(l->world, NULL, 0, NULL);
	return true;
}

static bool
on_order(struct line *l, struct error *err)
{
	return world_order(
		   l->world, l->count > 2 ? word(l, 2) : NULL, word(l, 1)) ||
	    error_set(err, "one is on already: %s", l->text);
}

static bool
on_abort(struct line *l, struct error *err)
{
	return world_abort(l->world, l->rest == NULL ? "" : l->rest) ||
	    error_set(err, "nothing to abort: %s", l->text);
}

static bool
on_restart(struct line *l, struct error *err)
{
	(void)err;
	world_restart(l->world);
	return true;
}

static bool
on_crash(struct line *l, struct error *err)
{
	(void)err;
	world_crash(l->world);
	return true;
}

static bool
on_reload(struct line *l, struct error *err)
{
	(void)err;
	world_reload(l->world);
	return true;
}

static bool
on_store(struct line *l, struct error *err)
{
	if (!is(l, 1, "fails") && !is(l, 1, "works"))
		return bad(l, err);
	world_set_store_fails(l->world, is(l, 1, "fails"));
	return true;
}

static bool
on_shadow(struct line *l, struct error *err)
{
	if (!is(l, 1, "on") && !is(l, 1, "off"))
		return bad(l, err);
	world_set_shadow(l->world, is(l, 1, "on"));
	return true;
}

static bool
on_witness(struct line *l, struct error *err)
{
	if (is(l, 1, "seen")) {
		world_witness_asked(l->world);
		return true;
	}
	if (!is(l, 1, "answers") && !is(l, 2, "fails"))
		return bad(l, err);
	world_set_blind_witness(l->world, is(l, 2, "fails") ? "gateway" : NULL);
	return true;
}

static bool
on_lock(struct line *l, struct error *err)
{
	(void)err;
	world_set_lock_holder(l->world, is(l, 1, "free") ? NULL : "frontend");
	return true;
}

/* "groups 4", "group 2 fails", "group 1..3 deployed" */
static bool
on_group(struct line *l, struct error *err)
{
	unsigned first = 0, last = 0;
	int read = sscanf(word(l, 1), "%u..%u", &first, &last);
	bool ok = is(l, 0, "groups") ?
	    crowd_gather(l->world, first) :
	    crowd_is(l->world, first, read == 2 ? last : first, word(l, 2));

	return (read > 0 && ok) || bad(l, err);
}

static const struct {
	const char *word;
	bool (*perform)(struct line *l, struct error *err);
} verbs[] = {
	{ "every", on_every },
	{ "late", on_late },
	{ "deploy", on_deploy },
	{ "mark", on_mark },
	{ "answers", on_answers },
	{ "versions", on_versions },
	{ "wait", on_wait },
	{ "step", on_step },
	{ "hold", on_hold },
	{ "release", on_release },
	{ "order", on_order },
	{ "abort", on_abort },
	{ "tilt", on_tilt },
	{ "restart", on_restart },
	{ "crash", on_crash },
	{ "reload", on_reload },
	{ "store", on_store },
	{ "shadow", on_shadow },
	{ "witness", on_witness },
	{ "lock", on_lock },
	{ "groups", on_group },
	{ "group", on_group },
};

static bool
perform(struct world *world, const char *text, struct error *err)
{
	struct line l = { .world = world };
	char apart[LINE_MAX_BYTES], *left, *rest;

	(void)snprintf(l.text, sizeof(l.text), "%s", text);
	(void)snprintf(apart, sizeof(apart), "%s", text);
	rest = strstr(apart, ": ");
	if (rest != NULL) {
		*rest = '\0';
		l.rest = rest + 2;
	}
	for (char *w = strtok_r(apart, " ", &left);
	     w != NULL && l.count < WORDS_MAX; w = strtok_r(NULL, " ", &left))
		l.words[l.count++] = w;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (is(&l, 0, verbs[i].word))
			return verbs[i].perform(&l, err);
	return bad(&l, err);
}

static bool
perform_all(
    struct world *world, const char *story, struct text *out, struct error *err)
{
	while (*story != '\0') {
		int length = (int)strcspn(story, "\n");
		char line[LINE_MAX_BYTES];

		(void)snprintf(line, sizeof(line), "%.*s", length, story);
		story += length + (story[length] == '\n');
		if (strncmp(line, "\t=>", 3) == 0)
			continue; /* that is for us to say */
		text_addf(out, "%s\n", line);
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (!perform(world, line, err))
			return false;
	}
	return true;
}

bool
replay_tell(const char *path, struct text *out, struct error *err)
{
	static const char divide[] = "\nstory\n";
	struct text file = text_new(STORY_MAX_BYTES);
	struct config *config = NULL;
	struct world *world = NULL;
	const char *story;
	bool ok = false;

	if (!settings_file(path, &file, err))
		goto out;
	story = strstr(text_str(&file), divide);
	if (story == NULL) {
		(void)error_set(err, "there is no line \"story\"");
		goto out;
	}
	story += strlen(divide);
	config = settings_load(text_str(&file),
	    (size_t)(story - text_str(&file)) - strlen(divide), err);
	if (config == NULL)
		goto out;
	text_add_bytes(out, text_str(&file), (size_t)(story - text_str(&file)));
	world = world_new(config, out);
	ok = perform_all(world, story, out, err);
	world_free(world);
out:
	config_free(config);
	text_free(&file);
	return ok;
}
