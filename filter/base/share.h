/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fair division of a bounded number of things (connections, waiting responses) among clients, so
 * that no client can take all of them. While there is plenty, no client is limited: a forwarder
 * that asks for a whole network is one client too. Once three quarters are taken, an address that
 * holds a sixteenth gets no more. Once seven eighths are taken, a network that holds a sixteenth
 * gets no more.
 *
 * An IPv6 network is a /64: its owner has all of its addresses, so a limit for each address alone
 * would not hold. But a LAN is one /64 too. So the limit for addresses applies first, and a greedy
 * machine leaves an eighth to its neighbours. An IPv4 address is its own network: IPv4 addresses
 * are scarce, and a whole LAN may stand behind one.
 *
 * Only tallies are kept, found by a keyed hash, so a flood of addresses takes no memory. Two
 * clients with one tally share a quota; an attacker cannot choose with whom. The owner of the
 * things keeps the tallies of each thing, and decides what happens to a client that gets no more.
 */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include "base/keyedhash.h"

#define SHARE_TALLIES 1024 /* for addresses, and as many for networks */
#define SHARE_PART    16   /* a share is 1/16 of the capacity */

struct share {
	struct hash_key key;
	uint32_t capacity, used;
	uint32_t addresses[SHARE_TALLIES], networks[SHARE_TALLIES];
};

/* The two tallies of a client: its address's and its network's. */
struct sharer {
	uint16_t address, network;
};

/* Prepares for `capacity` things; below SHARE_PART there are no limits. Returns 0, or -EIO if no
 * hash key can be drawn. There is nothing to free. */
int share_init(struct share *s, uint32_t capacity);

/* Returns the tallies of an address, 4 or 16 octets in network order. */
struct sharer share_of_address(const struct share *s, struct span address);

/* Returns the tallies of any other key that is limited, of any length; the key is its own network.
 */
struct sharer share_of(const struct share *s, struct span who);

/* True if `who` gets no more: the limit of its address or of its network refuses it. */
bool share_is_taken(const struct share *s, struct sharer who);

/* True if the limit of the network alone refuses `who`. */
bool share_is_taken_by_network(const struct share *s, struct sharer who);

/* Count one more thing for `who`, and one less. The owner makes sure that `capacity` is not
 * exceeded. */
void share_take(struct share *s, struct sharer who);
void share_give(struct share *s, struct sharer who);

/* Returns the network tally with the most things. */
uint16_t share_greediest(const struct share *s);

#endif
