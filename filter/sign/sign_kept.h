/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that are kept, and those that are made before somebody wants them. Private to
 * sign/. */
#ifndef SIGN_SIGN_KEPT_H
#define SIGN_SIGN_KEPT_H

#include "sign/signer_private.h"

/* Takes memory for `count` signatures of at most `octets` each. Returns 0 or -ENOMEM. */
int signatures_init(struct table *t, size_t octets, uint32_t count);

/* What the signature of `key` over `data` is found by. */
struct signature_id signature_identify(
        const struct signer *s, const struct signkey *key, struct span data);

/* Both return a signature that is good until the next one is made, or an empty span. */
struct span signature_find(struct table *cache, const struct signature_id *id);
struct span signature_make(struct signer *s, const struct signkey *key, struct span data,
        struct table *cache, const struct signature_id *id);

/* Notes what signer_renew() is to sign, unless it is signed. */
void renewal_note(struct signer *s, const struct signkey *key, struct span data);

#endif
