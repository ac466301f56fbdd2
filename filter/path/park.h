/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that wait for keys. The kernel holds the packet; here is the copy that is judged again,
 * and what was asked. */
#ifndef PATH_PARK_H
#define PATH_PARK_H

#include "base/table.h"
#include "gate/asked.h"
#include "path/flow.h"

struct parked_list;

struct parked {
	uint32_t packet_id;
	uint32_t in_interface;
	unsigned fetches;       /* that it has waited for; see LIMIT_FETCHES */
	unsigned verifications; /* that judging it has cost so far; see LIMIT_VERIFICATIONS_ALL */
	uint64_t deadline_ms;
	struct flow_key flow_key; /* of its question, which stays open meanwhile */
	struct asked asked;
	uint8_t *packet; /* from the heap */
	size_t packet_len;
	struct parked_list *list; /* in which it waits, or NULL */
	struct parked *previous, *next;
};

/* Those who wait for the same thing, first come first. Zero it to begin with. */
struct parked_list {
	struct parked *first, *last;
};

struct park {
	struct table table; /* oldest first is the order of the deadlines: all wait as long */
	uint32_t wait_ms;
};

/* Takes memory for `capacity` responses (not for their packets). Returns 0 or -ENOMEM. */
int park_init(struct park *park, uint32_t capacity, uint32_t wait_ms);

/* Frees all that are parked, too. */
void park_fini(struct park *park);

/* Copies a response; it is in no list yet. Returns NULL when as many as may be are parked already,
 * or there is no memory for the copy. It is valid until park_remove(). */
struct parked *park_add(struct park *park, uint32_t packet_id, struct span packet,
        const struct flow *flow, uint64_t now_ms);

void park_remove(struct park *park, struct parked *parked);

/* The one with this packet id, or NULL. */
struct parked *park_find(const struct park *park, uint32_t packet_id);

/* The one whose deadline is the nearest, or NULL. */
struct parked *park_oldest(const struct park *park);

/* Moves `parked` to the end of `list`, out of the one it was in. */
void parked_move(struct parked *parked, struct parked_list *list);

/* Takes `parked` out of its list, if it is in one. */
void parked_unlist(struct parked *parked);

/* Moves all of `from` to the end of `to`. */
void parked_move_all(struct parked_list *from, struct parked_list *to);

#endif
