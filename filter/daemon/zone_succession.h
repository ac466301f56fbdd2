/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ZSK does not take over before this signer has shown its DNSKEY record for long enough. */
#ifndef DAEMON_ZONE_SUCCESSION_H
#define DAEMON_ZONE_SUCCESSION_H

#include "sign/sign_policy.h"

/* Puts off the next ZSK of `fresh`, a zone that is about to replace `former`: if the DNSKEY RRset of `former` lacks it,
 * until the TTL of that is over. `sealgate keys sign` looks after this, too, but the operator may load its file hours
 * later. A key that was put off before stays so. */
void zone_succession_hold(struct sign_zone *fresh, const struct sign_zone *former, int64_t now_s);

#endif
