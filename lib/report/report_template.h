/*
 * report_template.h - reports as an operator wants them: his own page, in
 * which ${name} stands for what was measured.
 *
 *   sections   ${report} (all of the usual page), ${head}, ${facts},
 *              ${impact}, ${response}, ${timeline}, ${changes}, ${evidence},
 *              ${runs}, ${communication}, ${people}
 *   words      ${title}, ${summary}, ${incident}, ${service},
 *              ${environment}, ${severity}, ${status}, ${rule}, ${cause},
 *              ${by}, ${reason}, ${version}, ${target_version}, ${procedure}
 *   moments    ${first_bad}, ${detected}, ${first_step}, ${recovered},
 *              ${closed}
 *   spans      ${duration} (it was bad), ${time_to_detect},
 *              ${time_to_respond} (detection to first step),
 *              ${time_to_recover} (detection to recovery)
 *   counts     ${samples}, ${failed_samples}, ${failed_share} (of those that
 *              decided), ${steps}, ${failed_steps}
 *
 * What is not known is "unknown".  Words of any origin are shown, not obeyed.
 */
#ifndef REPORT_REPORT_TEMPLATE_H
#define REPORT_REPORT_TEMPLATE_H

#include "report/report.h"

#define REPORT_TEMPLATE_MAX_BYTES ((size_t)64 * 1024)

extern const char *const report_template_names[]; /* ends with NULL */

/* Of a template that template_check() found well with those names. */
void report_from_template(
    struct text *out, const struct report_incident *i, const char *template);

#endif
