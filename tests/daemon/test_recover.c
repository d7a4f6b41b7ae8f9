/*
 * From the log back into memory, with a real store.
 */
#include "tests/daemon/storage.h"

#include "daemon/recover.h"
#include "report/event.h"

/* Of three years with a hold a day. */
#define HOLDS_OF_THE_PAST (HOLDS_MAX + 1)

struct fixture {
	struct storage storage;
	struct monitor monitor;
	bool recovered;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	storage_begin(&f->storage);
	assert_true(storage_open(&f->storage));
	f->monitor.loop = f->storage.loop;
	f->monitor.store = f->storage.store;
	(void)snprintf(f->monitor.boot_id, sizeof(f->monitor.boot_id), "boot");
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	holds_free(&f->monitor.holds);
	storage_end(&f->storage);
	free(f);
	return 0;
}

static void
note(struct fixture *f, const char *kind, int number, int64_t until_ms)
{
	struct store_event e = storage_event(kind, NULL);
	char data[160];

	(void)snprintf(data, sizeof(data),
	    "{\"id\":\"h%d\",\"scope\":\"*\",\"reason\":\"because\","
	    "\"by\":\"ann\",\"until_ms\":%lld}",
	    number, (long long)until_ms);
	e.data = data;
	store_append(f->storage.store, &e, 1, NULL, 0, NULL, NULL);
}

static void
on_recovered(void *arg)
{
	struct fixture *f = arg;

	f->recovered = true;
	storage_answered(&f->storage, true);
}

static void
recover(struct fixture *f)
{
	recover_start(&f->monitor, on_recovered, f);
	storage_wait(&f->storage, 1);
	assert_true(f->recovered);
}

static void
holds_that_were_released_do_not_add_up(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < HOLDS_OF_THE_PAST; i++) {
		note(f, EVENT_HOLD, i, 0);
		note(f, EVENT_RELEASE, i, 0);
	}
	note(f, EVENT_HOLD, HOLDS_OF_THE_PAST, 0);
	recover(f);
	assert_int_equal(f->monitor.holds.count, 1);
	assert_non_null(holds_find(&f->monitor.holds, "shop", 0));
}

static void
none_that_is_stored_is_forgotten(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < HOLDS_MAX + 1; i++)
		note(f, EVENT_HOLD, i, 0);
	recover(f);
	assert_int_equal(f->monitor.holds.count, HOLDS_MAX + 1);
}

static void
what_has_ended_meanwhile_holds_no_more(void **state)
{
	struct fixture *f = *state;

	note(f, EVENT_HOLD, 1, 1001);
	note(f, EVENT_HOLD, 2, loop_wall_ms() + 3600 * 1000);
	recover(f);
	assert_int_equal(f->monitor.holds.count, 1);
	assert_string_equal(f->monitor.holds.items[0].id, "h2");
}

int
main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(holds_that_were_released_do_not_add_up),
		STORY(none_that_is_stored_is_forgotten),
		STORY(what_has_ended_meanwhile_holds_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
