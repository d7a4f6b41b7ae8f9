/*
 * disk.h - what is on stable storage: rows and deliveries, which no crash
 * takes away.
 */
#ifndef TESTS_SIMULATION_DISK_H
#define TESTS_SIMULATION_DISK_H

#include "daemon/store/store.h"

struct store_delivery;

void disk_add_row(const struct store_event *e);
void disk_add_delivery(const struct store_delivery *d);
void disk_drop_delivery(int64_t id);
void disk_postpone_delivery(int64_t id, int64_t next_wall_ms);

/* Borrowed until the next call; the rows that the query asks for. */
const struct store_event *disk_find(const struct store_query *q, size_t *count);
const struct store_delivery *disk_deliveries(size_t *count);
const struct store_delivery *disk_due(int64_t now_wall_ms, size_t *count);

void disk_reset(void);

#endif
