/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signalling records (RFC 9615): a parent that has no DS yet trusts the CDS of a zone if they stand
 * below each of its name servers' names, too, in zones that are signed already. */
#ifndef KEYS_SIGNALLING_H
#define KEYS_SIGNALLING_H

#include <stdio.h>

#include "base/complaint.h"
#include "keys/record_text.h"

/* Makes the name `_dsboot.ZONE._signal.NS` (RFC 9615, 2). Returns false if it is too long. */
bool signalling_name(const struct name *zone, const struct name *ns, struct name *out);

/* Writes the CDS and CDNSKEY records below the name of one name server, a line each. Returns false
 * with a complaint if there are none; if they ask for no DS, since then there is nothing to vouch
 * for; if the name is too long; or if the name server is within the zone: then nothing vouches for
 * it (RFC 9615, 3.1). */
bool signalling_write(FILE *out, const struct name *zone, const struct name *ns,
        const struct key_records *records, struct complaint *error);

#endif
