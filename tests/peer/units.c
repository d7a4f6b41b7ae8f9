/*
 * A PID 1 for tests of what has it start and stop units, and for the ways in
 * which its word gets lost:
 *
 *     units ADDRESS FOLDER
 *
 * It has every service that it is asked for, inactive at first.  Files in
 * FOLDER say what goes wrong, each once:
 *     deny          the action is refused
 *     result        its job ends with the word in the file
 *     early         its end is told before the answer
 *     silent        its end is not told
 *     leave         it is done, and the bus is left without an answer
 *     forget        the bus is left without an answer, and nothing is done
 *     begin         the bus is left without an answer while the job goes on
 * A job ends once there is FOLDER/gate.  "acts" in it grows by a line for each
 * action that is done.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER SERVICE ".Manager"
#define UNITS PATH "/unit/"
#define UNITS_MAX 16
#define WAIT_US 20000

struct unit {
	char name[256];
	bool is_active;
	uint64_t activated_us;
	unsigned job; /* under way; 0: none */
	char method[32];
	bool is_told; /* its end */
};

static sd_bus *bus;
static const char *folder;
static struct unit units[UNITS_MAX];
static size_t unit_count;
static unsigned jobs;
static bool leaves;

static bool
is_there(const char *name, bool once, char *word, size_t bytes)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (word != NULL && fgets(word, (int)bytes, f) != NULL)
		word[strcspn(word, "\n")] = '\0';
	(void)fclose(f);
	if (once)
		(void)unlink(path);
	return true;
}

static bool
fault(const char *name)
{
	return is_there(name, true, NULL, 0);
}

static struct unit *
find(const char *name)
{
	for (size_t i = 0; i < unit_count; i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	if (unit_count == UNITS_MAX)
		errx(1, "too many units");
	(void)snprintf(
	    units[unit_count].name, sizeof(units[0].name), "%s", name);
	return &units[unit_count++];
}

static const char *
job_path(const struct unit *u, char path[64])
{
	(void)snprintf(path, 64, PATH "/job/%u", u->job);
	return path;
}

static void
note(const struct unit *u)
{
	char path[512];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/acts", folder);
	f = fopen(path, "a");
	if (f == NULL)
		err(1, "%s", path);
	(void)fprintf(f, "%s %s\n", u->method, u->name);
	(void)fclose(f);
}

static void
tell_end(const struct unit *u, const char *result)
{
	char path[64];

	(void)sd_bus_emit_signal(bus, PATH, MANAGER, "JobRemoved", "uoss",
	    u->job, job_path(u, path), u->name, result);
}

/* The job is done, well or not. */
static void
end_job(struct unit *u, bool is_told)
{
	char result[32] = "done";

	note(u);
	(void)is_there("result", true, result, sizeof(result));
	if (strcmp(result, "done") == 0) {
		u->is_active = strcmp(u->method, "StopUnit") != 0;
		u->activated_us++;
	}
	if (is_told)
		tell_end(u, result);
	u->job = 0;
}

static int
act(sd_bus_message *m, const char *method)
{
	const char *name, *mode;
	char path[64];
	struct unit *u;

	if (sd_bus_message_read(m, "ss", &name, &mode) < 0)
		return 0;
	if (fault("deny"))
		return sd_bus_reply_method_errorf(
		    m, SD_BUS_ERROR_ACCESS_DENIED, "Permission denied by test");
	u = find(name);
	if (fault("forget")) {
		leaves = true;
		return 1;
	}
	(void)snprintf(u->method, sizeof(u->method), "%s", method);
	u->job = ++jobs;
	u->is_told = !fault("silent");
	if (fault("leave")) {
		leaves = true;
		end_job(u, false);
		return 1;
	}
	if (fault("begin")) {
		leaves = true;
		return 1;
	}
	(void)job_path(u, path);
	if (fault("early"))
		end_job(u, true);
	return sd_bus_reply_method_return(m, "o", path);
}

static void
add(sd_bus_message *r, const char *name, const char *type, ...)
{
	va_list ap;

	va_start(ap, type);
	(void)sd_bus_message_open_container(r, 'e', "sv");
	(void)sd_bus_message_append(r, "s", name);
	(void)sd_bus_message_open_container(r, 'v', type);
	(void)sd_bus_message_appendv(r, type, ap);
	(void)sd_bus_message_close_container(r);
	(void)sd_bus_message_close_container(r);
	va_end(ap);
}

static int
get_all(sd_bus_message *m)
{
	const char *path = sd_bus_message_get_path(m);
	struct unit *u =
	    &units[strtoul(path + strlen(UNITS), NULL, 10) % UNITS_MAX];
	sd_bus_message *r = NULL;
	char job[64] = "/";
	int n;

	if (sd_bus_message_new_method_return(m, &r) < 0)
		return 0;
	(void)sd_bus_message_open_container(r, 'a', "{sv}");
	add(r, "LoadState", "s", "loaded");
	add(r, "ActiveState", "s", u->is_active ? "active" : "inactive");
	add(r, "SubState", "s", u->is_active ? "running" : "dead");
	add(r, "CanStart", "b", true);
	add(r, "CanStop", "b", true);
	add(r, "CanReload", "b", true);
	add(r, "CanIsolate", "b", false);
	add(r, "ConditionResult", "b", true);
	add(r, "ActiveEnterTimestampMonotonic", "t", u->activated_us);
	add(r, "Something", "as", 1, "else");
	add(r, "Job", "(uo)", u->job, u->job == 0 ? "/" : job_path(u, job));
	(void)sd_bus_message_close_container(r);
	n = sd_bus_send(bus, r, NULL);
	(void)sd_bus_message_unref(r);
	return n < 0 ? n : 1;
}

static int
get_job(sd_bus_message *m)
{
	char path[64];

	for (size_t i = 0; i < unit_count; i++)
		if (units[i].job != 0 &&
		    strcmp(job_path(&units[i], path),
			sd_bus_message_get_path(m)) == 0)
			return sd_bus_reply_method_return(
			    m, "v", "s", "running");
	return sd_bus_reply_method_errorf(
	    m, SD_BUS_ERROR_UNKNOWN_OBJECT, "There is no such job.");
}

static int
load(sd_bus_message *m)
{
	const char *name;
	char path[64];

	if (sd_bus_message_read(m, "s", &name) < 0)
		return 0;
	(void)snprintf(
	    path, sizeof(path), UNITS "%zu", (size_t)(find(name) - units));
	return sd_bus_reply_method_return(m, "o", path);
}

static int
on_message(sd_bus_message *m, void *arg, sd_bus_error *ignored)
{
	const char *member = sd_bus_message_get_member(m);
	size_t length = member == NULL ? 0 : strlen(member);

	(void)arg;
	(void)ignored;
	if (!sd_bus_message_is_method_call(m, NULL, NULL))
		return 0;
	if (strcmp(member, "Subscribe") == 0)
		return sd_bus_reply_method_return(m, "");
	if (strcmp(member, "LoadUnit") == 0)
		return load(m);
	if (strcmp(member, "GetAll") == 0)
		return get_all(m);
	if (strcmp(member, "Get") == 0)
		return get_job(m);
	if (length > 4 && strcmp(member + length - 4, "Unit") == 0)
		return act(m, member);
	return 0;
}

static void
join(const char *address)
{
	if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, address) < 0 ||
	    sd_bus_set_bus_client(bus, true) < 0 || sd_bus_start(bus) < 0 ||
	    sd_bus_add_filter(bus, NULL, on_message, NULL) < 0 ||
	    sd_bus_request_name(bus, SERVICE, 0) < 0)
		errx(1, "cannot join the bus at %s", address);
}

/* What is under way ends once it may. */
static void
end_jobs(void)
{
	if (!is_there("gate", false, NULL, 0))
		return;
	for (size_t i = 0; i < unit_count; i++)
		if (units[i].job != 0)
			end_job(&units[i], units[i].is_told);
}

int
main(int argc, char *argv[])
{
	if (argc != 3)
		errx(2, "usage: units ADDRESS FOLDER");
	(void)alarm(300);
	folder = argv[2];
	join(argv[1]);
	for (;;) {
		int n = sd_bus_process(bus, NULL);

		if (n < 0)
			return 0; /* the bus is gone */
		if (leaves) {
			leaves = false;
			bus = sd_bus_flush_close_unref(bus);
			join(argv[1]);
		}
		if (n == 0) {
			end_jobs();
			(void)sd_bus_wait(bus, WAIT_US);
		}
	}
}
