/*
 * pin.h - procedure and parameters as one canonical text.
 *
 * The monitor hashes it when it plans a run; the runner makes it again from
 * the configuration files, compares the hash, keeps the text, and reads only
 * that for the rest of the run.  The text is itself configuration syntax.
 */
#ifndef CONFIG_PIN_H
#define CONFIG_PIN_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

#define PIN_MAX_BYTES (256 * 1024)

/* By whose word the procedure is carried out for the service. */
struct pin_authority {
	bool is_automatic;      /* nobody's: see service/authority.h */
	enum severity severity; /* else of those who may act on that: */
	struct strings groups;  /* Unix groups, sorted */
	bool is_drill;          /* breaks it on purpose, or undoes that */
	/*
	 * By the severity whose role approval steps of the procedure name: the
	 * groups of those who may let the run pass.
	 */
	struct strings gates[SEVERITY_COUNT];
};

/*
 * What a pin says.  Lives in its arena.  Of the service: name, environment,
 * group, params, cooldown_ms and, in procedures, every procedure that its
 * rules name or that it lists itself, sorted.
 */
struct pin {
	struct arena *arena;
	/*
	 * Procedures that rules run when all is well again, and no others do:
	 * sorted.  What another procedure did keeps none of them waiting.
	 */
	struct strings cleared;
	struct pin_authority authority;
	struct limits_settings limits;
	struct service_settings service;
	struct procedure_settings procedure;
};

/*
 * Appends the canonical text of a procedure as it will run for a service.  Of
 * the configuration, which may be NULL, roles and limits count.
 */
void pin_text(struct text *out, const struct config *c,
    const struct service_settings *service,
    const struct procedure_settings *procedure);

/* The text that a pin was read from. */
void pin_write(struct text *out, const struct pin *p);

/*
 * The files that pin_from_files() needs for it, by their paths beneath the
 * main file's folder, the main file first.  Borrowed.  False: more than max.
 */
bool pin_files(const struct config *c, const struct service_settings *service,
    const struct procedure_settings *procedure, const char **files, size_t max,
    size_t *count);

/*
 * The same from files, for the runner: opens the named files beneath the
 * folder and no others, refuses what root or owner_uid does not own, and
 * takes one service (its templates resolved) and one procedure from them.  The
 * first file is the main one and must include all others, so that a file that
 * somebody left there to look at later counts for nothing.  canonical may be
 * NULL, else the text is appended.
 */
struct pin *pin_from_files(const char *folder, const struct strings *files,
    const char *service, const char *procedure, uint32_t owner_uid,
    struct text *canonical, struct error *err);

/*
 * The groups of those who may let a run pass an approval step of that role;
 * NULL: it is no such role.
 */
const struct strings *pin_gate_groups(const struct pin *p, const char *role);

struct pin *pin_parse(const char *bytes, size_t length, struct error *err);
void pin_free(struct pin *p);

#endif
