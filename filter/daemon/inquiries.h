/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks all workers the same, and gathers the answers. Private to daemon/. */
#ifndef DAEMON_INQUIRIES_H
#define DAEMON_INQUIRIES_H

#include "base/complaint.h"
#include "worker/inquiry.h"

struct inquiries {
	struct inquiry **of_worker; /* on the heap */
	unsigned count;
	unsigned left_out, not_looked_at; /* of all workers, as in worker/inquiry.h */
};

/* Asks the workers, and waits until each has answered, but for WORKERS_WAIT_MS at most. Returns 0,
 * or -1 with a complaint if memory is short or a worker hangs; call inquiries_fini() in both
 * cases. */
int inquiries_ask(struct inquiries *all, struct worker *const workers[], unsigned count,
        enum inquiry_kind kind, const struct name *top, struct complaint *why);
void inquiries_fini(struct inquiries *all);

/* Returns all rows of all answers on the heap, as pointers into them, and how many these are; NULL
 * if memory is short. */
const union inquiry_row **inquiries_rows(const struct inquiries *all, unsigned *count);

#endif
