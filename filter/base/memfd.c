/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static int memfd_map(struct memfd *m, int protection)
{
	void *base = mmap(NULL, m->size, protection, MAP_SHARED, m->fd, 0);

	if (base == MAP_FAILED)
		return -errno;
	m->base = base;
	return 0;
}

int memfd_make(struct memfd *m, const char *name, size_t size)
{
	*m = (struct memfd){ .fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING),
		.size = size };
	if (m->fd < 0 || ftruncate(m->fd, (off_t)size) < 0 ||
	        fcntl(m->fd, F_ADD_SEALS, SIZE_SEALS) < 0)
		return -errno;
	return memfd_map(m, PROT_READ | PROT_WRITE);
}

/* Without the seals, a file that shrinks would end the reader by SIGBUS. */
int memfd_open(struct memfd *m, int fd)
{
	struct stat st;

	*m = (struct memfd){ .fd = fd };
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((seals & SIZE_SEALS) != SIZE_SEALS || st.st_size <= 0)
		return -EBADF;
	m->size = (size_t)st.st_size;
	return memfd_map(m, PROT_READ);
}

void memfd_close(struct memfd *m)
{
	if (m->base)
		munmap(m->base, m->size);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct memfd){ .fd = -1 };
}
