/* Questions under way: from a pool. */
#include <stdlib.h>

#include "daemon/fetch/fetch_impl.h"

/* As many are kept for the next; after a storm the rest goes. */
#define SPARE_QUESTIONS_MAX 256

static void
really_free(struct fetch_question *q)
{
	lean_free_work(&q->lean);
	free(q);
}

static struct fetch_question *
take_spare(struct fetch *f)
{
	struct fetch_question *q = f->questions;

	if (q != NULL) {
		f->questions = q->next;
		f->spare_questions--;
		return q;
	}
	return calloc(1, sizeof(*q));
}

/* Public functions */

bool
question_new(struct fetch_target *t)
{
	struct fetch_question *q = take_spare(t->fetch);

	if (q == NULL)
		return false;
	q->target = t;
	q->next = NULL;
	q->slot = NULL;
	q->lookup = NULL;
	q->next_url = NULL;
	q->retried = false;
	q->is_extended = q->is_looked = false;
	q->redirects = 0;
	q->resolve_ms = 0.0;
	t->q = q;
	return true;
}

void
question_free(struct fetch_target *t)
{
	struct fetch *f = t->fetch;
	struct fetch_question *q = t->q;

	t->q = NULL;
	if (f->spare_questions >= SPARE_QUESTIONS_MAX) {
		really_free(q);
		return;
	}
	q->next = f->questions;
	f->questions = q;
	f->spare_questions++;
}

void
question_free_spare(struct fetch *f)
{
	while (f->questions != NULL) {
		struct fetch_question *q = f->questions;

		f->questions = q->next;
		really_free(q);
	}
}
