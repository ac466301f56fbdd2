/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that wait for keys, for the clock, for the query to be asked again, or for their grace
 * to end. A parked response is a copy, with the query that it answers. Over UDP, the kernel holds
 * the packet itself until its verdict. */
#ifndef FLOW_PARK_H
#define FLOW_PARK_H

#include <sys/socket.h>

#include "base/share.h"
#include "base/table.h"
#include "flow/flow.h"
#include "gate/client_query.h"

struct parked_list;
struct question;

/* How sealgate may ask a client's query again (fetch/reask.h). Bits, so that `reasked` can hold
 * several. */
enum reask_how {
	REASK_NOT = 0,
	REASK_WHOLE = 1,
	REASK_PLAINLY = 2,
	REASK_SIGNED = 4,
	REASK_BARELY = 8,
	REASK_LETTERS = 16,
	REASK_ONCE_MORE = 32,
	REASK_MADE = 64,
	REASK_DO = 128,
};

struct parked {
	struct park *park; /* the park it lies in */
	uint64_t packet_id;
	bool is_held_back; /* true: it lies in the park of grace.h */
	bool is_copy;      /* the response has passed, and a copy is judged; see worker/monitor.h */
	bool is_forwarded; /* the packet is in FORWARD */
	/* `octets` are not what the kernel holds: the client's letters were put back */
	bool is_changed;
	bool is_doubted_by_client; /* the client may refuse it, and go on listening */
	unsigned fetches; /* number of fetches for this response so far; see LIMIT_FETCHES */
	/* Work of the signature checks for this response so far; see LIMIT_WORK_ALL. */
	unsigned work;
	unsigned fetches_ahead; /* see LIMIT_AHEAD_ALL */
	uint64_t since_ms, deadline_ms;
	uint64_t keys_from_ms;     /* when it first waited for keys; 0: not yet */
	uint32_t took_ms;          /* from the query to this response; 0 if that is not known */
	struct flow_key flow_key;  /* of its flow, which stays open meanwhile */
	struct question *question; /* over TCP: its question; see worker/question.h */
	struct client_query asked;
	struct sockaddr_storage server; /* that sent the response */
	uint8_t client_octets[16];      /* the address of the client: the first `client_len` */
	uint8_t client_len;
	uint8_t *octets; /* the packet, or over TCP the message; from the heap */
	size_t len;
	enum reask_how waits_for; /* how its query is being asked again now, or REASK_NOT */
	unsigned reasked;         /* the bits of enum reask_how that were tried */
	enum reask_how came_by;   /* how the newest of the messages below was asked for */
	uint8_t *whole;           /* the message that replaces this one; from the heap, or NULL */
	size_t whole_len;
	bool is_large; /* `whole` came over UDP, with room for more octets than a packet has */
	/* `whole` came with other letters in its question than were asked */
	bool has_other_letters;
	uint8_t *proof; /* a message with the signatures that this one lacks (gate/assist.h), or the
	                   answer to the question asked once more; from the heap, or NULL */
	size_t proof_len;
	bool may_ask_elsewhere; /* REASK_ONCE_MORE asks another server, if there is one */
	uint64_t once_more_tag; /* see worker/once_more.h; 0 for none */
	uint8_t *denial;        /* the message that REASK_MADE is about (worker/withheld.h); from
	                           the heap, or NULL */
	size_t denial_len;
	bool has_made; /* `whole` has what was made up, and the signatures of `denial` */
	uint8_t stage; /* of a copy: enum copy_stage */
	bool is_bare;  /* of a copy: see struct arrival */
	bool has_flow; /* of a copy: `flow_key` is set, and the flow stays open */
	/* Of a copy: the response of the same server to the same question with DO; from the heap,
	 * or NULL. */
	uint8_t *signed_one;
	size_t signed_len;
	/* The share of its client, and the share of its question. */
	struct sharer client, question_share;
	struct parked_list *list; /* the list in which it waits, or NULL */
	struct parked *previous, *next;
};

/* Parked responses that wait for one event, in the order in which they came. All zero is empty. */
struct parked_list {
	struct parked *first, *last;
};

/* A response waits for keys for at least this share of the longest wait. */
#define PARK_SHARE_PERCENT 30

struct park {
	struct table table;              /* in the order of the deadlines */
	uint32_t wait_ms;                /* the longest wait */
	uint32_t copies;                 /* parked so far */
	struct share clients, questions; /* of the table; see base/share.h */
	/* Counter of responses refused because a share was used up; or NULL. */
	uint64_t *shares_taken;
};

/* Takes memory for `capacity` responses, but not for their octets. Returns 0 or a negative
 * errno. */
int park_init(struct park *park, uint32_t capacity, uint32_t wait_ms);

/* Frees all parked responses, too. */
void park_fini(struct park *park);

/* A packet that the kernel holds: a response to the query `asked`, whose flow has `key`. */
struct waiting_packet {
	uint64_t id;
	struct span octets;
	const struct flow_key *key;
	const struct client_query *asked;
};

/* Parks a copy of the packet for the longest wait, in no list yet. Returns NULL if the park is
 * full, if the client or the question has its share, or if memory is short. The result is valid
 * until parked_remove(). */
struct parked *park_add(struct park *park, const struct waiting_packet *waiting, uint64_t now_ms);

/* Parks a copy of a message that came over TCP, in response to `question` of `client`, whose query
 * was `asked`. Otherwise like park_add(). */
struct parked *park_message(struct park *park, const struct sockaddr_storage *client,
        struct question *question, const struct client_query *asked, struct span message,
        uint64_t now_ms);

/* Has a parked response wait for `wait_ms` from when it first waited for keys, but for at least
 * PARK_SHARE_PERCENT of the longest wait. Before, it may have waited for the clock, or for its
 * query to be asked again. From when it was parked it waits at most for the longest wait. */
void parked_wait(struct parked *parked, uint64_t wait_ms, uint64_t now_ms);

/* Has a parked response wait until `until_ms` at least, but not beyond the longest wait. */
void parked_wait_until(struct parked *parked, uint64_t until_ms);

/* Parks the copy of a response to `asked` that `client` has got. Otherwise like park_add(). */
struct parked *park_copy(struct park *park, struct span client, const struct client_query *asked,
        struct span message, uint64_t now_ms);

/* Returns the address of the client; borrowed from `parked`. */
static inline struct span parked_client(const struct parked *parked)
{
	return span_of(parked->client_octets, parked->client_len);
}

/* Removes a parked response from its park and its list, and frees its octets. */
void parked_remove(struct parked *parked);

/* Returns the parked response with this packet id, or NULL. */
struct parked *park_find(const struct park *park, uint64_t packet_id);

/* Returns the parked response with the nearest deadline, or NULL. */
struct parked *park_oldest(const struct park *park);

/* True if another message replaces the parked one. */
static inline bool parked_is_replaced(const struct parked *parked)
{
	return parked->whole != NULL;
}

/* Returns the replacement, or `original`. */
static inline struct span parked_message(const struct parked *parked, struct span original)
{
	return parked_is_replaced(parked) ? span_of(parked->whole, parked->whole_len) : original;
}

/* Has another message replace the parked one: octets from the heap, which `parked` owns then; or a
 * copy of `octets`, which may lie in the message that is replaced. The second returns false, and
 * replaces nothing, if memory is short. */
void parked_replace(struct parked *parked, uint8_t *octets, size_t len);
bool parked_replace_by_copy(struct parked *parked, struct span octets);

/* Forgets the message that replaces the parked one. */
void parked_forget_whole(struct parked *parked);

/* Moves `parked` from its present list, if any, to the end of `list`. */
void parked_move(struct parked *parked, struct parked_list *list);

/* Takes `parked` out of its list, if it is in one. */
void parked_unlist(struct parked *parked);

/* Moves all entries of `from` to the end of `to`. */
void parked_move_all(struct parked_list *from, struct parked_list *to);

#endif
