/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that outlives its process, if another process holds its descriptor too. */
#ifndef BASE_MEMFD_H
#define BASE_MEMFD_H

#include <stddef.h>
#include <stdint.h>

struct memfd {
	int fd;        /* -1: none */
	uint8_t *base; /* NULL: none */
	size_t size;
};

/* Makes memory of `size` octets, all zero, whose size cannot change. `name` is for /proc. Returns 0
 * or a negative errno; memfd_close() in both cases. */
int memfd_make(struct memfd *m, const char *name, size_t size);

/* Maps the memory of another process for reading. That process may still change its octets, but not
 * its size, so reading cannot fail. Takes `fd`. Returns 0; or a negative errno, also if `fd` is
 * another kind of file, or its size could change. memfd_close() in both cases. */
int memfd_open(struct memfd *m, int fd);

void memfd_close(struct memfd *m);

#endif
