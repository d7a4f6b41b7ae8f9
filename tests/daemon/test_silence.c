/*
 * Somebody is told when nothing is heard of a target for long.
 */
#include "tests/daemon/storage.h"

#include "daemon/load.h"
#include "daemon/poller.h"
#include "daemon/silence.h"
#include "daemon/together.h"
#include "daemon/watched.h"
#include "daemon/witness.h"

static const char configuration[] =
    "services = ( { name = \"shop\"; environment = \"test\";\n"
    "  probes = ( { name = \"p\"; type = \"http\";\n"
    "    url = \"http://127.0.0.1:1/\"; interval = \"10m\"; } );\n"
    "  verify = { probes = [\"p\"]; }; } );\n"
    "notifiers = ( { name = \"ops\"; type = \"command\";\n"
    "  command = [ \"/bin/true\" ]; } );\n";

#define MINUTE_MS 60000
#define SILENT_ALARM_MS (5 * MINUTE_MS) /* as by default */
#define APART_MS (11 * MINUTE_MS)       /* more than one answer may take */

struct fixture {
	struct storage storage;
	struct monitor monitor;
	struct generation generation;
	struct watched *watched[1];
	struct silence *silence;
	int64_t now_ms;
	int told;
};

static enum outbox_begun
on_send(void *arg, const struct store_delivery *rows, size_t count,
    outbox_done *done, void *done_arg)
{
	const struct outbox_outcome outcome = { MESSAGE_SENT, count, NULL, 0 };
	struct fixture *f = arg;

	for (size_t i = 0; i < count; i++)
		assert_non_null(strstr(rows[i].body, "shop"));
	f->told++;
	done(done_arg, &outcome);
	storage_answered(&f->storage, true);
	return OUTBOX_BEGUN;
}

static void
on_lost(void *arg, const char *channel, const char *reason, bool for_good)
{
	(void)arg;
	fail_msg(
	    "%s lost it%s: %s", channel, for_good ? " for good" : "", reason);
}

static void
make(struct fixture *f, const char *path)
{
	struct monitor *m = &f->monitor;
	struct loaded *l = load_read(path);
	struct error err = { "" };

	assert_non_null(l);
	assert_non_null(l->config);
	f->generation = (struct generation){ l->config, 2 };
	l->config = NULL;
	load_free(l);
	m->loop = f->storage.loop;
	m->store = f->storage.store;
	m->generation = &f->generation;
	m->fetch = fetch_new(m->loop, &err);
	m->ask_tools = (struct ask_tools){ .loop = m->loop,
		.fetch = m->fetch,
		.schedule = schedule_new(m->loop, poller_due) };
	m->outbox = outbox_new(m->loop, m->store, on_send, on_lost, f);
	m->together = together_new(m);
	assert_non_null(m->together);
	m->witnesses = witnesses_new(&m->ask_tools, f->generation.config, &err);
	f->watched[0] = watched_new(
	    m, m->generation, &f->generation.config->services[0], &err);
	assert_string_equal(err.text, "");
	m->watched = f->watched;
	m->watched_count = 1;
	watched_start(f->watched[0]);
	f->silence = silence_new(m);
	f->now_ms = loop_now_ms(m->loop);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];
	FILE *out;

	assert_non_null(f);
	storage_begin(&f->storage);
	assert_true(storage_open(&f->storage));
	storage_path(&f->storage, "rollbackd.conf", path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(configuration, out) >= 0);
	assert_int_equal(fclose(out), 0);
	make(f, path);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->monitor;

	storage_close(&f->storage);
	silence_free(f->silence);
	watched_free(f->watched[0]);
	witnesses_free(m->witnesses);
	schedule_free(m->ask_tools.schedule);
	together_free(m->together);
	outbox_free(m->outbox);
	fetch_free(m->fetch);
	config_free(f->generation.config);
	storage_end(&f->storage);
	free(f);
	return 0;
}

static void
look(struct fixture *f, int64_t after_ms)
{
	silence_look(f->silence, f->now_ms + after_ms);
}

static void
it_is_told_once_and_not_too_soon(void **state)
{
	struct fixture *f = *state;

	look(f, 0);
	look(f, SILENT_ALARM_MS); /* one answer may take longer */
	assert_true(watched_silent_ms(f->watched[0],
			f->now_ms + SILENT_ALARM_MS) < SILENT_ALARM_MS);
	look(f, APART_MS + SILENT_ALARM_MS);
	storage_wait(&f->storage, 1);
	look(f, APART_MS + SILENT_ALARM_MS + MINUTE_MS);
	assert_true(storage_append(&f->storage, "other", "shop"));
	assert_int_equal(f->told, 1);
}

static void
a_pause_is_no_silence(void **state)
{
	struct fixture *f = *state;

	assert_true(watched_silent_ms(f->watched[0],
			f->now_ms + APART_MS + SILENT_ALARM_MS) > 0);
	watched_wake(f->watched[0]);
	assert_int_equal(watched_silent_ms(f->watched[0], f->now_ms), 0);
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(it_is_told_once_and_not_too_soon),
		STORY(a_pause_is_no_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
