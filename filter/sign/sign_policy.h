/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator wants of the signer: which zones, with which keys, within which limits.
 * Immutable while a worker uses it; everything that it points to is its owner's. */
#ifndef SIGN_SIGN_POLICY_H
#define SIGN_SIGN_POLICY_H

#include "crypto/signkey.h"
#include "dnssec/presigned.h"
#include "wire/name.h"
#include "wire/network.h"

/* Where a zone is delegated, as the operator says; the rest is learned. */
struct sign_cut {
	struct name name;
	unsigned ds_count;        /* none: the child is not signed */
	struct span ds[LIMIT_DS]; /* RDATA */
};

struct sign_zone {
	struct name apex;
	const struct signkey *key; /* the ZSK */
	uint16_t key_tag;          /* of its DNSKEY */
	struct presigned dnskey, cds, cdnskey;

	/* What a configured parent says of this zone: the RDATA of its DS records. */
	unsigned ds_count;
	struct span ds[LIMIT_DS];

	uint32_t max_ttl_s;
	const struct sign_cut *cuts;
	unsigned cut_count;

	/* Who may speak for the zone: nothing that another server says is signed with its key. */
	const struct network *servers;
	unsigned server_count; /* 0: whoever is signed for */
};

struct sign_policy {
	const struct sign_zone *zones; /* sorted by sign_policy_sort() */
	unsigned zone_count;
	const struct network *secondaries; /* they may transfer zones, unsigned */
	unsigned secondary_count;
	uint32_t life_s;       /* of a signature; SIGN_LIFE_S */
	uint16_t udp_size_max; /* of a response, whatever the client takes; SIGN_UDP_SIZE */

	/* New signatures a second, of one worker: for all, and for one client network (/24 and
	 * /56). Over UDP, who exceeds one gets TC=1. 0 for no limit. */
	uint32_t signatures_per_s, signatures_per_network;
};

#define SIGN_LIFE_S      604800
#define SIGN_MAX_TTL_S   86400
#define SIGN_UDP_SIZE    1232
#define SIGN_PER_S       10000
#define SIGN_PER_NETWORK 200

/* Sorts zones in the order that sign_policy_zone() needs. Returns the index of a zone whose apex is
 * that of another one, or -1. */
int sign_policy_sort(struct sign_zone *zones, unsigned count);

/* Returns NULL when the times fit together, else what is wrong with them: each signature must last
 * for a day longer than what it covers may be kept (max_ttl_s) when it is renewed at the latest. */
const char *sign_policy_check(const struct sign_policy *p);

/* How long a signature is used before the next one takes its place: three quarters of its life, or
 * less where TTLs are long. 0 when that cannot be. */
uint32_t sign_policy_period(const struct sign_policy *p);

/* Returns the zone with the longest apex that `name` lies at or below, or NULL. */
const struct sign_zone *sign_policy_zone(const struct sign_policy *p, const struct name *name);

/* The same, of those only that the server with this address of 4 or 16 octets may speak for. What
 * lies between is, to such a server, a child. */
const struct sign_zone *sign_policy_zone_at(
        const struct sign_policy *p, const struct name *name, struct span server);

/* Returns the zone with exactly this apex, or NULL. */
const struct sign_zone *sign_policy_apex(const struct sign_policy *p, const struct name *apex);

/* True when both have the same zones with the same servers: then what a server was asked under one
 * of them answers the client under the other, too. */
bool sign_policy_asks_alike(const struct sign_policy *a, const struct sign_policy *b);

/* True for an address of 4 or 16 octets that is a secondary's. */
bool sign_policy_is_secondary(const struct sign_policy *p, struct span address);

#endif
