/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a worker leaves to its successor: what is known of the packets that wait in its
 * queues, and its flows. Private to worker/. */
#ifndef WORKER_KEPT_H
#define WORKER_KEPT_H

#include "base/memfd.h"
#include "flow/flow_kept.h"
#include "queue/nfqueue_kept.h"

/* The layout of the head never changes: another version of sealgate reads it too. The flows follow
 * at KEPT_FLOWS_AT, in a layout that flow_table_inherit() checks. */
#define KEPT_MAGIC    UINT64_C(0x657461676c616573) /* "sealgate" */
#define KEPT_FLOWS_AT 4096
#define KEPT_BOOT_ID  40

struct kept_head {
	uint64_t magic;
	char boot_id[KEPT_BOOT_ID]; /* the flows have times of the clock of this boot */
	struct nfqueue_kept queues;
};

/* Makes memory for a worker with `capacity` flows. Returns 0 or a negative errno; memfd_close() in
 * both cases. */
int kept_make(struct memfd *m, uint32_t capacity);

/* Returns the parts of this memory. */
struct nfqueue_kept *kept_queues(const struct memfd *m);
void *kept_flows(const struct memfd *m);

/* Opens the memory of another process, which may hold anything. Takes `fd`. Returns 0; or a
 * negative errno, also if it is of another boot. memfd_close() in both cases. Then kept_flows() are
 * octets to check, and kept_flows_size() says how many. */
int kept_open(struct memfd *m, int fd);
size_t kept_flows_size(const struct memfd *m);

#endif
