/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a DNSKEY response of a trust point's zone in the way that RFC 5011 requires. */
#ifndef TRUST_OBSERVATION_H
#define TRUST_OBSERVATION_H

#include "trust/rollover.h"

/* Reads what the response shows of the keys of `p`. Checks the signatures and their times: those of
 * trusted keys, and those that keys with the REVOKE bit made themselves (RFC 5011, 2.1). Takes
 * memory from the arena and gives it back. Returns false if the response is unusable: an error,
 * truncated, malformed, without the RRset, or with more than LIMIT_KEYS keys. */
bool observation_read(struct observation *o, struct crypto *crypto, struct arena *arena,
        const struct message *m, const struct trust_point *p, int64_t now_s);

#endif
