#include "tests/simulation/estate.h"

#include <inttypes.h>
#include <string.h>

#define MINUTE_MS 60000

/* clang-format off */
static const struct estate_service services[ESTATE_SERVICES] = {
	{ "cart", "shop", "shop", "P0", "enforce", "back",
	  15000, 3, 60000, 120 * MINUTE_MS, 1000, true },
	{ "mail", "mail", "misc", "P0", "propose", "careful",
	  30000, 3, 30000, 120 * MINUTE_MS, 0, true },
	{ "pay", "pay", "pay", "P1", "enforce", "back",
	  20000, 3, 30000, 120 * MINUTE_MS, 0, true },
	{ "queue", "queue", "misc", "P0", "enforce", "bounce",
	  20000, 4, 30000, ESTATE_ARM_NONE, 5000, false },
	{ "search", "search", "search", "P0", "enforce", "repeat",
	  20000, 3, 30000, 60 * MINUTE_MS, 200, true },
	{ "web", "shop", "shop", "P0", "enforce", "back",
	  15000, 3, 30000, 120 * MINUTE_MS, 0, true },
};

static const char procedures[] =
    "procedures = (\n"
    "  { name = \"back\"; budget = \"5m\"; escalate = \"page\"; steps = (\n"
    "    { name = \"%s\"; user = \"u\"; timeout = \"30s\";\n"
    "      undo = [ \"/bin/switch\", \"${version}\" ];\n"
    "      command = [ \"/bin/switch\", \"${target_version}\" ]; },\n"
    "    { name = \"restart\"; user = \"u\"; timeout = \"30s\";\n"
    "      attempts = 2; retry_on = [ \"75\" ];\n"
    "      command = [ \"/bin/restart\" ]; } ); },\n"
    "  { name = \"repeat\"; budget = \"5m\"; escalate = \"page\"; steps = (\n"
    "    { name = \"sync\"; user = \"u\"; timeout = \"30s\";\n"
    "      resume = \"rerun\"; command = [ \"/bin/sync\" ]; },\n"
    "    { name = \"switch\"; user = \"u\"; timeout = \"30s\";\n"
    "      resume = \"check\"; check = [ \"/bin/switched\" ];\n"
    "      command = [ \"/bin/switch\", \"${target_version}\" ]; } ); },\n"
    "  { name = \"bounce\"; budget = \"5m\"; steps = (\n"
    "    { name = \"settle\"; executor = \"wait\"; time = \"3s\"; },\n"
    "    { name = \"restart\"; user = \"u\"; timeout = \"30s\";\n"
    "      command = [ \"/bin/restart\" ]; },\n"
    "    { name = \"up\"; executor = \"wait\"; until = \"health\";\n"
    "      timeout = \"40s\"; successes = 1;\n"
    "      on_failure = \"continue\"; } ); },\n"
    "  { name = \"careful\"; budget = \"5m\"; escalate = \"page\";\n"
    "    steps = (\n"
    "    { name = \"switch\"; user = \"u\"; timeout = \"30s\";\n"
    "      undo = [ \"/bin/switch\", \"${version}\" ];\n"
    "      command = [ \"/bin/switch\", \"${target_version}\" ]; },\n"
    "    { name = \"sure\"; executor = \"approval\"; role = \"lead\";\n"
    "      timeout = \"10m\"; },\n"
    "    { name = \"restart\"; user = \"u\"; timeout = \"30s\";\n"
    "      command = [ \"/bin/restart\" ]; },\n"
    "    { name = \"good\"; executor = \"verify\"; timeout = \"30s\";\n"
    "      attempts = 2; } ); },\n"
    "  { name = \"page\"; budget = \"5m\"; steps = (\n"
    "    { name = \"call\"; user = \"u\"; timeout = \"30s\";\n"
    "      command = [ \"/bin/call\" ]; } ); } );\n";
/* clang-format on */

struct estate_service
estate_service(unsigned variant, unsigned index)
{
	struct estate_service s = services[index];

	if (variant == 1 && strcmp(s.name, "cart") == 0)
		s.failures = 4;
	return s;
}

unsigned
estate_find(const char *name)
{
	unsigned i = 0;

	while (i < ESTATE_SERVICES && strcmp(services[i].name, name) != 0)
		i++;
	return i;
}

bool
estate_is_automatic(const struct estate_service *s)
{
	return strcmp(s->severity, "P0") == 0 &&
	    strcmp(s->mode, "enforce") == 0;
}

static void
write_service(const struct estate_service *s, struct text *out)
{
	text_addf(out,
	    "{ name = \"%s\"; group = \"%s\"; environment = \"%s\";\n"
	    "  settle = \"%" PRId64 "ms\"; cooldown = \"%dms\";\n"
	    "  cooldown_max = \"%dms\"; budget = %d;\n"
	    "  probes = ( { name = \"health\"; type = \"http\";\n"
	    "    url = \"http://192.0.2.1/%s\"; interval = \"%" PRId64
	    "ms\"; timeout = \"%dms\";",
	    s->name, s->group, s->environment, s->settle_ms, ESTATE_COOLDOWN_MS,
	    ESTATE_COOLDOWN_MAX_MS, ESTATE_BUDGET, s->name, s->interval_ms,
	    ESTATE_TIMEOUT_MS);
	if (s->recheck_ms > 0)
		text_addf(out, " recheck_interval = \"%" PRId64 "ms\";",
		    s->recheck_ms);
	text_addf(out,
	    " } );\n"
	    "  evaluators = ( { name = \"down\"; type = \"consecutive\";\n"
	    "    probe = \"health\"; failures = %u; recover = %d; } );\n",
	    s->failures, ESTATE_RECOVER);
	text_addf(out,
	    "  rules = ( { name = \"dead\"; any = [ \"down\" ];\n"
	    "    severity = \"%s\"; mode = \"%s\"; procedure = \"%s\";\n",
	    s->severity, s->mode, s->procedure);
	if (s->arm_ms == ESTATE_ARM_NONE)
		text_add(out, "    arm_window = \"none\"; } );\n");
	else
		text_addf(out, "    arm_window = \"%" PRId64 "ms\"; } );\n",
		    s->arm_ms);
	text_addf(out,
	    "  verify = { probes = [ \"health\" ]; successes = %d;\n"
	    "    within = \"%dms\"; interval = \"2s\"; }; }",
	    ESTATE_SUCCESSES, ESTATE_WITHIN_MS);
}

void
estate_write(unsigned variant, const char *state_directory, struct text *out)
{
	if (variant == ESTATE_WRONG) {
		text_add(out, "services = ( { name = \"cart\"; } );\n");
		return;
	}
	text_addf(out,
	    "state_directory = \"%s\";\n"
	    "limits = { rollbacks_per_hour = %d; };\n"
	    "witnesses = ( { name = \"gateway\"; type = \"http\";\n"
	    "  url = \"http://192.0.2.1/\"; interval = \"%dms\";\n"
	    "  timeout = \"%dms\"; } );\n"
	    "notifiers = ( { name = \"ops\"; type = \"command\";\n"
	    "  command = [ \"/bin/notify\" ]; } );\nservices = (\n",
	    state_directory, ESTATE_BUDGET_OF_ALL, ESTATE_WITNESS_INTERVAL_MS,
	    ESTATE_TIMEOUT_MS);
	for (unsigned i = 0; i < ESTATE_SERVICES; i++) {
		struct estate_service s = estate_service(variant, i);

		text_add(out, i == 0 ? "" : ",\n");
		write_service(&s, out);
	}
	text_add(out, " );\n");
	text_addf(out, procedures, estate_step(variant, "back", 0));
}

const char *
estate_step(unsigned variant, const char *procedure, unsigned index)
{
	static const struct {
		const char *procedure, *steps[ESTATE_STEPS];
	} all[] = {
		{ "back", { "switch", "restart" } },
		{ "repeat", { "sync", "switch" } },
		{ "bounce", { "settle", "restart", "up" } },
		{ "careful", { "switch", "sure", "restart", "good" } },
		{ "page", { "call", NULL } },
	};

	/* What a run that has begun must not take up. */
	if (variant == 2 && strcmp(procedure, "back") == 0 && index == 0)
		return "switch-by-hand";
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].procedure, procedure) == 0 &&
		    index < ESTATE_STEPS)
			return all[i].steps[index];
	return NULL;
}
