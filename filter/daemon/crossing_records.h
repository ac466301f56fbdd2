/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the DNSKEY RRset of one period may be shown in place of another one's. Private to
 * zone_crossing.c. */
#ifndef DAEMON_CROSSING_RECORDS_H
#define DAEMON_CROSSING_RECORDS_H

#include "sign/sign_period.h"

/* True if a KSK signs both, to which the parent's DS may lead. Otherwise nobody knows which of them
 * resolvers can check. */
bool crossing_share_ksk(const struct sign_period *a, const struct sign_period *b);

/* Returns for how many seconds the records can be shown; negative if not at all. */
int64_t crossing_records_last_s(const struct sign_period *p, int64_t at_s);

#endif
