/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones as a signer has learned them: SOAs, types and the habits of their servers, by the
 * lessons of sign_memory.h. Private to sign/. */
#ifndef SIGN_SIGN_MEMORY_ZONES_H
#define SIGN_SIGN_MEMORY_ZONES_H

#include "sign/sign_memory.h"

/* Goes over from s->policy to `policy`, in which zones may have other numbers. `zones` has
 * room for a pointer for each zone of `policy`, and is owned by the memory from now on. */
void memory_set_policy(
        struct signer *s, const struct sign_policy *policy, struct zone_memory **zones);

/* Forgets which servers contradict themselves, and which SOAs are wanted. What is known of SOAs and
 * types stays: it harms nobody. */
void memory_flush_zones(struct signer *s);

/* Returns the learned SOA of a zone of the policy. */
const struct zone_memory *memory_zone(struct signer *s, const struct sign_zone *zone);

/* Notes that a zone has records of this type. */
void memory_note_type(struct signer *s, const struct sign_zone *zone, uint16_t type);

/* Note that the SOA of a zone is wanted, for SIGN_DOUBT_S or until it is known or cannot be had;
 * and tell. */
void memory_want_soa(struct signer *s, const struct sign_zone *zone, int64_t now_s);
bool memory_wants_soa(const struct signer *s, const struct sign_zone *zone, int64_t now_s);

/* Note that the server was asked for the SOA, which is not asked for again for SIGN_DOUBT_S; and
 * tell whether asking for it may help. */
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
