#include "control/verb.h"

#include <string.h>

#define READ_MS (INT64_C(30) * 1000)
#define ACT_MS (INT64_C(60) * 1000)
/* The longest time-out that a probe may have, and some. */
#define PROBE_MS (INT64_C(11) * 60 * 1000)

/* clang-format off */
static const struct verb verbs[VERB_COUNT] = {
	[VERB_STATUS] = { "status", RIGHT_READ, false, READ_MS, {
	  { "service", ARG_NAME, false, NULL, "SERVICE", 0, 0,
	    "only this one, with its probes" },
	  { "probes", ARG_FLAG, false, "--probes", NULL, 0, 0,
	    "the probes of every service" } }, 2,
	  "Show what the daemon and its services are doing." },
	[VERB_WHY] = { "why", RIGHT_READ, false, READ_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "which one" } }, 1,
	  "Explain the judgement of a service, and what would be done." },
	[VERB_HISTORY] = { "history", RIGHT_READ, false, READ_MS, {
	  { "service", ARG_NAME, false, NULL, "SERVICE", 0, 0,
	    "only this one" },
	  { "open", ARG_FLAG, false, "--open", NULL, 0, 0,
	    "only incidents that are not closed" },
	  { "limit", ARG_COUNT, false, "--limit", "N", 1, HISTORY_LIMIT_MAX,
	    "so many at most (default 20)" } }, 3,
	  "List incidents, the newest first." },
	[VERB_INCIDENT] = { "incident", RIGHT_READ, false, READ_MS, {
	  { "id", ARG_ULID, true, NULL, "ID", 0, 0,
	    "as history shows it" },
	  { "markdown", ARG_FLAG, false, "--markdown", NULL, 0, 0,
	    "the text of the report instead" } }, 2,
	  "Show all that is kept about an incident." },
	[VERB_DEPLOY] = { "deploy", RIGHT_ANY_ROLE, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "what was deployed" },
	  { "version", ARG_NAME, true, NULL, "VERSION", 0, 0,
	    "the release that runs now" },
	  { "previous", ARG_NAME, false, "--previous", "VERSION", 0, 0,
	    "what was in place before it" },
	  { "verified", ARG_FLAG, false, "--verified", NULL, 0, 0,
	    "this release is known to be good" },
	  { "incompatible", ARG_TEXT, false, "--incompatible", "TEXT", 0, 0,
	    "nothing before it can be gone back to, and why" },
	  { "began_ms", ARG_DURATION, false, "--began", "TIME",
	    0, DEPLOY_BEGAN_MAX_MS,
	    "so long ago (default: now); what was bad before is not its fault"
	  } }, 6,
	  "Tell the daemon that a version was deployed." },
	[VERB_VERSIONS] = { "versions", RIGHT_READ, false, READ_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "which one" } }, 1,
	  "Show the versions of a service, and what became of each." },
	[VERB_MARK] = { "mark", RIGHT_LEAD, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "which one" },
	  { "version", ARG_NAME, true, NULL, "VERSION", 0, 0,
	    "which one of its versions" },
	  { "verified", ARG_FLAG, false, "--verified", NULL, 0, 0,
	    "it is known to be good" },
	  { "failed", ARG_FLAG, false, "--failed", NULL, 0, 0,
	    "never go back to it" },
	  { "incompatible", ARG_TEXT, false, "--incompatible", "TEXT", 0, 0,
	    "nothing before it can be gone back to, and why" },
	  { "compatible", ARG_FLAG, false, "--compatible", NULL, 0, 0,
	    "what was before it can be gone back to again" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "for the log; needed unless --incompatible says it" } }, 7,
	  "Say what is known of a version." },
	[VERB_ROLLBACK] = { "rollback", RIGHT_SEVERITY, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "what to roll back" },
	  { "to", ARG_NAME, false, "--to", "VERSION", 0, 0,
	    "the version to go back to" },
	  { "procedure", ARG_NAME, false, "--procedure", "NAME", 0, 0,
	    "how" },
	  { "reason", ARG_TEXT, true, "--reason", "TEXT", 0, 0,
	    "for the report" } }, 4,
	  "Start a rollback now." },
	[VERB_ABORT] = { "abort", RIGHT_NOT_CI, true, ACT_MS, {
	  { "incident", ARG_ULID, true, NULL, "ID", 0, 0,
	    "whose run is to end" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "for the report" } }, 2,
	  "Start no further step of an incident's run." },
	[VERB_HOLD] = { "hold", RIGHT_NOT_CI, true, ACT_MS, {
	  { "service", ARG_SCOPE, false, NULL, "SERVICE", 0, 0,
	    "only this one (default: all)" },
	  { "reason", ARG_TEXT, true, "--reason", "TEXT", 0, 0,
	    "shown wherever the hold is felt" },
	  { "for_ms", ARG_DURATION, false, "--for", "TIME",
	    HOLD_MIN_MS, HOLD_MAX_MS,
	    "as in 30m or 2h (default: until released)" } }, 3,
	  "Forbid automatic rollbacks." },
	[VERB_RELEASE] = { "release", RIGHT_AUTHOR, true, ACT_MS, {
	  { "service", ARG_SCOPE, false, NULL, "SERVICE", 0, 0,
	    "holds of this one; or the id of one hold (default: holds of "
	    "all)" },
	  { "id", ARG_ULID, false, "--id", "ID", 0, 0,
	    "this hold" } }, 2,
	  "End holds." },
	[VERB_PROBE] = { "probe", RIGHT_ANY_ROLE, false, PROBE_MS, {
	  { "probe", ARG_TARGET, true, NULL, "SERVICE/PROBE", 0, 0,
	    "which one" } }, 1,
	  "Put one question now; the answer changes no verdict." },
	[VERB_BEAT] = { "beat", RIGHT_ANY_ROLE, false, READ_MS, {
	  { "probe", ARG_TARGET, true, NULL, "SERVICE/PROBE", 0, 0,
	    "which heartbeat; a probe of type push" },
	  { "failed", ARG_FLAG, false, "--failed", NULL, 0, 0,
	    "it is alive, and something is wrong" },
	  { "detail", ARG_TEXT, false, "--detail", "TEXT", 0, 0,
	    "for people" },
	  { "value", ARG_NUMBER, false, "--value", "NUMBER", 0, 0,
	    "for evaluators of the probe's value" } }, 4,
	  "Tell the daemon that a heartbeat came." },
	[VERB_BASELINE] = { "baseline", RIGHT_CHANGE, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "which one" },
	  { "evaluator", ARG_NAME, false, NULL, "EVALUATOR", 0, 0,
	    "only this one" },
	  { "reset", ARG_FLAG, false, "--reset", NULL, 0, 0,
	    "forget what was learned; a pin stays" },
	  { "pin", ARG_NUMBER, false, "--pin", "VALUE", 0, 0,
	    "this is normal, whatever is learned" },
	  { "unpin", ARG_FLAG, false, "--unpin", NULL, 0, 0,
	    "normal is what is learned again" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "for the log" } }, 6,
	  "Show what is normal, as learned; or pin it, or learn anew." },
	[VERB_RELOAD] = { "reload", RIGHT_OWNER, true, ACT_MS, { { 0 } }, 0,
	  "Read the configuration again, and use it if all of it is right." },
	[VERB_VERSION] = { "version", RIGHT_READ, false, READ_MS, { { 0 } }, 0,
	  "Show the version of the daemon." },
	[VERB_METRICS] = { "metrics", RIGHT_READ, false, READ_MS, { { 0 } }, 0,
	  "Show the daemon's own state as metrics." },
	[VERB_AUDIT] = { "audit", RIGHT_READ, false, READ_MS, {
	  { "service", ARG_NAME, false, NULL, "SERVICE", 0, 0,
	    "only what concerns this one" },
	  { "limit", ARG_COUNT, false, "--limit", "N", 1, HISTORY_LIMIT_MAX,
	    "so many at most (default 20)" } }, 2,
	  "List what operators did and were refused, the newest first." },
	[VERB_APPROVE] = { "approve", RIGHT_SEVERITY, true, ACT_MS, {
	  { "incident", ARG_ULID, true, NULL, "ID", 0, 0,
	    "what waits for it" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "for the report" },
	  { "step", ARG_TEXT, false, "--step", "STEP", 0, 0,
	    "only if it is this step of a run that asks" },
	  { "written", ARG_FLAG, false, "--written", NULL, 0, 0,
	    "the file for the step runner is there; rollbackctl says so" } }, 4,
	  "Let a rollback begin that is prepared or proposed." },
	[VERB_REJECT] = { "reject", RIGHT_SEVERITY, true, ACT_MS, {
	  { "incident", ARG_ULID, true, NULL, "ID", 0, 0,
	    "what waits for an approval" },
	  { "reason", ARG_TEXT, true, "--reason", "TEXT", 0, 0,
	    "for the report" },
	  { "step", ARG_TEXT, false, "--step", "STEP", 0, 0,
	    "only if it is this step of a run that asks" } }, 3,
	  "Turn a rollback down that is prepared or proposed." },
	[VERB_SEVERITY] = { "severity", RIGHT_SEVERITY, true, ACT_MS, {
	  { "incident", ARG_ULID, true, NULL, "ID", 0, 0,
	    "which one" },
	  { "severity", ARG_SEVERITY, true, NULL, "SEVERITY", 0, 0,
	    "P0 to P3" },
	  { "reason", ARG_TEXT, true, "--reason", "TEXT", 0, 0,
	    "for the report" } }, 3,
	  "Raise or lower the severity of an incident; P0 approves it." },
	[VERB_REPORT] = { "report", RIGHT_NOT_CI, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "what is wrong" },
	  { "severity", ARG_SEVERITY, false, "--severity", "SEVERITY", 0, 0,
	    "P0 to P3" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "what is wrong with it" },
	  { "class", ARG_CLASS, false, "--class", "CLASS", 0, 0,
	    "bug, security or data" },
	  { "for_ms", ARG_DURATION, false, "--for", "TIME",
	    HOLD_MIN_MS, HOLD_MAX_MS,
	    "how long it holds (default 24h)" },
	  { "withdraw", ARG_FLAG, false, "--withdraw", NULL, 0, 0,
	    "it is not so any more" },
	  { "id", ARG_ULID, false, "--id", "ID", 0, 0,
	    "only this one (default: all of the service)" } }, 7,
	  "Report what no probe sees, or withdraw that." },
	[VERB_RESOLVE] = { "resolve", RIGHT_LEAD, true, ACT_MS, {
	  { "incident", ARG_ULID, true, NULL, "ID", 0, 0,
	    "whose run was interrupted" },
	  { "step", ARG_TEXT, true, NULL, "STEP", 0, 0,
	    "as the incident names it" },
	  { "as", ARG_NAME, true, "--as", "WORD", 0, 0,
	    "done or failed" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "how you know" } }, 4,
	  "Say what became of a step whose outcome nobody knew." },
	[VERB_NOTIFY] = { "notify", RIGHT_NOT_CI, true, PROBE_MS, {
	  { "act", ARG_NAME, true, NULL, "ACT", 0, 0,
	    "test, list, retry or drop" },
	  { "what", ARG_NAME, false, NULL, "WHAT", 0, 0,
	    "the notifier; or of retry and drop the id that list shows, or "
	    "all" } }, 2,
	  "Try a notifier; or see to what could not be delivered." },
	[VERB_DRILL] = { "drill", RIGHT_CHANGE, true, ACT_MS, {
	  { "service", ARG_NAME, true, NULL, "SERVICE", 0, 0,
	    "what is broken on purpose" },
	  { "fault", ARG_NAME, false, "--fault", "FAULT", 0, 0,
	    "not by a bad version, but so; kill and blind are of rollbackd "
	    "itself" },
	  { "reason", ARG_TEXT, false, "--reason", "TEXT", 0, 0,
	    "for the report" },
	  { "abort", ARG_FLAG, false, "--abort", NULL, 0, 0,
	    "end the one that is on, and heal" },
	  { "last", ARG_FLAG, false, "--last", NULL, 0, 0,
	    "only show how the last one went" } }, 5,
	  "Break a service on purpose, and see whether that is noticed and "
	  "mended." },
};
/* clang-format on */

const struct verb *
verb_info(enum control_verb verb)
{
	return &verbs[verb];
}

bool
verb_find(const char *word, enum control_verb *verb)
{
	for (unsigned v = 0; v < VERB_COUNT; v++) {
		if (strcmp(verbs[v].word, word) == 0) {
			*verb = (enum control_verb)v;
			return true;
		}
	}
	return false;
}
