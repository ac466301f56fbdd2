/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A response to a question for the DNSKEY RRset of a trust point, read as RFC 5011 looks at it. */
#ifndef TRUST_OBSERVATION_H
#define TRUST_OBSERVATION_H

#include "trust/rollover.h"

/* Reads what the response shows of the keys of `p`. Signatures are checked, with the time too:
 * those of trusted keys, and those that keys with the REVOKE bit made themselves (RFC 5011, 2.1).
 * Memory comes from the arena, for the time of the call. Returns false when it is no usable answer:
 * a failure, cut, malformed, without the RRset, or with more than LIMIT_KEYS keys. */
bool observation_read(struct observation *o, struct crypto *crypto, struct arena *arena,
        const struct message *m, const struct trust_point *p, int64_t now_s);

#endif
