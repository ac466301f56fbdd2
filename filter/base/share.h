/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room for a bounded number of things (connections, responses that wait), of which no client may
 * have so much that others get none. While there is plenty nobody is limited: one forwarder that
 * asks for a whole network is one client too. Once three quarters are taken, an address that has a
 * sixteenth already gets no more; once seven eighths are taken, no more goes to a network that has
 * a sixteenth.
 *
 * The network is IPv6's /64: one who has it has all its addresses, so an address alone limits
 * nobody there. But a LAN has one, too: so its addresses come first, and a greedy machine leaves
 * its neighbours an eighth. Of IPv4 the address is its own network: there one has to be answered
 * for, and a whole LAN may stand behind it.
 *
 * Only tallies are kept, found by a keyed hash: a flood of addresses takes no memory. Two that come
 * to the same tally share a share; nobody can choose which. The owner of the things keeps the
 * tallies of each and decides what becomes of who gets no more. */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include "base/keyedhash.h"

#define SHARE_TALLIES 1024 /* of addresses, and of networks */
#define SHARE_PART    16   /* of the room: a share */

struct share {
	struct hash_key key;
	uint32_t capacity, used;
	uint32_t addresses[SHARE_TALLIES], networks[SHARE_TALLIES];
};

/* The tallies in which a thing counts: its address's, and its network's. */
struct sharer {
	uint16_t address, network;
};

/* Room for `capacity` things; with fewer than SHARE_PART there are no shares. Returns 0, or -EIO
 * if no key can be drawn. Nothing is to be freed. */
int share_init(struct share *s, uint32_t capacity);

/* Returns the sharer that an address is, of 4 or 16 octets in network order. */
struct sharer share_of_address(const struct share *s, struct span address);

/* The same of anything else that is to be limited, of any length: it is its own network. */
struct sharer share_of(const struct share *s, struct span who);

/* True when `who` has its share, and there is too little left to give it more. */
bool share_is_taken(const struct share *s, struct sharer who);

/* The same, where the whole network has its share though the address may not. */
bool share_is_taken_by_network(const struct share *s, struct sharer who);

/* Counts one more thing of it, and one less. The owner sees to `capacity`. */
void share_take(struct share *s, struct sharer who);
void share_give(struct share *s, struct sharer who);

/* Returns the tally of the network that has the most. */
uint16_t share_greediest(const struct share *s);

#endif
