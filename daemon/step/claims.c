#include "daemon/step/claims.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/failpoint.h"
#include "daemon/host/files.h"
#include "daemon/host/host.h"

/* That of the key's run, which the monitor may have left; -1: none. */
static int
open_pin(const struct state *s, const char *name)
{
	struct key key;

	if (!key_parse(name, &key))
		return -1;
	return openat(
	    s->pins, key.run, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static bool
store(
    int fd, const struct state *s, const struct claim *claim, struct error *err)
{
	int pin = open_pin(s, claim->key);
	const int fds[] = { fd, s->claims, s->pins, pin };
	struct text file = text_new(CLAIM_MAX_BYTES);
	bool ok;

	claim_write(&file, claim);
	ok = text_ok(&file) && write_all(fd, text_str(&file), file.length);
	text_free(&file);
	if (!ok)
		(void)error_set(
		    err, "the claim cannot be stored: %s", strerror(errno));
	/* The run's pin stands there since a moment ago. */
	ok = ok && files_sync(fds, pin < 0 ? 3 : 4, err);
	if (pin >= 0)
		(void)close(pin); /* was only synced */
	return ok;
}

/* The lock before the claim: who finds a claim without it has a dead one. */
static enum claim_status
take(const struct state *s, const struct claim *claim, struct error *err)
{
	int lock = state_lock_key(s, claim->key);
	int fd = -1;

	if (lock < 0 && errno == EWOULDBLOCK)
		return CLAIM_HELD;
	if (lock >= 0)
		fd = openat(s->claims, claim->key,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
			(BUG(CLAIM_TWICE) ? O_TRUNC : O_EXCL),
		    0600);
	if (fd < 0 && lock >= 0 && errno == EEXIST)
		return CLAIM_HELD;
	if (fd < 0 || !state_show(s, fd)) {
		(void)error_set(
		    err, "the claim cannot be made: %s", strerror(errno));
		return fd < 0 ? CLAIM_FAILED : CLAIM_TORN;
	}
	/* A reaper may have come first and called it interrupted. */
	if (file_exists(s->results, claim->key))
		return CLAIM_HELD;
	return store(fd, s, claim, err) ? CLAIM_TAKEN : CLAIM_TORN;
}

enum claim_status
claim_take(const struct state *s, const struct permit *p, const char *key,
    const char *refusal, struct error *err)
{
	const struct request *r = &p->request;
	struct host_process self = { .pid = 0 };
	struct claim claim = {
		.key = key,
		.boot_id = s->boot_id,
		.pid = getpid(),
		.claimed_ms = host_boot_ms(),
		.wall_ms = host_wall_ms(),
		.refusal = refusal,
	};
	enum claim_status status;

	(void)host_process(getpid(), &self);
	claim.start_time = self.start_time;
	if (p->has_request) {
		if (refusal == NULL)
			claim.warrant =
			    p->warrant[0] == '\0' ? "run" : p->warrant;
		claim.service = r->service;
		claim.procedure = r->procedure;
		claim.cause = r->cause;
		claim.incident = r->incident;
		claim.parent = r->parent;
		claim.request = p->request_file;
		claim.request_length = p->request_length;
	}
	FAILPOINT("runner.before-claim");
	status = take(s, &claim, err);
	FAILPOINT("runner.after-claim");
	return status;
}
