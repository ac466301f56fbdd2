/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a signer from one response to the next, and the answers that a change of it
 * touches. Private to sign/.
 *
 * An answer follows from the query, the server's response, the policy, the time and this memory.
 * The message cache (sign_recall.h) keeps whole answers, so it must know when the memory changes
 * under one of them. Therefore nothing outside the three files sign_memory*.c can read or change
 * the memory but through these functions, sign_memory_names.h and sign_memory_zones.h. A change
 * teaches a lesson. A read makes the answer that is being made depend on a lesson. A kept answer is
 * out of date once a lesson that it depends on was learned.
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

/* Takes memory for as many TTLs as s->limits say; memory_init_names() and memory_fit_signatures()
 * take more. Returns 0 or -ENOMEM. Call memory_fini() in both cases: it frees all. */
int memory_init(struct signer *s);
void memory_fini(struct signer *s);

/* Replaces the tables of signatures by empty ones whose entries have `octets`. Returns 0, or
 * -ENOMEM; then the old tables stay. */
int memory_fit_signatures(struct signer *s, size_t octets);

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

#endif
