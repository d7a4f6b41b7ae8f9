/* clang-format off */
/*
 * event.h - the durable log, kind by kind: what each event says.
 *
 * An event is a kind, the service, incident and run it belongs to, the wall
 * clock, and a JSON object.  Texts of unknown origin are stored as they were
 * and escaped when shown.  Times in data are wall clock, ms.
 *
 * deploy      version, previous, verified(bool), incompatible (with all
 *             before it: the reason), by, ill[] (rules that held before it):
 *             rule, since_ms; as_of_ms, as_of_boot_ms (of a discovered one:
 *             when it was first seen)
 * good        version, why (it has soaked), by
 * mark        version, mark ("verified", "failed", "incompatible",
 *             "compatible"; of the daemon itself, when an act has ended:
 *             "rolled_back", "not_recovered"), why, reason, by
 * found       version, by (it is in place, and nobody said so)
 * well        (what was bad before the last deployment is well again)
 * hold        id, scope ("*" or service), reason, by, until_ms (0: no end)
 * release     id, scope, by
 * baseline    id, evaluator, subject (baseline_subject()), act ("pin",
 *             "unpin", "reset"), value (of a pin), by, reason
 * opened      environment, rule, severity, mode, action ("roll_back",
 *             "await_approval", "propose", "shadow"), cause ("automatic",
 *             "operator"), by, reason, version, previous, target, procedure,
 *             first_bad_ms, detected_ms, respond_ms (what the severity allows
 *             until the first step; 0: any time), evidence[]: evaluator,
 *             probe, kind, value, limit, since_ms, samples[]: at_ms, outcome,
 *             failure, status, latency_ms, detail
 *             changes[] (what was deployed around the first bad sample, of
 *             the service itself and of its group): service, version, by,
 *             deployed_ms, before_ms (the first bad sample; may be negative)
 * planned     procedure, digest, parent, target, lock, budget_ms, steps[]
 *             (labels)
 * intent      step, attempt, check, undo (from 1; not there: none), label,
 *             own (bool: the monitor does it itself)
 * outcome     step, attempt, check, undo, label, own, outcome, reason,
 *             exit_status, started_ms, ended_ms, output_bytes, left_behind,
 *             tail, capture
 * run_ended   outcome, reason, undone (steps), not_undone (label of the one
 *             whose undo was not done)
 * verifying   probes[], successes, within_ms
 * verified    recovered(bool), reason, bad_samples, good_samples
 * abort       by, reason
 * closed      outcome ("recovered", "not_recovered", "failed",
 *             "interrupted", "aborted", "not_needed", "cleared",
 *             "superseded", "rejected", "expired"), reason, from, now_at,
 *             why (for the registry of versions), as_of_ms, as_of_boot_ms,
 *             rule, procedure, last_bad_ms, recovered_ms, down_ms, response_ms
 *             (detection to first step), respond_ms, report (path)
 * notified    channel, event, type and handle (of the thread it is in)
 * reload      by, added, changed, removed, kept
 * refused     verb, code, by, why, reason, left_out (an operator's request
 *             that was refused; so many before it were not written down)
 * approved    by, reason: what waited for an approval may go on; gate (label
 *             of the approval step that asked, in the middle of a run)
 * rejected    by, reason, gate
 * severity    from, to, respond_ms, by, reason: of the incident
 * resolved    step, attempt, check, label, as ("done", "failed"), by, reason
 * escalated   to (role): nobody answered who was asked for an approval
 * reminded    count
 * report      id, severity, class, version, by, reason, until_ms
 * withdrawn   id, by, reason: a report
 * drill       id, environment, fault (not there: a version is deployed),
 *             version, before (in place), previous, good (that is a verified
 *             one), by, reason, scheduled, watching_ms, detect_ms,
 *             first_step_ms, recover_ms, blind_ms, heals_late
 * drill_run   id, procedure, digest, version, target, generation, pin, heals:
 *             what is run to break the service or to heal it
 * drill_intent, drill_outcome
 *             id, and what intent and outcome say, of such a run
 * drill_saw   id, what (drill_input_word()), at_ms, detail, incident
 * drill_ended id, fault, version, before, by, result ("passed", "late",
 *             "failed", "aborted"), reason, broken, incident, began_ms,
 *             ended_ms, times[]: what, took_ms, objective_ms, met; report
 *             Events of incidents have drill (its id) where one was on.
 */
/* clang-format on */
#ifndef REPORT_EVENT_H
#define REPORT_EVENT_H

#define EVENT_DEPLOY "deploy"
#define EVENT_GOOD "good"
#define EVENT_MARK "mark"
#define EVENT_FOUND "found"
#define EVENT_WELL "well"
#define EVENT_HOLD "hold"
#define EVENT_RELEASE "release"
#define EVENT_BASELINE "baseline"
#define EVENT_OPENED "opened"
#define EVENT_PLANNED "planned"
#define EVENT_INTENT "intent"
#define EVENT_OUTCOME "outcome"
#define EVENT_RUN_ENDED "run_ended"
#define EVENT_VERIFYING "verifying"
#define EVENT_VERIFIED "verified"
#define EVENT_ABORT "abort"
#define EVENT_CLOSED "closed"
#define EVENT_NOTIFIED "notified"
#define EVENT_RELOAD "reload"
#define EVENT_REFUSED "refused"
#define EVENT_APPROVED "approved"
#define EVENT_REJECTED "rejected"
#define EVENT_SEVERITY "severity"
#define EVENT_RESOLVED "resolved"
#define EVENT_ESCALATED "escalated"
#define EVENT_REMINDED "reminded"
#define EVENT_REPORT "report"
#define EVENT_WITHDRAWN "withdrawn"
#define EVENT_DRILL "drill"
#define EVENT_DRILL_RUN "drill_run"
#define EVENT_DRILL_INTENT "drill_intent"
#define EVENT_DRILL_OUTCOME "drill_outcome"
#define EVENT_DRILL_SAW "drill_saw"
#define EVENT_DRILL_ENDED "drill_ended"

#endif
