/*
 * sign.h - leaves an operator's approval where the step runner looks for it.
 *
 * The file belongs to who runs rollbackctl: that is what the runner believes.
 */
#ifndef DAEMON_CTL_SIGN_H
#define DAEMON_CTL_SIGN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/json.h"
#include "control/command.h"

#define SIGN_FOLDER "/var/lib/rollbackd-step/approvals"
#define SIGN_FOLDER_VARIABLE "ROLLBACKD_APPROVALS" /* for tests */

/*
 * What the daemon asks to be signed must be what was ordered by that command:
 * the same incident or service, version and procedure.  An older file of the
 * same user is replaced.  False with the reason.
 */
bool sign_approval(
    struct json_object *approval, const struct command *c, struct error *err);

#endif
