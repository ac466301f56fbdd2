/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps signatures, and makes some before a client asks. Private to sign/. */
#ifndef SIGN_SIGN_KEPT_H
#define SIGN_SIGN_KEPT_H

#include "sign/sign_memory.h"

/* Makes room for signatures of at most `octets` each. If the tables are for shorter ones, all kept
 * signatures are forgotten. Otherwise they stay, also under another policy, because the id of a
 * signature covers the key. Returns 0, or -ENOMEM; then nothing has changed. */
int signatures_fit(struct signer *s, size_t octets);

/* Returns the id of the signature of `key` over `data`. */
struct signature_id signature_identify(
        const struct signer *s, const struct signkey *key, struct span data);

/* Find or make a signature. Both return it, valid until the next one is made; or an empty span if
 * there is none, or OpenSSL fails. */
struct span signature_find(struct signer *s, enum memory_kind kind, const struct signature_id *id);
struct span signature_make(struct signer *s, const struct signkey *key, struct span data,
        enum memory_kind kind, const struct signature_id *id);

/* Notes data for signer_renew() to sign, unless there is a signature already. */
void renewal_note(struct signer *s, const struct signkey *key, struct span data);

#endif
