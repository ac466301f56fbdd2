/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's settings for the gate, and the prefixes of NAT64s that were found. They do not
 * change while a worker uses them; gates_use_policy() replaces them. */
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/namelist.h"
#include "wire/network.h"

struct policy {
	/* all queries with CD=1 and their responses pass; or those of `validators` */
	bool passes_cd;
	const struct network *validators; /* clients that validate for themselves */
	unsigned validator_count;
	const struct network *unjudged; /* servers whose answers are not judged */
	unsigned unjudged_count;
	bool passes_transfers; /* and the SOA questions before them, by EXEMPT_SOA */
	bool passes_blocked;   /* responses that say nothing, by EXEMPT_BLOCKED */
	bool has_skew;         /* `skew_s` replaces the skew of dnssec/limits.h */
	int32_t skew_s;        /* how far signature times may be off, in seconds */

	/* The prefixes of NAT64s, each as nat64_is_prefix() wants it; borrowed. A DNS64 may make up
	 * AAAA records in them. Set before gate_init(). The last `dns64_found` of them were told by
	 * the network: what is made up in them has a TTL of at most LIMIT_FOUND_TTL_S. */
	const struct network *dns64;
	unsigned dns64_count, dns64_found;
	bool finds_dns64; /* prefixes may be found later, so the gate takes the memory for them */

	bool has_nsec3_iterations; /* `nsec3_iterations` replaces the limit of dnssec/limits.h */
	uint32_t nsec3_iterations;

	/* Names of time servers: they may pass by EXEMPT_CLOCK and EXEMPT_DATES. NULL if no name
	 * may. */
	const struct namelist *time_servers;

	/* Signatures are judged without their dates, except that the time is not before
	 * `earliest_s`. Of what is proved in this way, only what EXEMPT_DATES allows passes. */
	bool is_dateless;
	int64_t earliest_s;
};

/* True if a client with this address may send queries with CD unjudged. */
static inline bool policy_passes_cd(const struct policy *p, struct span client)
{
	return p->passes_cd || networks_have(p->validators, p->validator_count, client);
}

/* True if there are prefixes of NAT64s, or may be later. */
static inline bool policy_may_have_dns64(const struct policy *p)
{
	return p->dns64_count > 0 || p->finds_dns64;
}

/* True if the answers of the server with this address are not judged. */
static inline bool policy_is_unjudged(const struct policy *p, struct span server)
{
	return p->unjudged_count > 0 && networks_have(p->unjudged, p->unjudged_count, server);
}

#endif
