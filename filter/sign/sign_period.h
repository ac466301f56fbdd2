/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The periods of a signed zone: which keys sign when, and which key records are shown. Workers and
 * gateways that have the same periods change in the same second, without a reload; except where one
 * of them holds a period. */
#ifndef SIGN_SIGN_PERIOD_H
#define SIGN_SIGN_PERIOD_H

#include "crypto/signkey.h"
#include "dnssec/presigned.h"

/* One of each algorithm; more while a zone changes its keys late (daemon/zone_crossing.h). */
#define SIGN_KEYS_MAX 3

/* A ZSK that signs, and the tag of its DNSKEY record. */
struct sign_key {
	const struct signkey *key;
	uint16_t tag;
};

struct sign_period {
	int64_t from_s;
	/* The period begins later than was planned, because caches may lack its DNSKEY records. For
	 * so long it was put off when the clock was last asked; 0 if it was not. */
	int64_t held_s;
	/* 0: nothing can be signed; answers to clients that set DO are SERVFAIL */
	unsigned key_count;
	struct sign_key keys[SIGN_KEYS_MAX]; /* all of them sign every RRset (RFC 4035, 2.2) */
	struct presigned dnskey, cds, cdnskey;

	/* The RDATA of the DS records that a configured parent has for the zone, at most
	 * LIMIT_DS. */
	unsigned ds_count;
	const struct span *ds;
};

/* Periods that follow each other, in order of their beginnings. A period ends where the next one
 * begins. The first one counts before its beginning, too, and the last one without end: a clock
 * that was set back, or a timeline that is not prolonged, leaves the zone signed for as long as its
 * pre-made signatures are valid. */
struct sign_periods {
	unsigned count; /* 0: nothing can be signed at any time, or the zone is unsigned */
	const struct sign_period *items;
};

/* Returns the period of a time; one without keys if there is none. Never NULL. */
const struct sign_period *sign_period_at(const struct sign_periods *p, int64_t now_s);

/* True if the key signs in a period. */
bool sign_period_has_key(const struct sign_period *p, const struct signkey *key);

/* True if the same keys sign in both. */
bool sign_period_signs_as(const struct sign_period *a, const struct sign_period *b);

/* Returns when the period of a time ends; INT64_MAX if no other one follows. */
int64_t sign_period_end_s(const struct sign_periods *p, int64_t now_s);

/* Returns when other keys sign than at a time; INT64_MAX if none do. That may be some periods
 * later. */
int64_t sign_period_keys_end_s(const struct sign_periods *p, int64_t now_s);

/* Returns the octets of the longest signature that a key of any period makes; 0 without keys. */
size_t sign_periods_longest(const struct sign_periods *p);

/* Returns for how many seconds from `now_s` on the DNSKEY, CDS and CDNSKEY RRsets of all periods
 * have a valid pre-made signature; -1 if an RRset has none now; INT64_MAX if the last period is
 * reached and has no such RRsets. */
int64_t sign_periods_last_s(const struct sign_periods *p, int64_t now_s);

/* Returns for how many seconds pre-made signatures of DNSKEY RRsets were made, from the first one's
 * beginning to the last one's end. */
int64_t sign_periods_span_s(const struct sign_periods *p);

#endif
