/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds records to the answer. Private to sign/.
 *
 * These functions add a signature if the client set DO. They return false if the records cannot be
 * added; then job->trouble says why. */
#ifndef SIGN_SIGN_PUT_H
#define SIGN_SIGN_PUT_H

#include "sign/signer_private.h"

/* Adds one record, without a signature. */
bool put_item(struct sign_job *job, struct sign_item item);

/* Adds an RRset of the server's response; without a signature if `zone` is NULL. */
bool put_set(struct sign_job *job, const struct rrset *set, enum section section,
        const struct sign_zone *zone);

/* Add the SOA of a denial to the authority section: the one in the response, or the one that was
 * learned. Set `denial` to the TTLs of an NSEC beside it (RFC 9077, 3). */
bool put_soa(struct sign_job *job, const struct rrset *set, const struct sign_zone *zone,
        struct set_ttls *denial);
bool put_learned_soa(struct sign_job *job, const struct sign_zone *zone, struct set_ttls *denial);

/* Add a set, or an NSEC, that the signer makes. put_made() adds no signature if `zone` is NULL;
 * put_nsec() adds nothing if the client did not set DO. */
bool put_made(struct sign_job *job, const struct sign_zone *zone, const struct made_set *made);
bool put_nsec(struct sign_job *job, const struct sign_zone *zone, const struct made_nsec *nsec);

/* Adds the additional section. Addresses in `zone` get a signature if one is remembered, because
 * the server gave the same set as an answer before. If `zone` is NULL, nothing is signed. */
bool put_additional(struct sign_job *job, const struct sign_zone *zone);

#endif
