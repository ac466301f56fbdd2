/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a zone's keys: what the world may know of each record of each key, and since when.
 * Pure data; the files life_*.h move it. A record goes from hidden to rumoured (some resolvers may
 * have it) to omnipresent (all that ask have it) to unretentive (some may still have it) and back
 * to hidden. The life sees a key as its role, algorithm and tag: who calls makes keys and
 * signatures. */
#ifndef KEYS_LIFE_H
#define KEYS_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIFE_KEYS_MAX 16

enum life_role { LIFE_KSK, LIFE_ZSK };

/* What a key has in the world: its DNSKEY; as a KSK its signature over the DNSKEY RRset and its DS;
 * as a ZSK its signatures over all else. */
enum life_record { LIFE_DNSKEY, LIFE_KRRSIG, LIFE_DS, LIFE_ZRRSIG, LIFE_RECORDS };

enum life_stage { LIFE_HIDDEN, LIFE_RUMOURED, LIFE_OMNIPRESENT, LIFE_UNRETENTIVE };

struct life_mark {
	enum life_stage stage;
	int64_t changed_s; /* when it came into this stage; 0: never was in another */
	int64_t seen_s;    /* since when every server shows this change; 0: not yet */
	/* since when all have it by timelines of long before; 0: those do not have it */
	int64_t announced_s;
	uint32_t generation; /* of the first timeline that has the change; of a new ZSK: its plan */
	/* A server showed otherwise, so what was announced does not count. Of a DS: all had it, and
	 * then a server of the parent did not. */
	bool is_doubted;
};

struct life_key {
	uint32_t id; /* never given twice in a zone */
	enum life_role role;
	uint8_t algorithm;
	uint16_t tag;
	int64_t made_s;
	int64_t publish_s; /* of a ZSK: when its DNSKEY is due */
	/* likewise: when timelines of long before publish it; 0: they do not */
	int64_t announced_s;
	bool is_leaving; /* it is to be hidden in the end; else it is to be present */
	bool is_standby; /* a KSK that signs only in an emergency */
	bool is_compromised;
	struct life_mark marks[LIFE_RECORDS];
};

/* The longest TTL that resolvers may still count with, of those seen in the world. */
struct life_ttl {
	uint32_t ttl_s;
	int64_t seen_s;
};

struct life {
	struct life_key keys[LIFE_KEYS_MAX];
	unsigned count;
	uint32_t next_id;
	/* grows with each change; the timeline made of this state has it, too */
	uint32_t generation;
	int64_t last_s;    /* time of the last step that was made */
	int64_t doubted_s; /* by how much a clock stepped that is not believed yet; 0: it did not */
	int64_t doubted_from_s; /* since when, in the time that passed since the last step */
	bool is_signed;         /* what the operator wants */
	bool wants_ksk_roll, wants_zsk_roll;
	struct life_ttl key_ttl, zone_ttl, ds_ttl;
};

/* An empty state: the zone is unsigned, and is to stay so until an order says otherwise. */
void life_init(struct life *life);

/* Adds a key that was made for `life_step`, and returns it; NULL if there is no room. Nothing of it
 * is published yet. A ZSK is due for publication at `publish_s`. */
struct life_key *life_add(struct life *life, enum life_role role, uint8_t algorithm, uint16_t tag,
        int64_t made_s, int64_t publish_s);

/* Removes the key at `index`. The pointers to others change. */
void life_remove(struct life *life, unsigned index);

/* The next generation. After the highest there is none, and 0 would be older than all. */
void life_count_up(struct life *life);

/* Puts a record into a stage. */
void life_mark_set(struct life *life, struct life_key *k, enum life_record record,
        enum life_stage stage, int64_t at_s);

/* True if servers are to give the record out: it is rumoured or omnipresent. */
static inline bool life_is_out(const struct life_key *k, enum life_record record)
{
	return k->marks[record].stage == LIFE_RUMOURED ||
	       k->marks[record].stage == LIFE_OMNIPRESENT;
}

static inline bool life_is_known(const struct life_key *k, enum life_record record)
{
	return k->marks[record].stage == LIFE_OMNIPRESENT;
}

static inline bool life_is_hidden(const struct life_key *k, enum life_record record)
{
	return k->marks[record].stage == LIFE_HIDDEN;
}

/* True if the record is in one of the two stages that end by waiting. */
static inline bool life_is_uncertain(const struct life_key *k, enum life_record record)
{
	return k->marks[record].stage == LIFE_RUMOURED ||
	       k->marks[record].stage == LIFE_UNRETENTIVE;
}

/* True if no resolver has anything of the key. */
bool life_is_gone(const struct life_key *k);

/* True if a wait for a DS runs: every server of the parent shows the change. */
bool life_counts_for_ds(const struct life *life);

/* True if some ZSK or KSK of the algorithm has its DNSKEY in the set. */
bool life_has_algorithm(const struct life *life, uint8_t algorithm);

const char *life_stage_word(enum life_stage stage);
const char *life_record_word(enum life_record record);

#endif
