/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ZSK does not take over before this signer has shown its DNSKEY record for long enough. */
#ifndef DAEMON_ZONE_SUCCESSION_H
#define DAEMON_ZONE_SUCCESSION_H

#include "sign/sign_period.h"

/* Puts off later periods of `fresh`, which are about to replace `former`: if the DNSKEY RRset of `former` at `now_s` lacks a
 * key that signs in a period, until the TTL of that RRset is over. `sealgate keys sign` looks after this, too, but the
 * operator may load its file hours later. A key that was put off before stays so. */
void zone_succession_hold(struct sign_period *fresh, unsigned count,
        const struct sign_periods *former, int64_t now_s);

#endif
