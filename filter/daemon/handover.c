/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/systemd.h"

/* The parts of a worker, and the names of their descriptors. */
enum part { PART_QUEUE, PART_MEMORY, PART_TCP4, PART_TCP6, PARTS };

static const char *const words[] = {
	[PART_QUEUE] = "queue", [PART_MEMORY] = "memory", [PART_TCP4] = "tcp4", [PART_TCP6] = "tcp6"
};

static const char *part_name(
        enum part part, const struct worker_config *config, char name[static HANDOVER_NAME])
{
	if (part == PART_QUEUE || part == PART_MEMORY)
		snprintf(name, HANDOVER_NAME, "%s.%u.%u", words[part], config->queue.number,
		        config->queue.queries_number);
	else
		snprintf(name, HANDOVER_NAME, "%s.%u.%u", words[part], config->queue.number,
		        config->tcp.port);
	return name;
}

static int *part_of(struct worker_descriptors *d, enum part part)
{
	switch (part) {
	case PART_QUEUE:
		return &d->queue;
	case PART_MEMORY:
		return &d->memory;
	case PART_TCP4:
		return &d->listeners[RELAY_IPV4];
	default:
		return &d->listeners[RELAY_IPV6];
	}
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

void handover_add(struct handover *h, const char *name, int fd)
{
	if (!h->items)
		h->items = calloc(HANDOVER_MAX, sizeof(*h->items));
	if (!h->items || h->count == HANDOVER_MAX) {
		close(fd);
		return;
	}
	struct handed *item = &h->items[h->count++];
	snprintf(item->name, sizeof(item->name), "%s", name);
	item->fd = fd;
	item->inode = inode_of(fd);
}

static void take_kept(void *context, const char *name, int fd)
{
	struct handover *h = context;
	unsigned before = h->count;

	handover_add(h, name, fd);
	if (h->count > before)
		h->items[before].is_of_systemd = true;
}

void handover_from_systemd(struct handover *h)
{
	systemd_take(take_kept, h);
}

static int take_named(struct handover *h, const char *name)
{
	for (unsigned i = 0; i < h->count; i++) {
		int fd = h->items[i].fd;
		if (fd < 0 || strcmp(h->items[i].name, name) != 0)
			continue;
		h->items[i].fd = -1;
		return fd;
	}
	return -1;
}

struct worker_descriptors handover_take(struct handover *h, const struct worker_config *config)
{
	struct worker_descriptors d = NO_DESCRIPTORS;
	char name[HANDOVER_NAME];

	for (enum part part = 0; part < PARTS; part++)
		*part_of(&d, part) = take_named(h, part_name(part, config, name));
	return d;
}

void handover_each(const struct worker *w, const struct worker_config *config, handover_giver *give,
        void *context)
{
	struct worker_descriptors d = worker_descriptors(w);
	char name[HANDOVER_NAME];

	for (enum part part = 0; part < PARTS; part++) {
		if (*part_of(&d, part) >= 0)
			give(context, part_name(part, config, name), *part_of(&d, part));
	}
}

/* Keeps one descriptor under its name, and no other. If systemd has it already, it stays there all
 * the time: this process may die at any moment. */
static void keep_one(void *context, const char *name, int fd)
{
	const struct handover *h = context;
	uint64_t inode = inode_of(fd);
	bool is_kept = false, is_stale = false;

	for (unsigned i = 0; i < h->count; i++) {
		const struct handed *item = &h->items[i];
		if (!item->is_of_systemd || strcmp(item->name, name) != 0)
			continue;
		is_kept = is_kept || item->inode == inode;
		is_stale = is_stale || item->inode != inode;
	}
	if (is_stale)
		systemd_forget(name);
	if (is_stale || !is_kept)
		systemd_keep(name, fd);
}

void handover_to_systemd(
        struct handover *h, const struct worker *w, const struct worker_config *config)
{
	handover_each(w, config, keep_one, h);
}

void handover_fini(struct handover *h, bool has_failed)
{
	for (unsigned i = 0; i < h->count; i++) {
		const struct handed *item = &h->items[i];
		if (item->is_of_systemd && (item->fd >= 0 || has_failed))
			systemd_forget(item->name);
		if (item->fd >= 0)
			close(item->fd);
	}
	free(h->items);
	*h = (struct handover){ 0 };
}
