#include "daemon/step/approved.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"
#include "daemon/step/history.h"
#include "executor/approval.h"

/* NULL is only like NULL. */
static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_about_this(
    const struct permit *p, const struct approval *a, struct error *err)
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
has_a_say(
    const struct permit *p, const struct state *s, uid_t uid, struct error *err)
{
	const struct strings *groups = &p->pin->authority.groups;
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

/* Named for the incident, which is a ULID and thus fit for a file name. */
static bool
read_file(const struct permit *p, const struct state *s, char *bytes,
    size_t *length, uid_t *uid, struct error *err)
{
	struct error why;
	enum file_status status = file_read_signed(s->approvals,
	    p->request.incident, uid, bytes, APPROVAL_MAX_BYTES, length, &why);

	if (status == FILE_MISSING)
		return error_set(err, "nobody has approved it");
	return status == FILE_OK ||
	    error_set(err, "the approval is refused: %s", why.text);
}

bool
approved_by(struct permit *p, const struct state *s, struct error *err)
{
	char bytes[APPROVAL_MAX_BYTES + 1];
	char digest[DIGEST_TEXT_BYTES];
	struct approval approval;
	struct error why;
	size_t length;
	uid_t uid;

	if (!read_file(p, s, bytes, &length, &uid, err))
		return false;
	digest_text(bytes, length, digest);
	if (!has_a_say(p, s, uid, err))
		return false;
	if (!approval_parse(&approval, bytes, length, &why))
		return error_set(err, "the approval is refused: %s", why.text);
	(void)snprintf(p->warrant, sizeof(p->warrant), APPROVED_WORD " %s %u",
	    digest, (unsigned)uid);
	return is_about_this(p, &approval, err) &&
	    is_current(&approval, s, err) && is_unused(p, s, err);
}
