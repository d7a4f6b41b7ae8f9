#include "daemon/step/approved.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/history.h"
#include "executor/approval.h"
#include "executor/told.h"

/* NULL is only like NULL. */
static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What a person is looked for to have approved: the run, or a step of it. */
struct wanted {
	const char *gate; /* label of the step; NULL: the run */
	const struct strings *groups;
};

static bool
is_about_this(const struct permit *p, const struct wanted *w,
    const struct approval *a, struct error *err)
{
	const struct request *r = &p->request;
	const struct {
		const char *what;
		const char *approved;
		const char *asked;
	} parts[] = {
		{ "incident", a->incident, r->incident },
		{ "service", a->service, r->service },
		{ "procedure", a->procedure, r->procedure },
		{ "target version", a->target_version, r->target_version },
		{ "configuration", a->digest, r->digest },
		{ "step", a->gate, w->gate },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!is_same(parts[i].approved, parts[i].asked))
			return error_set(err, "the approval is of another %s",
			    parts[i].what);
	return true;
}

static bool
is_current(const struct approval *a, const struct state *s, struct error *err)
{
	int64_t left_ms = a->not_after_ms - host_boot_ms();

	if (strcmp(a->boot_id, s->boot_id) != 0)
		return error_set(err, "the approval is of another boot");
	if (left_ms < 0)
		return error_set(err, "the approval has expired");
	return left_ms <= APPROVED_SPAN_MAX_MS ||
	    error_set(err, "the approval is for longer than a week");
}

/* Root counts as every role; the monitor as none. */
static bool
has_a_say(const struct strings *groups, const struct state *s, uid_t uid,
    struct error *err)
{
	struct who w;
	bool may;

	if (uid == s->monitor_uid)
		return error_set(err, "the monitor cannot approve");
	if (uid == 0)
		return true;
	may = who_numbered(&w, uid, err);
	if (may && !who_is_in(&w, groups))
		may = error_set(err,
		    "%s may not approve it: it takes a member of %s%s", w.name,
		    groups->count == 0 ? "no group" : groups->items[0],
		    groups->count > 1 ? " or another of its roles" : "");
	who_clear(&w);
	return may;
}

struct uses {
	const struct permit *permit;
	const char *warrant;
	bool found;
};

static bool
saw(void *arg, const struct key *key, const struct claim *claim)
{
	struct uses *uses = arg;

	uses->found = claim->refusal == NULL && claim->warrant != NULL &&
	    strcmp(claim->warrant, uses->warrant) == 0 &&
	    strcmp(key->run, uses->permit->key.run) != 0;
	return !uses->found;
}

static bool
is_unused(const struct permit *p, const struct state *s, struct error *err)
{
	struct uses uses = { .permit = p, .warrant = p->warrant };

	if (!history_read(s, APPROVED_SPAN_MAX_MS, saw, &uses, err))
		return false;
	return !uses.found ||
	    error_set(err, "the approval was of another run, which has begun");
}

/* The gate that was passed, by another run of that incident and procedure. */
struct passes {
	const struct permit *permit;
	unsigned step;
	bool found;
};

static bool
says_done(const char *told, unsigned step)
{
	struct told_step entry;

	while (told != NULL && told_take(&told, &entry))
		if (entry.step == step &&
		    strcmp(entry.outcome, step_outcome_word(STEP_DONE)) == 0)
			return true;
	return false;
}

static bool
saw_pass(void *arg, const struct key *key, const struct claim *claim)
{
	static char bytes[REQUEST_MAX_BYTES + 1];
	struct passes *passes = arg;
	const struct permit *p = passes->permit;
	struct request before;
	struct error why;

	/* To undo takes nobody's word. */
	if (claim->refusal != NULL || key->undo > 0 || claim->request == NULL ||
	    claim->request_length > REQUEST_MAX_BYTES ||
	    strcmp(key->run, p->key.run) == 0 ||
	    !is_same(claim->incident, p->request.incident))
		return true;
	memcpy(bytes, claim->request, claim->request_length);
	bytes[claim->request_length] = '\0';
	passes->found =
	    step_request_parse(&before, bytes, claim->request_length, &why) &&
	    strcmp(before.digest, p->request.digest) == 0 &&
	    says_done(before.told, passes->step);
	return !passes->found;
}

/* Of one digest the steps have the same numbers. */
static bool
is_passed_once(const struct permit *p, const struct state *s, unsigned step,
    struct error *err)
{
	struct passes passes = { .permit = p, .step = step };

	if (!history_read(s, APPROVED_SPAN_MAX_MS, saw_pass, &passes, err))
		return false;
	return !passes.found ||
	    error_set(err,
		"the approval of step %s was of another run, which has begun",
		plan_step(p->plan, step)->label);
}

/* Named for the incident, which is a ULID and thus fit for a file name. */
static bool
is_of(const char *name, const char *incident)
{
	size_t length = strlen(incident);

	return strncmp(name, incident, length) == 0 &&
	    (name[length] == '\0' || name[length] == '.');
}

/* For the claim; a step's stands behind no run's. */
static void
keep_warrant(
    struct permit *p, const struct wanted *w, const char *digest, uid_t uid)
{
	if (w->gate == NULL)
		(void)snprintf(p->warrant, sizeof(p->warrant),
		    APPROVED_WORD " %s %u", digest, (unsigned)uid);
	else if (p->warrant[0] == '\0')
		(void)snprintf(p->warrant, sizeof(p->warrant),
		    APPROVED_GATE_WORD " %s %u", digest, (unsigned)uid);
}

static bool
is_approval(struct permit *p, const struct state *s, const struct wanted *w,
    const char *name, struct error *err)
{
	char bytes[APPROVAL_MAX_BYTES + 1];
	char digest[DIGEST_TEXT_BYTES];
	struct approval approval;
	struct error why;
	size_t length;
	uid_t uid;

	if (file_read_signed(s->approvals, name, &uid, bytes,
		APPROVAL_MAX_BYTES, &length, &why) != FILE_OK)
		return error_set(err, "the approval is refused: %s", why.text);
	digest_text(bytes, length, digest);
	if (!has_a_say(w->groups, s, uid, err))
		return false;
	if (!approval_parse(&approval, bytes, length, &why))
		return error_set(err, "the approval is refused: %s", why.text);
	if (!is_about_this(p, w, &approval, err) ||
	    !is_current(&approval, s, err))
		return false;
	keep_warrant(p, w, digest, uid);
	/* A step's warrant may stand behind that of the run: see below. */
	return w->gate != NULL || is_unused(p, s, err);
}

/* Whoever may leave files there may leave many: one that is good is enough. */
static bool
find(struct permit *p, const struct state *s, const struct wanted *w,
    struct error *err)
{
	int fd = openat(s->approvals, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	if (w->gate == NULL)
		(void)error_set(err, "nobody has approved it");
	else
		(void)error_set(err, "nobody has approved step %s", w->gate);
	if (entries == NULL) {
		if (fd >= 0)
			(void)close(fd); /* was only read */
		return error_set(err, "the approvals cannot be listed");
	}
	while (!found && (entry = readdir(entries)) != NULL)
		found = is_of(entry->d_name, p->request.incident) &&
		    is_approval(p, s, w, entry->d_name, err);
	(void)closedir(entries); /* was only read */
	return found;
}

bool
approved_by(struct permit *p, const struct state *s, struct error *err)
{
	const struct wanted run = { .groups = &p->pin->authority.groups };
	bool found = find(p, s, &run, err);

	if (!found)
		p->warrant[0] = '\0';
	return found;
}

bool
approved_gate(
    struct permit *p, const struct state *s, unsigned step, struct error *err)
{
	const struct plan_step *gate = plan_step(p->plan, step);
	const struct wanted w = {
		.gate = gate->label,
		.groups = pin_gate_groups(p->pin, gate->settings->role),
	};

	if (w.groups == NULL)
		return error_set(err, "step %s asks no role", gate->label);
	return find(p, s, &w, err) && is_passed_once(p, s, step, err);
}
