#include "daemon/store/store_impl.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/store/writer.h"

#define FIRST_RETRY_MS 25
#define LAST_RETRY_MS 3200

/* Soon at first: what locked the file may be gone in a moment. */
void
store_schedule_retry(struct store *s)
{
	long ns;

	if (database_is_open(s->db) || s->retry_ms == 0)
		s->retry_ms = FIRST_RETRY_MS;
	else if (s->retry_ms < LAST_RETRY_MS)
		s->retry_ms *= 2;
	(void)clock_gettime(CLOCK_MONOTONIC, &s->retry); /* cannot fail */
	ns = s->retry.tv_nsec + s->retry_ms % 1000 * 1000000;
	s->retry.tv_sec += s->retry_ms / 1000 + ns / 1000000000;
	s->retry.tv_nsec = ns % 1000000000;
}

void
store_note_state(struct store *s)
{
	const char *trouble = "";

	s->new_state = STORE_OK;
	if (!database_is_open(s->db)) {
		s->new_state = STORE_FAILED;
		trouble = database_trouble(s->db);
	} else if (database_quarantine(s->db) != NULL) {
		s->new_state = STORE_QUARANTINED;
		trouble = database_quarantine(s->db);
	}
	(void)snprintf(s->new_trouble, sizeof(s->new_trouble), "%s", trouble);
}

/* Gives answers, and the state that goes with them, to the loop. */
static void
hand_over(struct store *s, struct request_list *answers)
{
	uint64_t one = 1;

	pthread_mutex_lock(&s->mutex);
	while (answers->first != NULL)
		request_list_add(&s->answered, request_list_take(answers));
	store_note_state(s);
	pthread_mutex_unlock(&s->mutex);
	/* Full only after 2^64 - 2 of them, none of which was read. */
	(void)!write(s->event_fd, &one, sizeof(one));
}

/* Waits for requests or the time to try again; false: the end. */
static bool
wait_for_work(struct store *s, struct request_list *todo)
{
	bool timed_out = false, more;

	pthread_mutex_lock(&s->mutex);
	while (s->waiting.first == NULL && !s->stopping && !timed_out) {
		if (database_is_open(s->db))
			pthread_cond_wait(&s->wake, &s->mutex);
		else
			timed_out = pthread_cond_timedwait(&s->wake, &s->mutex,
					&s->retry) == ETIMEDOUT;
	}
	more = s->waiting.first != NULL || !s->stopping;
	while (s->waiting.first != NULL)
		request_list_add(todo, request_list_take(&s->waiting));
	pthread_mutex_unlock(&s->mutex);
	return more;
}

static bool
retry_is_due(const struct store *s)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return now.tv_sec > s->retry.tv_sec ||
	    (now.tv_sec == s->retry.tv_sec && now.tv_nsec >= s->retry.tv_nsec);
}

void *
store_thread(void *arg)
{
	struct store *s = arg;
	struct request_list todo, answers;

	request_list_init(&todo);
	request_list_init(&answers);
	while (wait_for_work(s, &todo)) {
		if (!database_is_open(s->db) && retry_is_due(s)) {
			(void)database_open(s->db); /* the state tells */
			store_schedule_retry(s);
			hand_over(s, &answers);
		}
		while (todo.first != NULL) {
			bool was_open = database_is_open(s->db);

			writer_serve(s->db, &todo, &answers);
			if (was_open && !database_is_open(s->db)) {
				s->retry_ms = 0;
				store_schedule_retry(s);
			}
			hand_over(s, &answers);
		}
	}
	return NULL;
}
