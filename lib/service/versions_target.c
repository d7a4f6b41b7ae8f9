/* Where a rollback would go, and why not elsewhere. */
#include <string.h>

#include "service/versions.h"

/* So many are named with what speaks against them. */
#define TOLD_MAX 4

/*
 * The newest that came after it and cannot live with what was before.  One
 * that is not known (NULL) may have been before anything.
 */
static const struct version *
wall_after(const struct versions *v, const struct version *x)
{
	const struct version *wall = NULL;

	for (unsigned i = 0; i < v->count; i++) {
		const struct version *y = &v->items[i];

		if (y->incompatible[0] == '\0' || y == x ||
		    (x != NULL && x->seq >= y->wall_seq))
			continue;
		if (wall == NULL || y->wall_seq > wall->wall_seq)
			wall = y;
	}
	return wall;
}

static bool
obstacle(const struct versions *v, const struct version *x, bool ill,
    struct text *out)
{
	const struct version *wall = wall_after(v, x);
	const char *what = NULL;

	switch (x->state) {
	case VERSION_NAMED:
	case VERSION_GOOD:
		break;
	case VERSION_DEPLOYED:
		what = "was never verified";
		break;
	case VERSION_FAILED:
		what = "failed";
		break;
	case VERSION_TRIED:
		what = "was gone back to in vain";
		break;
	case VERSION_WITHDRAWN:
		what = "was withdrawn";
		break;
	}
	if (what == NULL && ill && strcmp(x->name, v->suspect) == 0)
		what = "was bad itself";
	if (strcmp(x->name, v->now) == 0)
		what = "is in place";
	if (what != NULL)
		text_add(out, what);
	else if (wall != NULL)
		text_addf(out, "is incompatible with %s (%s)", wall->name,
		    wall->incompatible);
	return what != NULL || wall != NULL;
}

bool
versions_obstacle(
    const struct versions *v, const struct version *x, struct text *out)
{
	return obstacle(v, x, false, out);
}

static bool
is_free(const struct versions *v, const struct version *x, bool ill)
{
	char buffer[NO_TARGET_MAX];
	struct text words = text_over(buffer, sizeof(buffer));

	return !obstacle(v, x, ill, &words);
}

static const struct version *
newest(const struct versions *v, enum version_state state, bool ill)
{
	for (unsigned i = v->count; i-- > 0;)
		if (v->items[i].state == state && is_free(v, &v->items[i], ill))
			return &v->items[i];
	return NULL;
}

static const struct version *
best(const struct versions *v, bool ill)
{
	const struct version *said = versions_find(v, v->hint);
	const struct version *good = newest(v, VERSION_GOOD, ill);

	if (said != NULL && said->state == VERSION_GOOD &&
	    is_free(v, said, ill))
		return said;
	return good != NULL ? good : newest(v, VERSION_NAMED, ill);
}

static void
add_candidates(const struct versions *v, bool ill, struct text *out)
{
	unsigned told = 0, more = 0;

	for (unsigned i = v->count; i-- > 0;) {
		const struct version *x = &v->items[i];

		if (strcmp(x->name, v->now) == 0)
			continue;
		if (told++ >= TOLD_MAX) {
			more++;
			continue;
		}
		text_addf(out, "%s%s ", told == 1 ? ": " : ", ", x->name);
		(void)obstacle(v, x, ill, out);
	}
	if (more > 0)
		text_addf(out, ", and %u more", more);
}

static void
explain(const struct versions *v, bool ill, struct text *out)
{
	if (v->count > 0 && v->now[0] == '\0')
		text_add(out, "it is not known which version is in place");
	else if (v->is_astray)
		text_add(out,
		    "the last rollback ended nobody knows where, and nothing "
		    "was deployed since");
	else if (v->is_back)
		text_addf(out,
		    "a rollback has led to %s already, and nothing was "
		    "deployed since",
		    v->now);
	else {
		text_add(out, VERSIONS_NONE_KNOWN);
		add_candidates(v, ill, out);
	}
}

static void
choose(const struct versions *v, bool ill, struct versions_way *way)
{
	struct text why = text_over(way->no_target, sizeof(way->no_target));
	const struct version *to = NULL;

	way->target[0] = way->no_target[0] = '\0';
	if (v->now[0] != '\0' && !v->is_back)
		to = best(v, ill);
	if (to != NULL)
		memcpy(way->target, to->name, sizeof(way->target));
	else
		explain(v, ill, &why);
}

void
versions_choose(struct versions *v)
{
	choose(v, false, &v->way);
	choose(v, true, &v->way_of_ill);
}

bool
versions_may_be_named(
    const struct versions *v, const char *name, struct error *err)
{
	const struct version *x = versions_find(v, name);
	const struct version *wall = wall_after(v, x);

	if (wall == NULL)
		return true;
	return error_set(err,
	    "version %s is %s %s, which is incompatible with what was before "
	    "it: %s; if that is no longer so: mark it --compatible",
	    name,
	    x == NULL ? "not known, and may be from before" : "from before",
	    wall->name, wall->incompatible);
}
