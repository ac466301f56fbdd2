/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(struct kept_head) <= KEPT_FLOWS_AT, "the flows follow the head");
_Static_assert(sizeof(struct nfqueue_kept) == 56, "other versions of sealgate read it");

static struct kept_head *head_of(const struct memfd *m)
{
	return (struct kept_head *)(void *)m->base;
}

/* Writes zeros if the kernel does not tell. */
static void read_boot_id(char id[static KEPT_BOOT_ID])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	memset(id, 0, KEPT_BOOT_ID);
	if (fd < 0)
		return;
	if (read(fd, id, KEPT_BOOT_ID - 1) < 0)
		memset(id, 0, KEPT_BOOT_ID);
	close(fd);
}

int kept_make(struct memfd *m, uint32_t capacity)
{
	int error = memfd_make(m, "sealgate-worker", KEPT_FLOWS_AT + flow_kept_size(capacity));

	if (error)
		return error;
	head_of(m)->magic = KEPT_MAGIC;
	read_boot_id(head_of(m)->boot_id);
	return 0;
}

struct nfqueue_kept *kept_queues(const struct memfd *m)
{
	return &head_of(m)->queues;
}

void *kept_flows(const struct memfd *m)
{
	return m->base + KEPT_FLOWS_AT;
}

size_t kept_flows_size(const struct memfd *m)
{
	return m->size - KEPT_FLOWS_AT;
}

int kept_open(struct memfd *m, int fd)
{
	int error = memfd_open(m, fd);
	char boot_id[KEPT_BOOT_ID];

	if (error)
		return error;
	read_boot_id(boot_id);
	if (m->size < KEPT_FLOWS_AT || head_of(m)->magic != KEPT_MAGIC ||
	        memcmp(head_of(m)->boot_id, boot_id, KEPT_BOOT_ID) != 0)
		return -EBADMSG;
	return 0;
}
