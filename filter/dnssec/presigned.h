/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An RRset at a zone's apex that the KSK signed ahead: DNSKEY, CDS or CDNSKEY (RFC 4035, 2.2; RFC
 * 7344, 4.1). Whoever answers with it needs no KSK. */
#ifndef DNSSEC_PRESIGNED_H
#define DNSSEC_PRESIGNED_H

#include "base/span.h"
#include "dnssec/limits.h"

/* RRSIGs of one set: of two KSKs, for some weeks ahead. */
#define PRESIGNED_SIGNATURES 64

struct presigned_rrsig {
	uint32_t inception, expiration; /* serial numbers (RFC 1982) */
	uint16_t tag;
	unsigned line; /* of the file that it comes from */
	struct span rdata;
};

/* The spans borrow from whoever made it. `count` is 0 where there is no such set. */
struct presigned {
	uint16_t type;
	uint32_t ttl_s;
	unsigned count, rrsig_count;
	struct span rdatas[LIMIT_KEYS];
	struct presigned_rrsig rrsigs[PRESIGNED_SIGNATURES];
};

/* Sets `chosen` to the RRSIGs to send at `now_s`: of each key the one that began last and is still
 * valid. Returns how many there are, at most LIMIT_DS. */
unsigned presigned_choose(const struct presigned *p, int64_t now_s,
        const struct presigned_rrsig *chosen[static LIMIT_DS]);

/* Returns for how many seconds from `now_s` on there is always one to send; -1 where there is none
 * now. */
int64_t presigned_lasts_s(const struct presigned *p, int64_t now_s);

#endif
