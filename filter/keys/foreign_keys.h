/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key records of another signer of the zone (RFC 8901, 2.1.2): which of them are its own, and
 * whether they can stand beside ours. Pure. */
#ifndef KEYS_FOREIGN_KEYS_H
#define KEYS_FOREIGN_KEYS_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

/* Takes away the records of our keys: a signer that has imported ours shows them beside its own. If
 * they stayed, they would be shown after the times of our keys have ended. Returns how many there
 * were. */
unsigned foreign_keys_drop_ours(struct key_records *foreign, struct crypto *crypto,
        const struct keypair *keys, unsigned count);

/* Returns false, with the reason in `error`, if a record would harm the zone:
 *
 * - a DNSKEY that cannot sign the zone, or is of another algorithm than ours: a validator may want a signature of
 *   each algorithm in the set, which neither signer makes for the other's (RFC 8901, 4);
 * - a DNSKEY with the tag of one of ours. A validator tries few keys of one tag, and the private key of ours is found
 *   by its tag;
 * - a CDS or CDNSKEY that asks the parent to take all DS records away (RFC 8078, 4), or for a DS record of a key that
 *   is not in the DNSKEY records of `foreign`, or is a ZSK there. (A single key is KSK and ZSK, whatever its flags.)
 * - a CDS without the CDNSKEY of the same key, or the other way round: they must match (RFC 7344, 4).
 *
 * `keys` are ours. */
bool foreign_keys_fit(const struct key_records *foreign, struct crypto *crypto,
        const struct keypair *keys, unsigned count, struct complaint *error);

#endif
