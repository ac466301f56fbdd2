/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does an NXDOMAIN of the server deny a name, or only a type? Private to sign/.
 *
 * Load balancers are known to say NXDOMAIN for AAAA or HTTPS at a name that has an A record (RFC 4074,
 * 4.2), and older servers for a name that only has names below it (RFC 8020). Before signing nobody
 * minded. A signed denial of the name (RFC 9824: NXNAME) takes the name down in each cache that uses
 * NSEC records aggressively (RFC 8198). A denial of the type alone is always safe. So a name is denied only
 * if nothing was seen at it or below it, and then as sign_nxdomain says (sign_policy.h).
 *
 * Denials of names become denials of types if somebody adds names to the zone, or if a client
 * fills the table of names with names that exist. Both gain nothing: a denial of each type is true, too. */
#ifndef SIGN_SIGN_ABSENCE_H
#define SIGN_SIGN_ABSENCE_H

#include "sign/signer_private.h"

/* Notes that the server knows `name`, which may be cached for `ttl_s`. If the server has denied the
 * name in between, denials in this zone are denials of types from now on, and job->result tells. */
void note_presence(struct sign_job *job, const struct sign_zone *zone, const struct name *name,
        uint32_t ttl_s);

/* Notes that the server said NXDOMAIN for the last name of the walk and for this type. True if that
 * denies the name. */
bool is_name_absent(struct sign_job *job, const struct signer_walk *w, uint16_t qtype);

#endif
