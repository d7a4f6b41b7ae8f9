#include "service/versions.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "decision/decision.h"

#define SEQ_STEP 2 /* room for one that came before the newest */

/* As much of it as fits, and whole characters; from may be what to holds. */
static void
copy(char *to, size_t size, const char *from)
{
	size_t length = from == NULL ? 0 : strnlen(from, size);
	size_t good = 0, step = 1;

	if (length < size) {
		good = length;
		step = 0;
	}
	while (step > 0 && good < size - 1) {
		step = utf8_length(from + good, length - good);
		if (good + step > size - 1)
			break;
		good += step;
	}
	if (good > 0)
		memmove(to, from, good);
	to[good] = '\0';
}

#define COPY(to, from) copy((to), sizeof(to), (from))

static bool
says(const char *words)
{
	return words != NULL && words[0] != '\0';
}

void
versions_copy(struct versions *to, const struct versions *from)
{
	memcpy(to, from,
	    offsetof(struct versions, items) +
		from->count * sizeof(from->items[0]));
}

/* count: it is not there. */
static unsigned
find(const struct versions *v, const char *name)
{
	unsigned i = 0;

	while (i < v->count && strcmp(v->items[i].name, name) != 0)
		i++;
	return i;
}

/* The newest that is good or incompatible must be known whatever comes. */
static bool
is_needed(const struct versions *v, unsigned index)
{
	const struct version *x = &v->items[index];
	bool good = x->state == VERSION_GOOD;
	bool wall = x->incompatible[0] != '\0';

	for (unsigned i = 0; i < v->count; i++) {
		const struct version *y = &v->items[i];

		good = good && (i <= index || y->state != VERSION_GOOD);
		wall = wall &&
		    (y->incompatible[0] == '\0' || y->wall_seq <= x->wall_seq);
	}
	return good || wall || strcmp(x->name, v->now) == 0;
}

static void
drop(struct versions *v, unsigned index)
{
	v->count--;
	memmove(&v->items[index], &v->items[index + 1],
	    (v->count - index) * sizeof(v->items[0]));
}

static void
drop_oldest(struct versions *v)
{
	unsigned i = 0;

	/* At most three are needed. */
	while (is_needed(v, i))
		i++;
	assert(i < v->count);
	drop(v, i);
}

/* Makes one that was not known, at that place or as near as can be. */
static struct version *
insert(struct versions *v, unsigned index, const char *name)
{
	struct version *x;
	unsigned before = v->count;

	if (v->count == VERSIONS_MAX)
		drop_oldest(v);
	if (v->count < before && index > 0)
		index--;
	x = &v->items[index];
	memmove(x + 1, x, (v->count - index) * sizeof(*x));
	v->count++;
	v->seq += SEQ_STEP;
	*x = (struct version){ .state = VERSION_NAMED,
		.seq = v->seq,
		.placed_ms = NEVER_MS,
		.judged_ms = NEVER_MS };
	COPY(x->name, name);
	return x;
}

/* Makes it the newest. */
static struct version *
place(struct versions *v, const char *name)
{
	unsigned i = find(v, name);
	struct version moved;

	if (i == v->count)
		return insert(v, v->count, name);
	moved = v->items[i];
	drop(v, i);
	v->items[v->count] = moved;
	return &v->items[v->count++];
}

static void
judge(
    struct version *x, enum version_state state, const char *why, int64_t at_ms)
{
	x->state = state;
	COPY(x->why, why);
	x->judged_ms = at_ms;
}

/* The one that a deployment says was in place before it. */
static void
name_previous(struct versions *v, const char *previous, const char *version,
    int64_t at_ms)
{
	char why[VERSION_WHY_MAX];

	if (find(v, previous) < v->count)
		return;
	(void)snprintf(
	    why, sizeof(why), "said to have come before %.100s", version);
	judge(insert(v, v->count, previous), VERSION_NAMED, why, at_ms);
}

void
versions_deployed(struct versions *v, const struct versions_deployment *d)
{
	char version[VERSION_MAX], previous[VERSION_MAX];
	struct version *x;

	COPY(version, d->version); /* they may be texts of v */
	COPY(previous, d->previous);
	if (says(previous) && strcmp(previous, version) != 0)
		name_previous(v, previous, version, d->at_ms);
	x = place(v, version);
	COPY(x->by, d->by);
	v->seq += SEQ_STEP;
	x->seq = v->seq;
	if (says(d->incompatible)) {
		COPY(x->incompatible, d->incompatible);
		x->wall_seq = x->seq;
	}
	x->placed_ms = d->at_ms;
	judge(x, d->verified ? VERSION_GOOD : VERSION_DEPLOYED,
	    d->verified ? "deployed as verified" : "", d->at_ms);
	if (!d->was_ill)
		v->suspect[0] = '\0';
	else if (v->suspect[0] == '\0' && strcmp(v->now, version) != 0)
		COPY(v->suspect, v->now);
	COPY(v->previous, says(previous) ? previous : v->now);
	COPY(v->hint, previous);
	COPY(v->now, version);
	v->is_back = v->is_astray = false;
	versions_choose(v);
}

void
versions_found(struct versions *v, const char *version, int64_t at_ms)
{
	bool is_known = find(v, version) < v->count;
	struct version *x;

	if (strcmp(version, v->now) == 0)
		return;
	x = place(v, version);
	if (!is_known)
		judge(x, VERSION_DEPLOYED, "", at_ms);
	if (v->now[0] != '\0')
		COPY(v->previous, v->now);
	COPY(v->now, x->name);
	v->is_astray = false;
	versions_choose(v);
}

void
versions_well(struct versions *v)
{
	v->suspect[0] = '\0';
	versions_choose(v);
}

bool
versions_soaks(const struct versions *v)
{
	unsigned i;

	if (v->now[0] == '\0')
		return false;
	i = find(v, v->now);
	return i < v->count &&
	    (v->items[i].state == VERSION_DEPLOYED ||
		v->items[i].state == VERSION_NAMED);
}

void
versions_soaked(
    struct versions *v, const char *version, const char *why, int64_t at_ms)
{
	unsigned i = find(v, version);

	if (i == v->count || v->items[i].state > VERSION_DEPLOYED)
		return;
	judge(&v->items[i], VERSION_GOOD, why, at_ms);
	versions_choose(v);
}

static void
lead_to(struct versions *v, const char *name, const struct versions_act *act)
{
	struct version *x = place(v, name);

	if (act->not_recovered)
		judge(x, VERSION_TRIED, act->why, act->at_ms);
	if (strcmp(v->now, x->name) != 0)
		COPY(v->previous, v->now);
	COPY(v->now, x->name);
}

void
versions_acted(struct versions *v, const struct versions_act *act)
{
	char from[VERSION_MAX], to[VERSION_MAX];
	unsigned i;

	COPY(from, says(act->from) ? act->from : v->now);
	COPY(to, act->now_at);
	if (to[0] != '\0' && strcmp(to, from) == 0)
		return; /* nothing has changed, nor is to be forgotten */
	i = find(v, from);
	if (i < v->count)
		judge(&v->items[i],
		    act->ordered ? VERSION_WITHDRAWN : VERSION_FAILED, act->why,
		    act->at_ms);
	v->is_back = true;
	v->is_astray = to[0] == '\0';
	v->hint[0] = v->suspect[0] = '\0';
	if (to[0] != '\0')
		lead_to(v, to, act);
	versions_choose(v);
}

bool
versions_may_be_marked(const struct versions *v, const char *version,
    enum version_mark mark, struct error *err)
{
	if ((mark != MARK_INCOMPATIBLE && mark != MARK_COMPATIBLE) ||
	    find(v, version) < v->count)
		return true;
	return error_set(err,
	    "version %s is not known: say it with deploy, when it goes out",
	    version);
}

/* One that nobody knew is the last before the one in place. */
static struct version *
to_be_marked(struct versions *v, const char *name)
{
	unsigned i = find(v, name), place_of_now = find(v, v->now);
	struct version *x;
	unsigned now;

	if (i < v->count)
		return &v->items[i];
	x = insert(v, place_of_now, name);
	now = find(v, v->now);
	if (now < v->count)
		x->seq = v->items[now].seq - 1;
	return x;
}

void
versions_mark(struct versions *v, const char *version, enum version_mark mark,
    const char *why, int64_t at_ms)
{
	struct version *x = to_be_marked(v, version);

	switch (mark) {
	case MARK_VERIFIED:
		judge(x, VERSION_GOOD, why, at_ms);
		break;
	case MARK_FAILED:
		judge(x, VERSION_WITHDRAWN, why, at_ms);
		break;
	case MARK_INCOMPATIBLE:
		COPY(x->incompatible, why);
		x->wall_seq = x->seq;
		break;
	case MARK_COMPATIBLE:
		x->incompatible[0] = '\0';
		break;
	case MARK_ROLLED_BACK:
		judge(x, VERSION_FAILED, why, at_ms);
		break;
	case MARK_NOT_RECOVERED:
		judge(x, VERSION_TRIED, why, at_ms);
		break;
	}
	versions_choose(v);
}

const struct version *
versions_find(const struct versions *v, const char *name)
{
	unsigned i = find(v, name);

	return i == v->count ? NULL : &v->items[i];
}

static const char *const state_words[] = {
	[VERSION_NAMED] = "named",
	[VERSION_DEPLOYED] = "deployed",
	[VERSION_GOOD] = "good",
	[VERSION_FAILED] = "failed",
	[VERSION_TRIED] = "not_recovered",
	[VERSION_WITHDRAWN] = "withdrawn",
};

const char *
version_state_word(enum version_state state)
{
	return state_words[state];
}

bool
version_state_parse(const char *word, enum version_state *state)
{
	for (*state = VERSION_NAMED; *state <= VERSION_WITHDRAWN; (*state)++)
		if (strcmp(word, state_words[*state]) == 0)
			return true;
	return false;
}

static const char *const mark_words[] = {
	[MARK_VERIFIED] = "verified",
	[MARK_FAILED] = "failed",
	[MARK_INCOMPATIBLE] = "incompatible",
	[MARK_COMPATIBLE] = "compatible",
	[MARK_ROLLED_BACK] = "rolled_back",
	[MARK_NOT_RECOVERED] = "not_recovered",
};

const char *
version_mark_word(enum version_mark mark)
{
	return mark_words[mark];
}

bool
version_mark_parse(const char *word, enum version_mark *mark)
{
	for (*mark = MARK_VERIFIED; *mark <= MARK_NOT_RECOVERED; (*mark)++)
		if (strcmp(word, mark_words[*mark]) == 0)
			return true;
	return false;
}
