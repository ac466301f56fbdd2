/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of the daemon leaves the descriptors of its workers to the next one, each under a name.
 * While no process runs, systemd holds them in its file descriptor store
 * (sd_pid_notify_with_fds(3)), and packets wait in their queues. */
#ifndef DAEMON_HANDOVER_H
#define DAEMON_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/worker.h"

#define HANDOVER_NAME 32 /* octets of a name, with the final zero */
#define HANDOVER_MAX  1024

struct handed {
	char name[HANDOVER_NAME];
	int fd;             /* -1: it was taken */
	uint64_t inode;     /* of the file */
	bool is_of_systemd; /* systemd keeps it too */
};

struct handover {
	struct handed *items; /* HANDOVER_MAX, or NULL */
	unsigned count;
};

/* Takes the descriptors that systemd has kept. To be called before anything else opens one.
 * handover_fini() is due in any case. */
void handover_from_systemd(struct handover *h);

/* Adds a descriptor, which then belongs to `h`. Closes it if there is no room. */
void handover_add(struct handover *h, const char *name, int fd);

/* Returns the descriptors for the worker of this configuration, which then belong to the caller. */
struct worker_descriptors handover_take(struct handover *h, const struct worker_config *config);

/* Calls `give` for each descriptor of the worker of this configuration. */
typedef void handover_giver(void *context, const char *name, int fd);
void handover_each(const struct worker *w, const struct worker_config *config, handover_giver *give,
        void *context);

/* Once all workers are made: has systemd keep the descriptors of the worker instead of those that
 * it kept under these names. */
void handover_to_systemd(
        struct handover *h, const struct worker *w, const struct worker_config *config);

/* Closes what was not taken, and has systemd forget it; and what was taken too, if the start
 * `has_failed`: then the queues are as if sealgate did not run. */
void handover_fini(struct handover *h, bool has_failed);

#endif
