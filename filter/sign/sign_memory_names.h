/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that a signer remembers: those that exist, those that were denied, zone cuts and
 * suspicions of them, by the lessons of sign_memory.h. Private to sign/. */
#ifndef SIGN_SIGN_MEMORY_NAMES_H
#define SIGN_SIGN_MEMORY_NAMES_H

#include "sign/sign_memory.h"

/* Takes memory for as many names and cuts as s->limits say, after memory_init(). Returns 0 or
 * -ENOMEM. */
int memory_init_names(struct signer *s);

/* Forgets the names, the cuts and the suspicions. Until the TTLs of the names are over,
 * memory_lacks_names() is true. */
void memory_flush_names(struct signer *s);

/* ---- Names ---- */

/* Notes that `name` exists, and therefore the names between `name` and `apex`. Caches may have this
 * for `ttl_s`; until then it is not forgotten in silence: memory_lacks_names(). Returns true if the
 * server contradicts itself: the name was known to exist, was denied since, and is there again
 * within SIGN_FLIP_S. */
bool memory_note_name(struct signer *s, const struct name *name, const struct name *apex,
        uint32_t ttl_s, int64_t now_s);

/* True if `name`, or a name below it, was seen in the last SIGN_MEMORY_S, or in its TTL if that is
 * longer. */
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

/* ---- Suspicions ---- */

enum suspicion {
	SUSPICION_NONE,
	/* no answer for the NS, which says nothing of the name: ask for A instead */
	SUSPICION_NO_NS,
	SUSPICION_OPEN,    /* there was an SOA, or NS beside an answer: ask for the NS */
	SUSPICION_HAS_NS,  /* the server has NS there: does it have NS everywhere? */
	SUSPICION_ALIASED, /* an alias hides that: ask for the SOA */
	SUSPICION_REFUTED, /* the name is no cut */
};

/* Note and tell what is known of a name that may be a cut. No answer that depends on it is kept but
 * one that was made with it refuted, or that a later lesson makes anew. */
void memory_suspect(
        struct signer *s, const struct name *name, enum suspicion suspicion, int64_t until_s);
enum suspicion memory_suspicion(struct signer *s, const struct name *name, int64_t now_s);

/* True if any name is suspected. */
bool memory_has_suspects(const struct signer *s);

/* ---- DNAMEs ---- */

/* Note that the apex of the zone, or a name that memory_note_name() has noted, has a DNAME; and
 * tell. */
void memory_note_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s);
bool memory_has_dname(
        struct signer *s, const struct sign_zone *zone, const struct name *name, int64_t now_s);

#endif
