#include "daemon/steps_link.h"

#include <stddef.h>

#include "daemon/steps_link_impl.h"

void
link_free(struct link *l)
{
	if (l != NULL)
		l->ops->free(l);
}

bool
link_is_up(const struct link *l, struct error *err)
{
	return l->ops->is_up(l, err);
}

int64_t
link_down_wait_ms(const struct link *l)
{
	return l->ops->down_wait_ms;
}

int64_t
link_claim_wait_ms(const struct link *l)
{
	return l->ops->claim_wait_ms;
}

bool
link_send(struct link *l, const struct link_order *order)
{
	return l->ops->send(l, order);
}

bool
link_follow(struct link *l, unsigned id, const char *key)
{
	return l->ops->follow != NULL && l->ops->follow(l, id, key);
}

void
link_drop(struct link *l, enum link_kind kind, unsigned id)
{
	if (l->ops->drop != NULL)
		l->ops->drop(l, kind, id);
}
