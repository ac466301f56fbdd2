/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline of a zone: which keys and which pre-made signatures are in force when. The process
 * that keeps the keys writes it ahead, and each signer follows it by its clock, so that all of them
 * change keys in the same second, and none needs a reload or a KSK. docs/timeline.md has its
 * file. */
#ifndef KEYS_TIMELINE_H
#define KEYS_TIMELINE_H

#include "crypto/signkey.h"
#include "keys/record_text.h"

#define TIMELINE_PERIODS 64 /* at most: a key that changes takes three */
#define TIMELINE_ZSKS    32
#define TIMELINE_SIGNERS 2 /* ZSKs that sign at a time, each of another algorithm */

#define TIMELINE_NO_END INT64_MAX

struct timeline_zsk {
	struct signkey *key; /* owned by the timeline */
	uint16_t tag;        /* of its DNSKEY record */
};

/* What is the same all that time. */
struct timeline_period {
	int64_t from_s;
	int64_t until_s; /* then the next period begins; TIMELINE_NO_END: nobody knows */
	unsigned signer_count;
	const struct timeline_zsk *signers[TIMELINE_SIGNERS];
	const struct key_records *records; /* DNSKEY, CDS, CDNSKEY, DS; periods may share them */
	unsigned line;                     /* in the file that it was read from; or 0 */
};

/* The arrays are owned. Periods are in order, without gaps. There is at least one, unless the
 * timeline is planned and says that the zone is unsigned. */
struct timeline {
	struct name zone;
	bool is_planned;     /* it was written ahead, and so has an end and a generation */
	uint64_t generation; /* grows with each writing */
	int64_t made_s;      /* when it was written */
	unsigned zsk_count, set_count, period_count;
	struct timeline_zsk *zsks;
	struct key_records *sets; /* to which the periods refer */
	struct timeline_period *periods;
};

/* Returns the ZSK with this algorithm and tag, or NULL. */
const struct timeline_zsk *timeline_find_zsk(
        const struct timeline *t, uint8_t algorithm, uint16_t tag);

/* Makes an empty timeline with room for so many ZSKs, sets and periods. The caller fills the
 * arrays, and counts what is in them. Returns false if memory is short. Call timeline_fini() in any
 * case. */
bool timeline_init(struct timeline *t, const struct name *zone, unsigned zsks, unsigned sets,
        unsigned periods);
void timeline_fini(struct timeline *t);

/* True if the timeline says that the zone is unsigned. */
static inline bool timeline_is_unsigned(const struct timeline *t)
{
	return t->is_planned && t->period_count == 0;
}

/* Returns the period of a time, or NULL before the first one, and for a zone that is unsigned.
 *
 * After the last one it is still the last one. What it has pre-made is only sent while it is valid,
 * so no resolver gets more by that than the timeline allows. And while a resolver has the last
 * DNSKEY RRset in its cache, what the ZSKs of that sign is Secure for it: it is better served so
 * than not at all. */
const struct timeline_period *timeline_at(const struct timeline *t, int64_t now_s);

/* Returns when the last period ends; 0 for a zone that is unsigned. */
int64_t timeline_end_s(const struct timeline *t);

/* Returns for how many seconds from `now_s` on each RRset of the period in force has a valid
 * signature; -1 if one has none now. */
int64_t timeline_lasts_s(const struct timeline *t, int64_t now_s);

#endif
