/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone whose servers all show its CDS records, and whose parent has not followed yet. */
#ifndef TESTS_CDSBED_H
#define TESTS_CDSBED_H

#include "test.h"

#include "keys/life_cds.h"

#define TAGS(...)                                                                                  \
	((struct life_tags){ { __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int) })

struct cds_bed {
	struct life life;
	struct life_policy policy;
	struct life_server servers[2];
	struct life_parent parents[2];
	struct life_observation look;
	struct life_tags told;
};

/* A zone with two KSKs, 1 and 2, whose DS the parent is to have, and its ZSK; all servers show
 * it. */
static inline void make_bed(struct cds_bed *b)
{
	memset(b, 0, sizeof(*b));
	life_init(&b->life);
	life_policy_init(&b->policy);
	b->life.is_signed = true;
	for (uint16_t tag = 1; tag <= 3; tag++) {
		struct life_key *k = life_add(
		        &b->life, tag < 3 ? LIFE_KSK : LIFE_ZSK, b->policy.algorithm, tag, 1, 1);
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			if (tag < 3 ? r != LIFE_ZRRSIG : r == LIFE_DNSKEY || r == LIFE_ZRRSIG)
				life_mark_set(&b->life, k, r, LIFE_OMNIPRESENT, 1);
		}
	}
	for (unsigned i = 0; i < 2; i++) {
		b->servers[i] = (struct life_server){ .is_reached = true, .cds = TAGS(2, 1) };
		b->parents[i] = (struct life_parent){ .is_reached = true, .ds = TAGS(1) };
	}
	b->look = (struct life_observation){
		.servers = b->servers, .server_count = 2, .parents = b->parents, .parent_count = 2
	};
}

#endif
