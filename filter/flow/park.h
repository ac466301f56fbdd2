/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that wait: the copy that is judged again, and what was asked. Of a packet the original
 * is held by the kernel meanwhile. */
#ifndef FLOW_PARK_H
#define FLOW_PARK_H

#include <sys/socket.h>

#include "base/share.h"
#include "base/table.h"
#include "flow/flow.h"
#include "gate/client_query.h"

struct parked_list;
struct question;

/* How a question may be asked again (reask.h); bits, of which `reasked` has those that were tried.
 */
enum reask_how { REASK_NOT = 0, REASK_WHOLE = 1, REASK_PLAINLY = 2, REASK_SIGNED = 4 };

struct parked {
	struct park *park; /* in which it lies */
	uint64_t packet_id;
	bool is_held_back;      /* for its grace, not for keys: `park` is that of grace.h */
	bool is_forwarded;      /* a packet in FORWARD */
	unsigned fetches;       /* that it has waited for; see LIMIT_FETCHES */
	unsigned verifications; /* that judging it has cost so far; see LIMIT_VERIFICATIONS_ALL */
	uint64_t deadline_ms;
	struct flow_key flow_key; /* of its question, which stays open meanwhile */
	struct question
	        *question; /* the same of a message on a connection; see worker/question.h */
	struct client_query asked;
	struct sockaddr_storage server; /* that sent it */
	uint8_t *octets;                /* of the packet or the message, from the heap */
	size_t len;
	enum reask_how waits_for; /* its question is being asked again */
	unsigned reasked;
	uint8_t *whole; /* what came of that, and takes its place; from the heap, or NULL */
	size_t whole_len;
	uint8_t *proof; /* the same: a message with the signatures that it lacks; see
	                   worker/server_fallback.h */
	size_t proof_len;
	struct sharer client, asks; /* whose share it takes: its client's, its question's */
	struct parked_list *list;   /* in which it waits, or NULL */
	struct parked *previous, *next;
};

/* Those who wait for the same thing, first come first. Zero it to begin with. */
struct parked_list {
	struct parked *first, *last;
};

struct park {
	struct table table; /* oldest first is the order of the deadlines: all wait as long */
	uint32_t wait_ms;
	struct share clients, questions; /* of the room; see share.h */
	uint64_t *shares_taken;          /* counts who was refused for these, if not NULL */
};

/* Takes memory for `capacity` responses (not for their packets). Returns 0 or a negative
 * errno. */
int park_init(struct park *park, uint32_t capacity, uint32_t wait_ms);

/* Frees all that are parked, too. */
void park_fini(struct park *park);

/* A packet that the kernel holds: a response to what was `asked`, whose flow is found by `key`. */
struct waiting_packet {
	uint64_t id;
	struct span octets;
	const struct flow_key *key;
	const struct client_query *asked;
};

/* Copies the packet; the copy is in no list yet. Returns NULL when as many as may be are parked
 * already, of all or of its client or question, or there is no memory for the copy. It is valid
 * until parked_remove(). */
struct parked *park_add(struct park *park, const struct waiting_packet *waiting, uint64_t now_ms);

/* The same for a message on a connection of `client`, to `question`, where `asked` was asked. */
struct parked *park_message(struct park *park, const struct sockaddr_storage *client,
        struct question *question, const struct client_query *asked, struct span message,
        uint64_t now_ms);

/* Takes it out of its park, and out of its list if it is in one, and frees it. */
void parked_remove(struct parked *parked);

/* The one with this packet id, or NULL. */
struct parked *park_find(const struct park *park, uint64_t packet_id);

/* The one whose deadline is the nearest, or NULL. */
struct parked *park_oldest(const struct park *park);

/* True when another message came in its place. */
static inline bool parked_is_replaced(const struct parked *parked)
{
	return parked->whole != NULL;
}

/* That message, or the `original`. */
static inline struct span parked_message(const struct parked *parked, struct span original)
{
	return parked_is_replaced(parked) ? span_of(parked->whole, parked->whole_len) : original;
}

/* Moves `parked` to the end of `list`, out of the one it was in. */
void parked_move(struct parked *parked, struct parked_list *list);

/* Takes `parked` out of its list, if it is in one. */
void parked_unlist(struct parked *parked);

/* Moves all of `from` to the end of `to`. */
void parked_move_all(struct parked_list *from, struct parked_list *to);

#endif
