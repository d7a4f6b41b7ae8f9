#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/host/retention.h"
#include "daemon/steps_files.h"

/* On the store's thread; what is left over is found the next time. */
static bool
prune(void *arg)
{
	struct retention_folders *f = arg;
	const int folders[] = { f->requests, f->claims, f->pins, f->results,
		f->outputs };

	(void)retention_sweep(f, RETENTION_MS);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (folders[i] >= 0)
			(void)close(folders[i]); /* was only read */
	free(f);
	return true;
}

void
steps_files_prune(const struct steps_files *f, struct store *store)
{
	struct retention_folders *own;

	/* The runner's own folder is pruned by the runner. */
	if (f->foreign != NULL)
		return;
	own = calloc(1, sizeof(*own));
	if (own == NULL)
		return;
	*own = (struct retention_folders){
		.requests = fcntl(f->requests, F_DUPFD_CLOEXEC, 3),
		.claims = fcntl(f->claims, F_DUPFD_CLOEXEC, 3),
		.pins = fcntl(f->pins, F_DUPFD_CLOEXEC, 3),
		.results = fcntl(f->results, F_DUPFD_CLOEXEC, 3),
		.outputs = fcntl(f->outputs, F_DUPFD_CLOEXEC, 3),
	};
	store_run(store, prune, NULL, own);
}
