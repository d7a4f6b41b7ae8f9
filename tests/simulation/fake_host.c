/* Files, log, control socket and the loading of configurations. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "daemon/acts.h"
#include "daemon/control.h"
#include "daemon/files.h"
#include "daemon/load.h"
#include "daemon/log.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/sim.h"

struct control {
	bool is_open;
};

struct control_call {
	enum control_verb verb;
	struct json_object *args;
	struct caller caller;
};

static const char *
when(char buffer[32])
{
	int64_t ms = sim.now_ms - START_MS;

	(void)snprintf(buffer, 32, "%02d:%02d:%02d.%03d", (int)(ms / HOUR_MS),
	    (int)(ms / MINUTE_MS % 60), (int)(ms / SECOND_MS % 60),
	    (int)(ms % SECOND_MS));
	return buffer;
}

static void
print(const char *who, const char *service, const char *fmt, va_list ap)
{
	char at[32];

	if (!sim.is_noisy)
		return;
	fprintf(stderr, "%s %s%s%s", when(at), who, service,
	    service[0] == '\0' ? "" : ": ");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vfprintf(stderr, fmt, ap);
#pragma GCC diagnostic pop
	fputc('\n', stderr);
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("* ", "", fmt, ap);
	va_end(ap);
}

void
breach(const char *fmt, ...)
{
	size_t used;
	char at[32];
	va_list ap;

	if (sim.breach[0] != '\0')
		return;
	used = (size_t)snprintf(
	    sim.breach, sizeof(sim.breach), "at %s ", when(at));
	va_start(ap, fmt);
	(void)vsnprintf(sim.breach + used, sizeof(sim.breach) - used, fmt, ap);
	va_end(ap);
}

void
log_event(enum log_level level, enum log_id id, const struct log_field *fields,
    size_t count, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	(void)id;
	(void)fields;
	(void)count;
	va_start(ap, fmt);
	print("  ", "", fmt, ap);
	va_end(ap);
}

void
log_service(enum log_level level, enum log_id id, const char *service,
    const char *fmt, ...)
{
	va_list ap;

	(void)level;
	(void)id;
	va_start(ap, fmt);
	print("  ", service == NULL ? "" : service, fmt, ap);
	va_end(ap);
}

#define LOG_FUNCTION(name)                \
	void name(const char *fmt, ...)   \
	{                                 \
		va_list ap;               \
                                          \
		va_start(ap, fmt);        \
		print("  ", "", fmt, ap); \
		va_end(ap);               \
	}

LOG_FUNCTION(log_error)
LOG_FUNCTION(log_warning)
LOG_FUNCTION(log_notice)
LOG_FUNCTION(log_info)
LOG_FUNCTION(log_debug)

void
log_open(int fd, enum log_style style, enum log_level least)
{
	(void)fd;
	(void)style;
	(void)least;
}

void
log_close(void)
{
}

uint64_t
log_dropped(void)
{
	return 0;
}

const char *
log_message_id(enum log_id id)
{
	(void)id;
	return NULL;
}

/* Names are the same whenever the seed is. */
ssize_t
getrandom(void *buffer, size_t length, unsigned flags)
{
	uint8_t *bytes = buffer;

	(void)flags;
	for (size_t i = 0; i < length; i++) {
		sim.names = sim.names * UINT64_C(6364136223846793005) + 99991;
		bytes[i] = (uint8_t)(sim.names >> 56);
	}
	return (ssize_t)length;
}

/* The copy of the configuration is there, as far as anyone can see. */
int
access(const char *path, int how)
{
	(void)path;
	(void)how;
	return 0;
}

bool
file_write_durably(int folder, const char *name, const void *bytes,
    size_t length, enum file_write how, bool *exists, struct error *err)
{
	(void)folder;
	(void)how;
	(void)err;
	if (exists != NULL)
		*exists = false;
	oracle_report(name, bytes, length);
	return true;
}

char *
file_read_whole(int folder, const char *name, size_t max_bytes, size_t *length,
    bool *missing, struct error *err)
{
	(void)folder;
	(void)max_bytes;
	*length = 0;
	if (missing != NULL)
		*missing = true;
	(void)error_set(err, "%s is not there", name);
	return NULL;
}

bool
file_remove_durably(int folder, const char *name, struct error *err)
{
	(void)folder;
	(void)name;
	(void)err;
	return true;
}

/* Read once for all days: nothing ever changes in it. */
static struct config *
config_of(unsigned variant, struct complaints *complaints)
{
	static struct config *configs[ESTATE_VARIANTS];
	struct config_rules rules = { .owner_uid = 0 };
	struct text text = text_new(64 * 1024);

	if (configs[variant] == NULL) {
		estate_write(variant, sim_folder, &text);
		configs[variant] = config_from_bytes(
		    text_str(&text), text.length, &rules, complaints);
	}
	text_free(&text);
	if (configs[variant] == NULL && variant != ESTATE_WRONG)
		breach("configuration %u: %s", variant,
		    complaints_line(complaints, 0));
	return configs[variant];
}

struct loaded *
load_read(const char *path)
{
	struct loaded *l = calloc(1, sizeof(*l));

	(void)path;
	if (l == NULL || (l->complaints = complaints_new()) == NULL)
		abort();
	l->config = config_of(sim.variant_on_disk, l->complaints);
	l->socket_group = CONTROL_NO_GROUP;
	l->is_kept = true;
	return l;
}

void
load_keep(struct loaded *l)
{
	l->is_kept = true;
}

bool
load_last_good(const char *state_directory, char *path, size_t size)
{
	(void)state_directory;
	(void)path;
	(void)size;
	return false;
}

struct loading {
	struct loop_timer *timer;
	load_done *done;
	void *arg;
};

static void
on_loaded(void *arg)
{
	struct loading it = *(struct loading *)arg;
	struct loaded *l = load_read("");

	loop_timer_free(it.timer);
	free(arg);
	if (l->config != NULL)
		sim.variant = sim.variant_on_disk;
	oracle_reloaded();
	it.done(it.arg, l);
	/* Kept for the next day: this generation is never let go. */
	(void)generation_join(sim.monitor->generation);
}

bool
load_start(struct loop *loop, const char *path, struct digests *in_use,
    const struct config *now, load_done *done, void *arg)
{
	struct loading *it = calloc(1, sizeof(*it));

	(void)path;
	(void)now; /* it is compared when it is applied */
	free(in_use);
	if (it == NULL)
		abort();
	it->done = done;
	it->arg = arg;
	it->timer = loop_timer_new(loop, on_loaded, it);
	loop_timer_start(it->timer, span_between(2, 50));
	return true;
}

void
load_free(struct loaded *l)
{
	if (l == NULL)
		return;
	complaints_free(l->complaints);
	free(l->matches);
	free(l);
}

const struct control_deadlines control_deadlines;

struct control *
control_open(struct loop *loop, const struct control_place *place,
    control_handler *handler, void *arg, struct error *err)
{
	(void)loop;
	(void)place;
	(void)handler;
	(void)arg;
	(void)err;
	return calloc(1, sizeof(struct control));
}

bool
control_set_roles(struct control *c, const struct control_roles_gids *roles)
{
	(void)c;
	(void)roles;
	return true;
}

void
control_close(struct control *c)
{
	free(c);
}

size_t
control_connections(const struct control *c)
{
	(void)c;
	return 0;
}

enum control_verb
control_verb(const struct control_call *call)
{
	return call->verb;
}

struct json_object *
control_args(const struct control_call *call)
{
	return call->args;
}

const struct caller *
control_caller(const struct control_call *call)
{
	return &call->caller;
}

static void
end(struct control_call *call)
{
	json_object_put(call->args);
	free(call);
}

void
control_reply(struct control_call *call, struct json_object *result)
{
	oracle_answered(call->verb, call->args, result);
	json_object_put(result);
	end(call);
}

void *
control_handler_arg(const struct control_call *call)
{
	(void)call;
	return sim.monitor;
}

/* Nobody asks for so much here. */
bool
control_reply_parts(
    struct control_call *call, const struct text *const parts[], size_t count)
{
	(void)parts;
	(void)count;
	control_reply(call, json_object_new_object());
	return true;
}

void
control_refuse(
    struct control_call *call, enum control_error code, const char *fmt, ...)
{
	va_list ap;

	(void)code;
	va_start(ap, fmt);
	print("* refused: ", "", fmt, ap);
	va_end(ap);
	oracle_answered(call->verb, call->args, NULL);
	end(call);
}

void
control_refuse_config(struct control_call *call, struct json_object *complaints,
    const char *fmt, ...)
{
	json_object_put(complaints);
	control_refuse(call, CONTROL_FAILED, "%s", fmt);
}

void
host_order(int verb, const char *args)
{
	struct control_call *call = calloc(1, sizeof(*call));
	struct error err;

	if (call == NULL)
		abort();
	say("order %s %s", verb_info((enum control_verb)verb)->word, args);
	call->verb = (enum control_verb)verb;
	call->args = json_parse(args, strlen(args), &err);
	call->caller = (struct caller){ .uid = 0, .privileged = true };
	if (call->args == NULL)
		abort();
	oracle_ordered(call->verb, call->args);
	acts_handle(sim.monitor, call);
}
