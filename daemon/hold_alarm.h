/*
 * hold_alarm.h - holds that nobody released when their incident was over.
 */
#ifndef DAEMON_HOLD_ALARM_H
#define DAEMON_HOLD_ALARM_H

#include "daemon/monitor.h"

/*
 * Raises an alarm for each that has outlasted an incident by held_alarm of
 * that service, and again each hour.  To be called now and then.
 */
void hold_alarm_look(struct monitor *m, int64_t now_ms);

#endif
