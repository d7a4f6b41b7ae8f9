/*
 * lean_scene.h - a scripted server, and the settings that the lean engine asks
 * it with.
 */
#ifndef TESTS_DAEMON_LEAN_SCENE_H
#define TESTS_DAEMON_LEAN_SCENE_H

#include "tests/daemon/asking.h"

#define UP "rx ; ok up"
#define HEAD "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n"

struct scene {
	struct peer p;
	struct world *w;
	struct http_settings settings;
	char url[64];
};

static inline struct scene *
scene_new(const struct fetch_settings *fetch, const char *const scripts[])
{
	struct scene *s = calloc(1, sizeof(*s));

	s->p = peer_start("peer", scripts);
	s->w = world_new(fetch);
	(void)snprintf(
	    s->url, sizeof(s->url), "http://127.0.0.1:%u/", s->p.port);
	s->settings = get(s->url);
	s->settings.engine = HTTP_ENGINE_LEAN;
	return s;
}

static inline void
scene_free(struct scene *s)
{
	if (s->p.pid > 0)
		peer_forget(&s->p);
	world_free(s->w);
	free(s);
}

#define SCENE(...) scene_new(NULL, (const char *const[]){ __VA_ARGS__, NULL })

static inline struct fetch_counts
counts(const struct scene *s)
{
	return *fetch_counts(s->w->fetch);
}

#endif
