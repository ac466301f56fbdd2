/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ZSK does not take over before this signer has shown its DNSKEY record for long enough. For keys
 * without a timeline that was planned; zone_crossing.h does more for those that have one. */
#ifndef DAEMON_ZONE_SUCCESSION_H
#define DAEMON_ZONE_SUCCESSION_H

#include "sign/sign_period.h"

struct succession_time {
	int64_t now_s;
	int64_t spread_s; /* until each server of the zone shows what this one shows */
};

/* Returns when a period begins that was put off; 0 if none was. */
int64_t zone_succession_late_until_s(const struct sign_periods *periods, int64_t now_s);

/* Puts off later periods of `fresh`, which are about to replace `former`: if a key signs in a
 * period, and resolvers may still have a DNSKEY RRset that `former` has shown without it, until the
 * TTL of that is over. `sealgate keys sign` and the keeper look after this, too, but the file may
 * be loaded hours later. A key that was put off before stays so. A period is not put off if the one
 * before it lacks the key, too, or has no valid pre-made signatures for so long: then to wait would
 * not help. Nor is one that is over. */
void zone_succession_hold(struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, const struct succession_time *t);

/* The same for `fresh` that are the `former` ones once more, from the same file: what was put off
 * stays so, and nothing else is. If the clock has gone back since, it is put off for no longer than
 * it was then. */
void zone_succession_keep(struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, int64_t now_s);

#endif
