/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What caches may have of a zone: DNSKEY RRsets, each for its TTL, and answers, each for the
 * longest TTL of the zone. A validator may meet any of the former with any of the latter (RFC 6781,
 * 4.1.1.1): behind a forwarder that caches, they come from different times. Pure. */
#ifndef DAEMON_ZONE_CACHES_H
#define DAEMON_ZONE_CACHES_H

#include "sign/sign_period.h"

#define ZONE_CACHES_KEYS 12
#define ZONE_CACHES_MOST                                                                           \
	8 /* sets of a kind. If there are more, those that end first are forgotten */

/* The ZSKs of a DNSKEY RRset, or those that signed an answer; each as a number of 64 bits. KSKs,
 * and DS records that lead to them, are such numbers, too. */
struct cached_keys {
	int64_t until_s; /* it may be in caches until then */
	int64_t life_s;  /* for so long after it was last served */
	unsigned count;
	uint64_t ids[ZONE_CACHES_KEYS];
};

enum cached_kind { CACHED_DNSKEY, CACHED_ANSWER, CACHED_KINDS };

/* All zero is empty. */
struct zone_caches {
	unsigned count[CACHED_KINDS];
	struct cached_keys items[CACHED_KINDS][ZONE_CACHES_MOST];
};

/* Fill in what gets into caches. */
void cached_dnskey(struct cached_keys *k, const struct presigned *dnskey);
void cached_answer(struct cached_keys *k, const struct sign_key *keys, unsigned count);
void cached_ds(struct cached_keys *k, const struct span *ds, unsigned count);

enum cached_check {
	CACHED_REJECTED, /* no signature is by a key of the RRset */
	CACHED_LAX,      /* one is */
	CACHED_STRICT,   /* one of each algorithm in the RRset is: some validators want so */
};
enum cached_check cached_check(const struct cached_keys *dnskey, const struct cached_keys *answer);

/* True for the number of a KSK, and its tag. */
bool cached_is_ksk(uint64_t id);
uint16_t cached_ksk_tag(uint64_t id);

/* True if a key is in both. */
bool cached_have_common(const struct cached_keys *a, const struct cached_keys *b);

/* Adds what was served last at `at_s`, by `k->life_s`. */
void zone_caches_add(
        struct zone_caches *c, enum cached_kind kind, const struct cached_keys *k, int64_t at_s);

/* Drops a set that is served, if it is in caches no longer than by that. Returns how many sets of
 * this kind are left. */
unsigned zone_caches_drop(
        struct zone_caches *c, enum cached_kind kind, const struct cached_keys *k, int64_t now_s);

/* Forgets what is over. If the clock was ahead, the rest stays for no longer than from now on. */
void zone_caches_forget(struct zone_caches *c, int64_t now_s);

/* Returns when the next one is over; INT64_MAX if there is none. */
int64_t zone_caches_next_s(const struct zone_caches *c);

#endif
