/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of the signer: zones, keys, limits. Nothing in it changes while a worker uses
 * it. It borrows everything that it points to. */
#ifndef SIGN_SIGN_POLICY_H
#define SIGN_SIGN_POLICY_H

#include "sign/sign_period.h"
#include "wire/name.h"
#include "wire/network.h"

/* A delegation that the operator configured. Others are learned. */
struct sign_cut {
	struct name name;
	unsigned ds_count;        /* 0 if the child is not signed */
	struct span ds[LIMIT_DS]; /* RDATA */
};

/* An NXDOMAIN of the server denies the name, or only the type. Some servers say NXDOMAIN for a type
 * that a name lacks (RFC 4074, 4.2), and a validator believes a signed denial for every type of the
 * name (RFC 8198). */
enum sign_nxdomain {
	SIGN_NXDOMAIN_CHECKED, /* the name, once the server has denied it for A and for AAAA */
	SIGN_NXDOMAIN_NAME,    /* the name, at once */
	SIGN_NXDOMAIN_TYPE,    /* only the type, always */
};

struct sign_zone {
	struct name apex;
	struct sign_periods periods; /* the keys */
	/* on purpose: what is in the zone passes as it came. Then it has no periods */
	bool is_unsigned;
	uint32_t max_ttl_s;
	enum sign_nxdomain nxdomain;
	/* an empty answer without SOA denies the type; else it is an outage */
	bool empty_is_nodata;
	bool ignores_cuts; /* none are learned; a referral is still a referral */
	const struct sign_cut *cuts;
	unsigned cut_count;

	/* The servers of the zone. Responses of other servers are not signed with its key. */
	const struct network *servers;
	unsigned server_count; /* 0: every server that is signed for */
};

struct sign_policy {
	const struct sign_zone *zones; /* sorted by sign_policy_sort() */
	unsigned zone_count;
	const struct network *secondaries; /* clients that may transfer zones, unsigned */
	unsigned secondary_count;
	uint32_t life_s;       /* of a signature; default SIGN_LIFE_S */
	uint16_t udp_size_max; /* the largest UDP response; 0 for SIGN_UDP_SIZE */
	bool ignores_subnet;   /* no server learns the client subnet (RFC 7871) */
	bool asks_always;      /* the server, before any answer, also where the policy has it all */

	/* New signatures a second of one worker: for all clients, and for one client network (/24
	 * or /56). Above a limit, clients get TC=1 over UDP. 0 for no limit. */
	uint32_t signatures_per_s, signatures_per_network;
};

#define SIGN_LIFE_S      604800
#define SIGN_MAX_TTL_S   86400
#define SIGN_UDP_SIZE    1232
#define SIGN_PER_S       10000
#define SIGN_PER_NETWORK 200

/* The order of zones by their apex, for qsort(). Any total order would do; this one compares the
 * fewest octets. */
int sign_policy_order(const struct name *a, const struct name *b);

/* Sorts zones in the order that sign_policy_zone() needs. Returns the index of a zone whose apex
 * occurs twice, or -1. */
int sign_policy_sort(struct sign_zone *zones, unsigned count);

/* Returns NULL if the times fit together, or the fault. When a signature is replaced, it must still
 * be valid for a day longer than caches may keep the records that it covers (max_ttl_s). */
const char *sign_policy_check(const struct sign_policy *p);

/* Returns the term of a signature: how long, in seconds, it is used before the next one replaces
 * it. It is three quarters of its life, or less if TTLs are long. Returns 0 if the times do not fit
 * together. */
uint32_t sign_policy_term(const struct sign_policy *p);

/* Returns the zone with the longest apex that `name` lies at or below, also if it is unsigned; or
 * NULL. */
const struct sign_zone *sign_policy_zone(const struct sign_policy *p, const struct name *name);

/* Returns the zone with the longest apex that `name` lies at or below, of the zones that the server
 * with this address (4 or 16 octets) may speak for, and that are not unsigned; or NULL. A longer
 * apex of other servers, or of an unsigned zone, is a child of the zone. */
const struct sign_zone *sign_policy_zone_at(
        const struct sign_policy *p, const struct name *name, struct span server);

/* Returns the zone that has the delegation to `apex`, and the DS there, if it is one that
 * sign_policy_zone_at() may return; or NULL. */
const struct sign_zone *sign_policy_parent_at(
        const struct sign_policy *p, const struct name *apex, struct span server);

/* Returns the zone with this apex, or NULL. */
const struct sign_zone *sign_policy_apex(const struct sign_policy *p, const struct name *apex);

/* Returns the period of a zone at a time. Never NULL. */
static inline const struct sign_period *sign_zone_period(
        const struct sign_zone *zone, int64_t now_s)
{
	return sign_period_at(&zone->periods, now_s);
}

/* Returns a number that is the same for zones with the same apex and the same servers, in every
 * policy and process. Then a response to a query that was sent for one can be signed for the
 * other. */
uint32_t sign_zone_number(const struct sign_zone *zone);

/* True if the address (4 or 16 octets) is that of a secondary. */
bool sign_policy_is_secondary(const struct sign_policy *p, struct span address);

#endif
