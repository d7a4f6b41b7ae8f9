/*
 * rig.h - a whole daemon with as many services as are wanted, and one small
 * server that answers for all of them, for benches of what takes the daemon
 * long: starting, reloading, acting.
 *
 * Whatever fails ends the program with a word on why.
 */
#ifndef TESTS_BENCH_RIG_H
#define TESTS_BENCH_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RIG_SERVICES_MAX 20000
#define RIG_PATH_BYTES 512
#define RIG_FAILURES 3 /* so many wrong answers in a row trip */

struct rig_settings {
	int services;
	int interval_ms;
	int files; /* over which the services are spread */
	/* What a step runs, and what follows: the folder and its service. */
	const char *step;
};

/* What server and bench both see. */
struct rig_board {
	bool is_bad[RIG_SERVICES_MAX];
	int wrong[RIG_SERVICES_MAX];          /* answers since it is bad */
	int64_t decided_us[RIG_SERVICES_MAX]; /* the last that was needed */
};

struct rig {
	struct rig_settings settings;
	char dir[64];
	char socket[96]; /* of the daemon */
	char conf[96];
	struct rig_board *board;
	int port;
	int notify;
	pid_t server;
	pid_t daemon;
};

/* Makes the folder, starts the server, writes the configuration. */
void rig_open(struct rig *r, const struct rig_settings *settings);

/* A program that was built, by its name beneath the build folder. */
void rig_program(char path[RIG_PATH_BYTES], const char *name);

/* Starts the daemon; how long it took until READY=1. */
int64_t rig_start_us(struct rig *r);

/* Ends it. */
void rig_stop(struct rig *r);

/* Another value for a setting of the last service, or of all others. */
void rig_change(struct rig *r, int failures);
void rig_change_all(struct rig *r, int failures);

/* A connection to the control socket; one call on it, and its whole answer. */
int rig_connect(const struct rig *r);
int64_t rig_call_us(int fd, const char *line);

/* A figure of the daemon's from `rollbackctl metrics`; -1: not there. */
double rig_metric(const struct rig *r, const char *name);

/* User and system time of the daemon in microseconds. */
int64_t rig_cpu_us(const struct rig *r);

/* Ends daemon and server, removes the folder. */
void rig_close(struct rig *r);

int64_t rig_now_us(void); /* wall clock, as the stamps of steps are */
void rig_pause_ms(int ms);

/* Sorts, and prints "measure<TAB>value<TAB>unit" for p50, p99 and worst. */
void rig_print(const char *measure, int64_t *us, size_t count);
void rig_print_one(const char *measure, double value, const char *unit);

#endif
