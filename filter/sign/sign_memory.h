/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a signer from one response to the next, and the answers that a change of it
 * touches. Private to sign/.
 *
 * An answer follows from the query, the server's response, the policy, the time and this memory.
 * The message cache (sign_recall.h) keeps whole answers, so it must know when the memory changes
 * under one of them. Therefore nothing outside sign_memory.c can read or change the memory but
 * through these functions. A change teaches a lesson. A read makes the answer that is being made
 * depend on a lesson. A kept answer is out of date once a lesson that it depends on was learned.
 *
 * A table in sign_memory.c says which lessons belong to each kind of memory. A kind that says
 * nothing there teaches LESSON_ALL with every change, which makes all answers anew. So an omission
 * costs time, but it cannot bring back a stale answer.
 *
 * Every table has a fixed size. A full one replaces the entry that was used longest ago. */
#ifndef SIGN_SIGN_MEMORY_H
#define SIGN_SIGN_MEMORY_H

#include "sign/signer_private.h"

/* Lessons, by the answers that they touch. */
enum lesson {
	LESSON_ALL,    /* every answer: another policy, a cut, a higher TTL */
	LESSON_NAMES,  /* answers that asked whether a name exists: a new name */
	LESSON_DENIED, /* answers that deny a type only: the name was denied for another type */
	LESSON_SOA,    /* answers with a zone's SOA, its TTLs or all types: another SOA or type */
	LESSON_TTLS,   /* answers with a TTL below the highest seen: one was forgotten */
	LESSON_SIGNATURES, /* answers with an unsigned additional set: a new signature */
	LESSON_COUNT,
	LESSON_NONE /* no answer */
};

/* Kinds of memory that lie in tables. */
enum memory_kind {
	MEMORY_SIGNATURES, /* of records: fingerprint of the signed data, signature */
	MEMORY_DENIALS,    /* of NSEC records: fingerprint of the signed data, signature */
	MEMORY_TTLS,       /* RRset with its data: the highest TTL seen */
	MEMORY_NAMES,      /* name with something at it or below it: when it was seen */
	MEMORY_DENIED,     /* name that the server denied: for which types */
	MEMORY_CUTS,       /* delegation that a server showed: when it was seen */
	MEMORY_SUSPECTS,   /* name that may be a delegation: what is known of it */
	MEMORY_KINDS
};

/* The state of the memory when an answer was begun, and the lessons that the answer depends on. */
struct memory_basis {
	uint32_t learned[LESSON_COUNT]; /* how often each lesson was learned */
	uint8_t depends;                /* a bit for each lesson */
	int64_t until_s;                /* the passing of time may change the answer from then on */
};

/* Takes memory for as many entries as s->limits say; for signatures, memory_fit_signatures() does.
 * Returns 0 or -ENOMEM. Call memory_fini() in both cases. */
int memory_init(struct signer *s);
void memory_fini(struct signer *s);

/* Replaces the tables of signatures by empty ones whose entries have `octets`. Returns 0, or
 * -ENOMEM; then the old tables stay. */
int memory_fit_signatures(struct signer *s, size_t octets);

/* Goes over from s->policy to `policy`, in which zones may have other numbers. `zones` is all zero,
 * has an entry for each zone of `policy`, and is owned by the memory from now on. */
void memory_set_policy(
        struct signer *s, const struct sign_policy *policy, struct zone_memory *zones);

/* ---- Answers ---- */

/* Begins an answer, which may be kept until `until_s` at most. */
void memory_begin(struct signer *s, int64_t until_s);

/* The answer that is being made may change with the time from `until_s` on. */
void memory_limit(struct signer *s, int64_t until_s);

/* The basis of the answer that is being made. */
const struct memory_basis *memory_basis(const struct signer *s);

/* True if no lesson of `depends` was learned since `learned` was copied from a basis. */
bool memory_is_unchanged(
        const struct signer *s, const uint32_t learned[static LESSON_COUNT], uint8_t depends);

/* ---- Tables ---- */

/* Entries begin with their id: FINGERPRINT_OCTETS for signatures, a struct wide_hash for the other
 * kinds. A pointer to an entry is good until the next memory_add() of its kind. */

/* Return the entry with this id, or NULL. What memory_find() returns makes the answer depend on the
 * lessons of the kind; memory_peek() is for a note only, which changes no octet of the answer. */
const void *memory_peek(struct signer *s, enum memory_kind kind, const void *id);
const void *memory_find(struct signer *s, enum memory_kind kind, const void *id);

/* Marks an entry as just used. */
void memory_touch(struct signer *s, enum memory_kind kind, const void *entry);

/* Adds an entry with this id, zero behind the id, for the caller to fill. There must be none. */
void *memory_add(struct signer *s, enum memory_kind kind, const void *id);

/* ---- TTLs ---- */

/* Returns the highest TTL seen of an RRset with this data, `ttl_s` included, but at most
 * `max_s`. */
uint32_t memory_ttl(
        struct signer *s, const struct canonical_set *set, uint32_t ttl_s, uint32_t max_s);

/* ---- Names ---- */

/* Notes that `name` exists, and therefore the names between `name` and `apex`. Caches may have this
 * for `ttl_s`; until then it is not forgotten in silence: memory_lacks_names(). Returns true if the
 * server contradicts itself: the name was known to exist, was denied since, and is there again within
 * SIGN_FLIP_S. */
bool memory_note_name(struct signer *s, const struct name *name, const struct name *apex,
        uint32_t ttl_s, int64_t now_s);

/* True if `name`, or a name below it, was seen in the last SIGN_MEMORY_S, or in its TTL if that is longer. */
bool memory_has_name(struct signer *s, const struct name *name, int64_t now_s);

/* True if the table of names was too small: a name was forgotten whose TTL is not over yet. */
bool memory_lacks_names(struct signer *s, int64_t now_s);

/* Notes that the server said NXDOMAIN for `name` and a type. Returns true if it has said so, in the
 * last SIGN_MEMORY_S, for A and for AAAA. */
bool memory_note_denied(struct signer *s, const struct name *name, uint16_t type, int64_t now_s);

/* ---- Cuts ---- */

/* Notes that a server showed a delegation at `cut`. */
void memory_note_cut(struct signer *s, const struct name *cut, int64_t now_s);

/* True if a cut is known at or above `name` and below `apex`. */
bool memory_is_below_cut(
        struct signer *s, const struct name *name, const struct name *apex, int64_t now_s);

/* Forgets the cuts at or above `name` and below `apex`. */
void memory_forget_cuts(struct signer *s, const struct name *name, const struct name *apex);

/* True if any cut is known, in whatever zone. */
bool memory_has_cuts(const struct signer *s);

/* True if `name` itself is a known cut. */
bool memory_is_cut(struct signer *s, const struct name *name, int64_t now_s);

/* Forgets the cuts, the suspicions, the names, and which servers contradict themselves. SOAs, TTLs and
 * signatures stay: they harm nobody. Until the TTLs of the names are over, memory_lacks_names() is true. */
void memory_flush(struct signer *s);

/* ---- Suspicions ---- */

enum suspicion {
	SUSPICION_NONE,
	SUSPICION_OPEN,    /* there was an SOA, or NS beside an answer: ask for the NS */
	SUSPICION_HAS_NS,  /* the server has NS there: does it have NS everywhere? */
	SUSPICION_ALIASED, /* an alias hides that: ask for the SOA */
	SUSPICION_REFUTED, /* the name is no cut */
};

/* Note and tell what is known of a name that may be a cut. No answer that depends on it is kept but one
 * that was made with it refuted, or that a later lesson makes anew. */
void memory_suspect(
        struct signer *s, const struct name *name, enum suspicion suspicion, int64_t until_s);
enum suspicion memory_suspicion(struct signer *s, const struct name *name, int64_t now_s);

/* True if any name is suspected. */
bool memory_has_suspects(const struct signer *s);

/* ---- Zones ---- */

/* Returns the learned SOA of a zone of the policy. */
const struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone);

/* Notes that a zone has records of this type. */
void memory_note_type(struct signer *s, const struct sign_zone *zone, uint16_t type);

/* Note that the apex of the zone, or a name that memory_note_name() has noted, has a DNAME; and tell. */
void memory_note_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s);
bool memory_has_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s);

/* Note that the SOA of a zone is wanted, for SIGN_DOUBT_S or until it is known or cannot be had; and tell. */
void memory_want_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s);
bool memory_wants_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s);

/* Note that the server was asked for the SOA, which is not asked for again for SIGN_DOUBT_S; and tell
 * whether asking for it may help. */
void memory_note_no_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s);
bool memory_may_learn_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s);

/* Note that the server of a zone denies names that exist, which is not forgotten; and tell. */
void memory_note_contradiction(struct signer *s, const struct sign_zone *zone);
bool memory_contradicts(struct signer *s, const struct sign_zone *zone);

/* Notes the SOA of a zone: its TTLs, and its RDATA in canonical form, which must fit
 * SIGN_SOA_OCTETS. */
void memory_note_soa(struct signer *s, const struct sign_zone *zone, const struct set_ttls *ttls,
        struct span rdata);

#endif
