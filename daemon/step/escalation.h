/*
 * escalation.h - how runs of one incident follow from each other.
 */
#ifndef DAEMON_STEP_ESCALATION_H
#define DAEMON_STEP_ESCALATION_H

#include "daemon/step/permit.h"

#define ESCALATION_DEPTH_MAX 2

/*
 * The procedure is what the run named as parent goes over to when it fails;
 * of the same service and incident, and not too deep.  In system mode that
 * run has acted, has ended so that this follows, and nothing else followed.
 */
struct escalation {
	int64_t begun_wall_ms; /* when the parent was */
	bool is_in_vain; /* it was automatic and did nothing: none counts it */
};
bool escalation_is_known(const struct permit *p, const struct state *s,
    struct escalation *e, struct error *err);

#endif
