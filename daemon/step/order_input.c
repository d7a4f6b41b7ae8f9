#include "daemon/step/order_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/host/files.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int
order_input(const struct text *order, struct error *err)
{
	int fd = order->length == 0 ?
	    open("/dev/null", O_RDONLY | O_CLOEXEC) :
	    memfd_create("rollbackd-order", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 &&
	    (order->length == 0 ||
		(write_all(fd, text_str(order), order->length) &&
		    lseek(fd, 0, SEEK_SET) == 0 &&
		    fcntl(fd, F_ADD_SEALS, SEALS) == 0)))
		return fd;
	(void)error_set(err, "no standard input: %s", strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}
