#include "daemon/page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/log.h"
#include "report/report_template.h"
#include "report/template.h"

static const char *
path_for(const struct config *c, const char *service)
{
	const struct service_settings *s = config_service(c, service);

	if (s == NULL || s->report.template != NULL)
		return s == NULL ? NULL : s->report.template;
	for (size_t i = 0; i < c->environment_count; i++)
		if (s->environment != NULL &&
		    strcmp(c->environments[i].name, s->environment) == 0)
			return c->environments[i].report.template;
	return NULL;
}

/* False with the reason. */
static bool
read_page(const char *path, char page[REPORT_TEMPLATE_MAX_BYTES + 1],
    struct error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, page, REPORT_TEMPLATE_MAX_BYTES + 1);

	if (fd >= 0)
		(void)close(fd); /* was only read */
	if (n < 0)
		return error_set(err, "%s", strerror(errno));
	if ((size_t)n > REPORT_TEMPLATE_MAX_BYTES)
		return error_set(err, "it is larger than 64KiB");
	page[n] = '\0';
	return template_check(page, report_template_names, err);
}

void
page_write(
    struct text *out, struct monitor *m, const struct report_incident *incident)
{
	const char *path = m->generation == NULL ?
	    NULL :
	    path_for(m->generation->config, incident->service);
	char page[REPORT_TEMPLATE_MAX_BYTES + 1];
	struct error err = { "" };

	if (path != NULL && read_page(path, page, &err)) {
		report_from_template(out, incident, page);
		return;
	}
	if (path != NULL)
		log_service(LOG_LEVEL_WARNING, LOG_ID_NONE, incident->service,
		    "template %s is not used: %s", path, err.text);
	report_markdown(out, incident);
}
