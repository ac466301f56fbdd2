/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a new signed DNSKEY RRset changes, and what of that would break the zone. Pure. */
#ifndef KEYS_SET_CHANGE_H
#define KEYS_SET_CHANGE_H

#include "base/complaint.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

/* Is told of each DNSKEY that only one of the two sets has. */
typedef void set_change_told(void *context, const struct dnskey *key, bool is_new);

/* Tells of the keys that `after` has and `before` lacks, and of those that it no longer has. */
void set_change_tell(const struct key_records *before, const struct key_records *after,
        set_change_told *told, void *context);

/* Returns false, with the reason in `error`, if the step from one set to the other can break the zone:
 *
 * - a KSK is lost, ours or another signer's. The parent may have a DS record for it;
 * - a ZSK is lost that is not in `keys`. Another signer may sign with it (RFC 8901);
 * - the CDS or CDNSKEY of another signer's key is lost, and its DNSKEY is not. A parent that follows CDS would take
 *   its DS away (RFC 7344, 4), while it may still answer;
 * - a ZSK would sign before every resolver can have it. One with the set of before does not know it, and takes
 *   what it signs for Bogus, for as long as the TTL of the set (RFC 6781, 4.1.1.1). Its times must leave that long
 *   between publication and signing, too: what they break later would be refused then, with nobody there to see it.
 *
 * `keys` are ours, with their times. */
bool set_change_is_safe(const struct key_records *before, const struct key_records *after,
        const struct keypair *keys, unsigned count, int64_t now_s, struct complaint *error);

#endif
