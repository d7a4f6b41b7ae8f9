/* Are the pages of reports there, and is there all that they ask for? */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/check_impl.h"
#include "report/report_template.h"
#include "report/template.h"

static void
check_page(struct check *c, const struct report_settings *r, int fd)
{
	char page[REPORT_TEMPLATE_MAX_BYTES + 1];
	ssize_t n = read(fd, page, sizeof(page));
	struct error err;

	if (n < 0) {
		check_doubt(c, r->source, "template: %s: %s", r->template,
		    strerror(errno));
		return;
	}
	if ((size_t)n > REPORT_TEMPLATE_MAX_BYTES) {
		check_wrong(c, r->source, "template: %s is larger than 64KiB",
		    r->template);
		return;
	}
	page[n] = '\0';
	if (!template_check(page, report_template_names, &err))
		check_wrong(
		    c, r->source, "template: %s: %s", r->template, err.text);
}

static void
check_report(struct check *c, const struct report_settings *r)
{
	int fd;

	if (r->template == NULL || !c->rules->check_programs)
		return;
	fd = open(r->template, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		check_doubt(c, r->source, "template: %s: %s", r->template,
		    strerror(errno));
		return;
	}
	check_page(c, r, fd);
	(void)close(fd); /* was only read */
}

void
check_reports(struct check *c)
{
	for (size_t i = 0; i < c->config->environment_count; i++)
		check_report(c, &c->config->environments[i].report);
	for (size_t i = 0; i < c->config->service_count; i++)
		check_report(c, &c->config->services[i].report);
}
