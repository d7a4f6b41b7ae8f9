/*
 * sample.h - a small whole configuration: one service, two procedures.
 */
#ifndef TESTS_UNIT_CONFIG_SAMPLE_H
#define TESTS_UNIT_CONFIG_SAMPLE_H

#include "tests/unit/config/scratch.h"

static const char sample_main[] =
    "include = [ \"services.d\", \"procedures.d\" ];\n"
    "control = { roles = { lead = [ \"eng-leads\" ]; }; };\n"
    "witnesses = ( { name = \"gateway\"; type = \"http\";\n"
    "  url = \"http://192.0.2.1/\"; interval = \"5s\"; } );\n";

static const char sample_service[] =
    "templates = { web = { environment = \"production\"; settle = \"1m\";\n"
    "  params = { namespace = \"shop\"; region = \"eu\"; };\n"
    "  probes = ( { name = \"health\"; type = \"http\";\n"
    "    url = \"http://192.0.2.9/\"; },\n"
    "    { name = \"other\"; type = \"http\"; url = \"http://192.0.2.9/o\"; "
    "} );\n"
    "  verify = { probes = [ \"health\" ]; successes = 5; }; }; };\n"
    "services = ( {\n"
    "  name = \"backend\"; like = \"web\"; group = \"shop\";\n"
    "  params = { namespace = \"prod\"; deployment = [ \"b\", \"f\" ]; };\n"
    "  probes = (\n"
    "    { name = \"health\"; type = \"http\"; interval = \"5s\";\n"
    "      url = \"https://shop.example/api/health\"; timeout = \"2s\";\n"
    "      expect = { json = { pointer = \"/status\"; equals = \"ok\"; }; "
    "}; } );\n"
    "  evaluators = ( { name = \"down\"; type = \"consecutive\";\n"
    "    probe = \"health\"; failures = 3; recover = 2; } );\n"
    "  rules = ( { name = \"dead\"; any = [ \"down\" ]; severity = \"P0\";\n"
    "    mode = \"enforce\"; arm_window = \"2h\"; procedure = \"undo\"; } "
    ");\n"
    "} );\n";

static const char sample_procedure[] =
    "procedures = ( { name = \"undo\"; escalate = \"page\";\n"
    "  params = { namespace = { required = true; };\n"
    "    deployment = { required = true; match = \"[a-z0-9-]+\"; }; };\n"
    "  steps = ( { name = \"back\"; for_each = \"deployment\";\n"
    "    timeout = \"60s\"; resume = \"rerun\"; attempts = 2;\n"
    "    command = [ \"/bin/echo\", \"${deployment}\" ]; } ); },\n"
    "  { name = \"page\"; steps = ( { name = \"tell\"; timeout = \"5s\";\n"
    "    command = [ \"/bin/echo\" ]; } ); } );\n";

static inline void
sample_write(struct scratch *s)
{
	scratch_open(s);
	scratch_write(s, "rollbackd.conf", sample_main);
	scratch_mkdir(s, "services.d");
	scratch_mkdir(s, "procedures.d");
	scratch_write(s, "services.d/backend.conf", sample_service);
	scratch_write(s, "services.d/backend.conf~", "{{{");
	scratch_write(s, "procedures.d/undo.conf", sample_procedure);
}

static inline struct config *
sample_load(struct scratch *s)
{
	struct complaints *complaints = complaints_new();
	struct config *c = scratch_load(s, complaints);

	scratch_print(complaints);
	assert_non_null(c);
	complaints_free(complaints);
	return c;
}

#endif
