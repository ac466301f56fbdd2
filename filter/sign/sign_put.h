/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes out, piece by piece. Private to sign/. */
#ifndef SIGN_SIGN_PUT_H
#define SIGN_SIGN_PUT_H

#include "sign/signer_private.h"

/* These add to what goes out, with a signature where the client has DO. They return false when that
 * cannot be, and say why in `job`. */
bool put_item(struct sign_job *job, struct sign_item item);

/* A set of the server's message; without a signature where `zone` is NULL. */
bool put_set(struct sign_job *job, const struct rrset *set, enum section section,
        const struct sign_zone *zone);

/* The SOA that makes a denial; `denial` is set to what an NSEC beside it lives (RFC 9077, 3). */
bool put_soa(struct sign_job *job, const struct rrset *set, const struct sign_zone *zone,
        struct set_ttls *denial);
bool put_learned_soa(struct sign_job *job, const struct sign_zone *zone, struct set_ttls *denial);

/* Without a signature where `zone` is NULL. */
bool put_made(struct sign_job *job, const struct sign_zone *zone, const struct made_set *made);
bool put_nsec(struct sign_job *job, const struct sign_zone *zone, const struct made_nsec *nsec);

/* The additional section. Of it the addresses that are in `zone` are signed, as far as they were
 * answered themselves and that can be; none where it is NULL. */
bool put_additional(struct sign_job *job, const struct sign_zone *zone);

#endif
