/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flows of a worker that outlives its process: the table lies in memory that a successor reads.
 * Nothing is copied for that while the worker runs.
 *
 * A process may die at any moment. Then packets that wait for a verdict come again
 * (queue/nfqueue_adopt.h), so the flow of a response must stay until the verdict on the response is
 * sent. */
#ifndef FLOW_FLOW_KEPT_H
#define FLOW_FLOW_KEPT_H

#include "flow/flow.h"

/* Changes with the meaning of what lies in the memory. Sizes are compared besides. */
#ifndef FLOW_LAYOUT
#define FLOW_LAYOUT 2
#endif

/* Flows that were answered, and whose verdicts are not sent yet, at most. More are removed at
 * once. */
#define FLOW_GONE_MAX 512

/* Flows of one trade are of no use to another. */
enum flow_trade { FLOW_VALIDATES, FLOW_MONITORS, FLOW_SIGNS };

/* The time between the last sign of life of the old process and the take-over does not count for a
 * flow, up to this long. An attacker who forges responses has as much more time, once, and the
 * responses are judged. */
#define FLOW_OUTAGE_MAX_MS 60000

struct flow_gone {
	uint64_t expires_ms; /* of the flow, before it was answered */
	uint32_t slot, unused;
};

/* The head of the memory; the table follows it. */
struct flow_kept {
	uint32_t layout, flow_size, octets, question_max, signing_size;
	uint32_t trade; /* enum flow_trade */
	uint32_t capacity;
	uint32_t gone_count;
	uint64_t alive_ms; /* when the process lived for certain: its last flow_expire() */
	struct hash_key hash_key, share_key;
	struct flow_gone gone[FLOW_GONE_MAX];
};

/* Returns what this program writes before a table of `capacity` flows, without keys. For flow.c. */
struct flow_kept flow_kept_head(uint32_t capacity, enum flow_trade trade);

/* Returns the octets of memory for a table of `capacity` flows. */
size_t flow_kept_size(uint32_t capacity);

/* As flow_table_init(), with the table in `memory`, which is borrowed, all zero, aligned to
 * TABLE_ALIGN and has flow_kept_size() octets. From then on flow_settle() must be called once the
 * verdicts of a turn are sent. */
int flow_table_init_kept(struct flow_table *t, uint32_t capacity, uint32_t timeout_ms, void *memory,
        enum flow_trade trade);

/* Takes the flows from the memory that another process left, into a table that is empty and has the
 * same trade. `memory` has `size` octets, which may have been altered in any way and still change.
 * A flow that is not as this program writes it is left out. So who can write this memory (root, and
 * the user of the service) can at most make up flows: a forged response is judged as any other,
 * unless the flow says that its query is exempt; and who can write the memory of a signer can have
 * it sign a response of the server as the answer to another question. A flow of the signer holds
 * only under the policy that it names. Returns how many flows were taken; 0 if the layout is
 * another. */
unsigned flow_table_inherit(struct flow_table *t, const void *memory, size_t size, uint64_t now_ms);

/* Removes the flows that were answered before the verdicts were sent. */
void flow_settle(struct flow_table *t);

#endif
