/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a zone shows, with which keys it signs, and where its DS lead, for tests of timelines that
 * come late. */
#ifndef TESTS_LATE_H
#define TESTS_LATE_H

#include "zonebed.h"

/* Says the longest TTL of the zone, which is a day before. */
void late_configure(const struct zone_bed *bed, int64_t max_ttl_s);

/* Return which keys are in a DNSKEY RRset, sign, or have DS records. */
unsigned late_shown(const struct zone_bed *bed, const struct sign_period *p);
unsigned late_signers(const struct zone_bed *bed, const struct sign_period *p);
unsigned late_ds(const struct zone_bed *bed, const struct sign_period *p);

#endif
