/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The renewal of a zone's keys before they expire. If a response contradicts the keys that are
 * known, the zone may have changed them without notice: its DS and its DNSKEYs are fetched once
 * more. Until others are proved, the known ones stay in force.
 *
 * Anybody can write a response that contradicts the keys, so renewals are few: one for each source
 * in LIMIT_RENEWAL_S, and for a zone STORE_RENEWALS in LIMIT_RENEWAL_TURN_S. No failure of a
 * renewal is remembered. */
#ifndef TRUST_RENEWAL_H
#define TRUST_RENEWAL_H

#include "trust/store.h"
#include "trust/want.h"

/* Begins a renewal of the keys of `zone`, or goes on with one of this source. Returns true with the
 * next fetch in `want`: first the DS, then the DNSKEYs. In the first want of a renewal `stale_s` is
 * the age of the keys. Returns false if no renewal is due: the keys are new, or the last renewal
 * was a short time ago. With `holds_links`, chains to names below the zone want it too, see
 * renewal_holds_links(). */
bool renewal_next(struct store *s, const struct name *zone, enum renewal_cause cause,
        bool holds_links, int64_t now_s, struct want *want);

/* True if a renewal of the zone must end before a DS that the zone signed can be learned. Sets
 * `want` to its next fetch. */
bool renewal_holds_links(struct store *s, const struct name *zone, struct want *want);

/* True if `type` (TYPE_DS or TYPE_DNSKEY) of the zone is being fetched for a renewal, and the
 * zone's keys are known. */
bool renewal_is_fetching(struct store *s, const struct name *zone, uint16_t type);

/* Returns the DS set that a renewal found, and that has proved no keys yet; NULL for none. */
const struct ds_set *renewal_ds(struct store *s, const struct name *zone, int64_t now_s);

/* Puts that DS set in force, because it has proved keys, which the caller stores next. */
void renewal_take_ds(struct store *s, const struct name *zone);

#endif
