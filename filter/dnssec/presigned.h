/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An RRset at a zone's apex with pre-made signatures: DNSKEY, CDS or CDNSKEY, signed ahead by the
 * KSK (RFC 4035, 2.2; RFC 7344, 4.1). A server that answers with it needs no KSK. */
#ifndef DNSSEC_PRESIGNED_H
#define DNSSEC_PRESIGNED_H

#include "base/span.h"
#include "dnssec/limits.h"

/* RRSIGs of one RRset: from two KSKs, some weeks ahead. */
#define PRESIGNED_SIGNATURES 64

struct presigned_rrsig {
	uint32_t inception, expiration; /* serial numbers (RFC 1982) */
	uint16_t tag;
	unsigned line; /* in the file that it was read from */
	struct span rdata;
};

/* The arrays, and what the spans refer to, belong to the reader of the file: there may be thousands
 * of zones, so each has only what its file has. `count` is 0 if there is no such RRset. */
struct presigned {
	uint16_t type;
	uint32_t ttl_s;
	unsigned count, rrsig_count;
	struct span *rdatas;            /* at most LIMIT_KEYS */
	struct presigned_rrsig *rrsigs; /* at most PRESIGNED_SIGNATURES */
};

/* True if the RRset has a record with this RDATA. */
bool presigned_has(const struct presigned *p, struct span rdata);

/* True if a record of a CDS or CDNSKEY RRset asks the parent to remove all DS (RFC 8078, 4). */
bool presigned_asks_for_no_ds(const struct presigned *p);

/* Sets `chosen` to the RRSIGs to send at `now_s`: for each key the valid one with the latest
 * inception. Returns their number, at most LIMIT_DS. */
unsigned presigned_choose(const struct presigned *p, int64_t now_s,
        const struct presigned_rrsig *chosen[static LIMIT_DS]);

/* Returns for how many seconds from `now_s` on at least one RRSIG is always valid, whatever its
 * algorithm; -1 if none is valid now. */
int64_t presigned_lasts_s(const struct presigned *p, int64_t now_s);

/* True if each algorithm of the DNSKEY RRset `keys` is among chosen RRSIGs (RFC 4035, 2.2):
 * validators may believe any of them, and some want all. */
bool presigned_choice_is_whole(
        const struct presigned_rrsig *const chosen[], unsigned count, const struct presigned *keys);

/* Returns the shortest such time of several RRsets, and of each algorithm of the DNSKEY RRset
 * `keys` in them; those without records do not count. INT64_MAX if none has any. */
int64_t presigned_all_last_s(const struct presigned *const sets[], size_t count,
        const struct presigned *keys, int64_t now_s);

#endif
