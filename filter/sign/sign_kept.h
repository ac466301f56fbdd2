/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that are kept, and those that are made before somebody wants them. Private to
 * sign/. */
#ifndef SIGN_SIGN_KEPT_H
#define SIGN_SIGN_KEPT_H

#include "sign/sign_memory.h"

/* Makes room for signatures of `octets` each. Signatures are found by all that they cover, the key
 * too, so old ones can stay if the policy changes; but longer ones do not fit in beside them, so
 * then all are forgotten. Returns 0, or -ENOMEM: then nothing has changed. */
int signatures_fit(struct signer *s, size_t octets);

/* What the signature of `key` over `data` is found by. */
struct signature_id signature_identify(
        const struct signer *s, const struct signkey *key, struct span data);

/* Both return a signature that is good until the next one is made, or an empty span. */
struct span signature_find(struct signer *s, enum memory_kind kind, const struct signature_id *id);
struct span signature_make(struct signer *s, const struct signkey *key, struct span data,
        enum memory_kind kind, const struct signature_id *id);

/* Notes what signer_renew() is to sign, unless it is signed. */
void renewal_note(struct signer *s, const struct signkey *key, struct span data);

#endif
