#include "daemon/metrics.h"

#include <inttypes.h>

#include "base/version.h"
#include "daemon/able.h"
#include "daemon/drill.h"
#include "daemon/schedule.h"
#include "daemon/survey.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

#define MS 1000

void
metrics_family(
    struct text *out, const char *name, const char *kind, const char *help)
{
	text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void
add_gauge(struct text *out, const char *name, const char *help, double value)
{
	metrics_family(out, name, "gauge", help);
	text_addf(out, "%s %.15g\n", name, value);
}

/* There may be hundreds of thousands: printf would take too long for that. */
static void
add_number(struct text *out, uint64_t value)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	text_add(out, at);
}

/* Names of services need no escapes: their grammar has none of those bytes. */
static void
add_of(struct text *out, const char *name, const char *label, const char *word,
    uint64_t value)
{
	text_add(out, name);
	text_add_char(out, '{');
	text_add(out, label);
	text_add(out, "=\"");
	text_add(out, word);
	text_add(out, "\"} ");
	add_number(out, value);
	text_add_char(out, '\n');
}

/* The same with a second label, up to the value. */
static void
add_of_two(struct text *out, const char *name, const char *label,
    const char *word, const char *service)
{
	text_add(out, name);
	text_add_char(out, '{');
	text_add(out, label);
	text_add(out, "=\"");
	text_add(out, word);
	text_add(out, "\",service=\"");
	text_add(out, service);
	text_add(out, "\"} ");
}

static void
write_daemon(struct monitor *m, struct text *out)
{
	bool is_stored = store_state(m->store) == STORE_OK;
	int64_t up_ms = loop_now_ms(m->loop) - m->started_ms;

	metrics_family(out, "rollbackd_build_info", "gauge",
	    "Always 1; which program runs.");
	text_addf(
	    out, "rollbackd_build_info{version=\"%s\"} 1\n", ROLLBACKD_VERSION);
	add_gauge(out, "rollbackd_start_time_seconds",
	    "When the daemon was started, since 1970.",
	    (double)((loop_wall_ms() - up_ms) / 1000));
	able_metrics(m, out);
	add_gauge(out, "rollbackd_store_ok",
	    "Whether what is to be done can be written down.", is_stored);
	add_gauge(out, "rollbackd_config_ok",
	    "Whether the last configuration that was read is in use.",
	    !m->shadow && !m->reload_failed);
	add_gauge(out, "rollbackd_config_reload_timestamp_seconds",
	    "When the configuration in use was read, since 1970.",
	    (double)(m->reloaded_wall_ms / 1000));
	metrics_family(out, "rollbackd_config_reloads_total", "counter",
	    "Reloads, by whether the configuration was taken.");
	add_of(out, "rollbackd_config_reloads_total", "result", "used",
	    m->counts.reloads);
	add_of(out, "rollbackd_config_reloads_total", "result", "refused",
	    m->counts.reloads_refused);
}

static void
write_notifications(struct monitor *m, struct text *out)
{
	static const char name[] = "rollbackd_notifications_total";
	struct outbox_counts c = outbox_counts(m->outbox);

	metrics_family(out, name, "counter",
	    "Notifications, by what became of a try to deliver them.");
	add_of(out, name, "result", "sent", c.sent);
	add_of(out, name, "result", "failed", c.failed);
	add_of(out, name, "result", "given_up", c.given_up);
	add_gauge(out, "rollbackd_notifications_dead",
	    "Notifications that were given up, for somebody to see to.",
	    (double)c.dead);
	add_gauge(out, "rollbackd_notifiers_failing",
	    "Notifiers whose last try failed.", c.failing);
}

static void
write_pace(struct monitor *m, struct text *out)
{
	lateness_write(loop_lag(m->loop), out, "rollbackd_loop_lag",
	    "How late each turn of the event loop was by its end.");
	lateness_write(schedule_lateness(m->ask_tools.schedule), out,
	    "rollbackd_poll_lateness",
	    "How late each poll was started, after its moment.");
	metrics_family(out, "rollbackd_polls_left_out_total", "counter",
	    "Polls that were not made: the daemon was late by a whole "
	    "interval.");
	text_addf(out, "rollbackd_polls_left_out_total %" PRIu64 "\n",
	    schedule_missed(m->ask_tools.schedule));
	metrics_family(out, "rollbackd_rechecks_left_out_total", "counter",
	    "Rechecks that were not made: too many were wanted at once.");
	text_addf(out, "rollbackd_rechecks_left_out_total %" PRIu64 "\n",
	    schedule_refused(m->ask_tools.schedule));
}

static void
write_fetch(struct monitor *m, struct text *out)
{
	const struct fetch_counts *c = fetch_counts(m->ask_tools.fetch);
	static const char name[] = "rollbackd_http_questions_total";

	metrics_family(out, name, "counter",
	    "Questions over HTTP, and what befell them on our side.");
	add_of(out, name, "what", "asked", c->asked);
	add_of(out, name, "what", "retried", c->retried);
	add_of(out, name, "what", "late", c->late);
	metrics_family(out, "rollbackd_http_connections_total", "counter",
	    "Connections for questions over HTTP; of libcurl's those opened.");
	add_of(out, "rollbackd_http_connections_total", "what", "opened",
	    c->connects);
	add_of(out, "rollbackd_http_connections_total", "what",
	    "closed_by_peer", c->closed_by_peer);
	add_of(out, "rollbackd_http_connections_total", "what", "given_up",
	    c->given_up);
}

static void
write_world(struct monitor *m, struct text *out)
{
	int64_t now_ms = loop_now_ms(m->loop);

	add_gauge(out, "rollbackd_services", "Services that are watched.",
	    (double)m->watched_count);
	add_gauge(out, "rollbackd_groups",
	    "Groups of services that have rules.",
	    (double)together_groups(m->together));
	add_gauge(out, "rollbackd_groups_bad",
	    "Groups of which a service is failing.",
	    (double)together_bad_groups(m->together));
	add_gauge(out, "rollbackd_witnesses_ok",
	    "Whether a witness answers, or there is none.",
	    witnesses_blind(m->witnesses) == NULL);
	add_gauge(out, "rollbackd_tilt",
	    "Whether it was paused, or the clock moved, just now.",
	    m->tilt_until_ms > now_ms);
	add_gauge(out, "rollbackd_holds", "Holds by operators that are on.",
	    (double)m->holds.count);
	add_gauge(out, "rollbackd_rollbacks_limited",
	    "Whether all services together have used up their hour.",
	    together_limit_until_ms(m->together, now_ms) > 0);
	metrics_family(out, "rollbackd_held_alarms_total", "counter",
	    "Alarms because a rule was kept from acting for too long.");
	text_addf(
	    out, "rollbackd_held_alarms_total %" PRIu64 "\n", m->counts.alarms);
}

static void
write_decisions(struct monitor *m, struct text *out)
{
	metrics_family(out, "rollbackd_decisions_total", "counter",
	    "Decisions, each time that another one was taken.");
	for (unsigned a = ACTION_HOLD; a <= ACTION_ROLL_BACK; a++)
		add_of(out, "rollbackd_decisions_total", "action",
		    action_word((enum action)a), m->counts.decisions[a]);
	metrics_family(out, "rollbackd_rollbacks_total", "counter",
	    "Incidents that were closed, by how they ended.");
	for (unsigned o = 0; o <= INCIDENT_EXPIRED; o++)
		add_of(out, "rollbackd_rollbacks_total", "outcome",
		    incident_outcome_word((enum incident_outcome)o),
		    m->counts.closed[o]);
	metrics_family(out, "rollbackd_responses_total", "counter",
	    "First steps within the time that their severity allows, or not.");
	add_of(out, "rollbackd_responses_total", "response", "met",
	    m->counts.responses_met);
	add_of(out, "rollbackd_responses_total", "response", "missed",
	    m->counts.responses_missed);
}

/* The services of a piece. */
struct piece {
	struct monitor *m;
	struct text *out;
	size_t from, to;
};

static void
write_bad(const struct piece *p)
{
	if (p->from == 0)
		metrics_family(p->out, "rollbackd_service_bad", "gauge",
		    "Whether a rule of the service has tripped.");
	for (size_t i = p->from; i < p->to; i++)
		add_of(p->out, "rollbackd_service_bad", "service",
		    watched_name(p->m->watched[i]),
		    service_verdict(watched_core(p->m->watched[i])) ==
			VERDICT_TRIPPED);
}

static void
write_samples(const struct piece *p)
{
	static const enum sample_outcome outcomes[] = { SAMPLE_OK,
		SAMPLE_FAILED, SAMPLE_LOST };
	struct text *out = p->out;

	if (p->from == 0)
		metrics_family(out, "rollbackd_samples_total", "counter",
		    "Answers of probes, by what they were.");
	for (size_t i = p->from; i < p->to; i++)
		for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]);
		     k++) {
			const struct watched *w = p->m->watched[i];

			add_of_two(out, "rollbackd_samples_total", "outcome",
			    sample_outcome_word(outcomes[k]), watched_name(w));
			add_number(out, watched_samples(w, outcomes[k]));
			text_add_char(out, '\n');
		}
}

/* One value of each guard that has ever kept the service from acting. */
static void
write_guard(const struct piece *p, const char *name,
    void (*add)(struct text *out, const struct held *h, enum guard guard,
	int64_t now_ms))
{
	int64_t now_ms = loop_now_ms(p->m->loop);

	for (size_t i = p->from; i < p->to; i++) {
		const struct held *h = watched_held(p->m->watched[i]);

		for (unsigned g = GUARD_NONE + 1; g < GUARD_COUNT; g++) {
			if (h->counts[g].times == 0)
				continue;
			add_of_two(p->out, name, "guard",
			    guard_word((enum guard)g),
			    watched_name(p->m->watched[i]));
			add(p->out, h, (enum guard)g, now_ms);
			text_add_char(p->out, '\n');
		}
	}
}

static void
add_is_held(
    struct text *out, const struct held *h, enum guard guard, int64_t now_ms)
{
	(void)now_ms;
	add_number(out, h->guard == guard);
}

static void
add_times(
    struct text *out, const struct held *h, enum guard guard, int64_t now_ms)
{
	(void)now_ms;
	add_number(out, h->counts[guard].times);
}

/* By milliseconds: "12.034" */
static void
add_seconds(
    struct text *out, const struct held *h, enum guard guard, int64_t now_ms)
{
	uint64_t ms = (uint64_t)held_ms(h, guard, now_ms);

	add_number(out, ms / MS);
	text_add_char(out, '.');
	text_add(out, ms % MS < 100 ? "0" : "");
	text_add(out, ms % MS < 10 ? "0" : "");
	add_number(out, ms % MS);
}

static void
write_is_held(const struct piece *p)
{
	if (p->from == 0)
		metrics_family(p->out, "rollbackd_guard_held", "gauge",
		    "Whether this guard keeps the service from acting.");
	write_guard(p, "rollbackd_guard_held", add_is_held);
}

static void
write_holds(const struct piece *p)
{
	if (p->from == 0)
		metrics_family(p->out, "rollbackd_guard_holds_total", "counter",
		    "How often it began to.");
	write_guard(p, "rollbackd_guard_holds_total", add_times);
}

static void
write_held_seconds(const struct piece *p)
{
	if (p->from == 0)
		metrics_family(p->out, "rollbackd_guard_held_seconds_total",
		    "counter", "For how long it has.");
	write_guard(p, "rollbackd_guard_held_seconds_total", add_seconds);
}

/* Each goes over all services. */
static void (*const of_services[])(const struct piece *p) = {
	write_is_held,
	write_holds,
	write_held_seconds,
	write_bad,
	write_samples,
};

#define PARTS (sizeof(of_services) / sizeof(of_services[0]))

static void
write_whole(struct monitor *m, struct text *out)
{
	write_daemon(m, out);
	write_notifications(m, out);
	write_pace(m, out);
	write_fetch(m, out);
	write_world(m, out);
	write_decisions(m, out);
	drills_metrics(m, out);
}

bool
metrics_write_some(
    struct monitor *m, struct text *out, struct survey_place *at, size_t count)
{
	struct piece p = { .m = m, .out = out };

	if (at->part == 0 && at->index == 0)
		write_whole(m, out);
	while (count > 0 && at->part < PARTS) {
		p.from = at->index;
		p.to = m->watched_count - p.from < count ? m->watched_count :
							   p.from + count;
		of_services[at->part](&p);
		count -= p.to - p.from;
		at->index = p.to;
		if (p.to == m->watched_count)
			*at = (struct survey_place){ at->part + 1, 0 };
	}
	return at->part < PARTS;
}

static bool
tell(void *arg, const struct text *survey)
{
	static char head[] = "{\"text\":\"", tail[] = "\"}";
	static const struct text before = { .data = head,
		.length = sizeof(head) - 1 };
	static const struct text behind = { .data = tail,
		.length = sizeof(tail) - 1 };
	struct control_call *call = arg;

	if (survey == NULL) {
		control_refuse(call, CONTROL_FAILED,
		    "it is more than an answer can hold: set metrics_file");
		return true;
	}
	return control_reply_parts(
	    call, (const struct text *const[]){ &before, survey, &behind }, 3);
}

void
metrics_answer(struct monitor *m, struct control_call *call)
{
	surveys_order(m->surveys, SURVEY_METRICS_QUOTED, tell, call);
}
