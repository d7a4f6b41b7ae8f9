#include "tests/unit/config/sample.h"

#include "evaluator/consecutive.h"
#include "probe/http_settings.h"

static void
test_a_whole_configuration(void **state)
{
	const struct service_settings *service;
	const struct procedure_settings *procedure;
	const struct http_settings *http;
	const struct consecutive_settings *consecutive;
	struct scratch s;
	struct config *c;

	(void)state;
	sample_write(&s);
	c = sample_load(&s);
	assert_string_equal(c->state_directory, "/var/lib/rollbackd");
	assert_string_equal(c->control.socket, "/run/rollbackd/control.sock");
	assert_true(strings_contain(&c->control.roles.lead, "eng-leads"));
	assert_int_equal(c->runner.kill_grace_ms, 5000);
	assert_int_equal(c->file_count, 3);
	assert_int_equal(c->witness_count, 1);
	assert_int_equal(c->witnesses[0].interval_ms, 5000);
	assert_int_equal(c->witnesses[0].timeout_ms, 5000);

	service = config_service(c, "backend");
	assert_non_null(service);
	assert_null(config_service(c, "backen"));
	assert_string_equal(service->environment, "production");
	assert_int_equal(service->settle_ms, 60000);
	assert_int_equal(service->cooldown_ms, 1800000);
	assert_int_equal(service->probe_count, 2);
	assert_string_equal(service->probes[0].name, "health");
	assert_int_equal(service->probes[0].interval_ms, 5000);
	assert_ptr_equal(service->probes[0].kind, &probe_http);
	http = service->probes[0].settings;
	assert_string_equal(http->url, "https://shop.example/api/health");
	assert_true(http->verify_tls);
	assert_true(http->expect.json.given);
	assert_string_equal(http->expect.status.items[0], "200-299");
	assert_int_equal(http->expect.max_bytes, 1 << 20);
	consecutive = service->evaluators[0].settings;
	assert_int_equal(consecutive->failures_to_trip, 3);
	assert_int_equal(service->rules[0].arm_window_ms, 7200000);
	assert_int_equal(service->verify.successes, 5);
	assert_int_equal(service->verify.interval_ms, 1000);
	assert_int_equal(strlen(service->digest), 64);

	procedure = config_procedure(c, "undo");
	assert_non_null(procedure);
	assert_int_equal(procedure->budget_ms, 900000);
	assert_int_equal(procedure->param_count, 2);
	assert_string_equal(procedure->params[1].name, "deployment");
	assert_int_equal(procedure->steps[0].attempts, 2);
	assert_int_equal(procedure->steps[0].resume, RESUME_RERUN);
	assert_string_equal(procedure->steps[0].executor, "command");
	config_free(c);
	scratch_close(&s);
}

static void
test_what_a_service_is_like(void **state)
{
	const struct service_settings *service;
	struct scratch s;
	struct config *c;

	(void)state;
	sample_write(&s);
	c = sample_load(&s);
	service = config_service(c, "backend");
	assert_int_equal(service->params.count, 3);
	assert_string_equal(
	    params_find(&service->params, "namespace")->values.items[0],
	    "prod");
	assert_string_equal(
	    params_find(&service->params, "region")->values.items[0], "eu");
	assert_true(params_find(&service->params, "deployment")->is_list);
	assert_string_equal(service->like, "web");
	assert_int_equal(c->template_count, 1);
	config_free(c);
	scratch_close(&s);
}

static void
test_the_digest_of_a_service_changes_with_its_settings_alone(void **state)
{
	char digest[65], generation[65];
	struct scratch s;
	struct config *c;
	char text[sizeof(sample_service) + 64];

	(void)state;
	sample_write(&s);
	c = sample_load(&s);
	(void)snprintf(digest, sizeof(digest), "%s", c->services[0].digest);
	(void)snprintf(generation, sizeof(generation), "%s", c->digest);
	config_free(c);

	(void)snprintf(text, sizeof(text), "# moved\n\n%s", sample_service);
	scratch_write(&s, "services.d/backend.conf", text);
	c = sample_load(&s);
	assert_string_equal(c->services[0].digest, digest);
	assert_string_not_equal(c->digest, generation);
	config_free(c);

	strstr(text, "settle = \"1m\"")[10] = '2';
	scratch_write(&s, "services.d/backend.conf", text);
	c = sample_load(&s);
	assert_string_not_equal(c->services[0].digest, digest);
	config_free(c);
	scratch_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_configuration),
		cmocka_unit_test(test_what_a_service_is_like),
		cmocka_unit_test(
		    test_the_digest_of_a_service_changes_with_its_settings_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
