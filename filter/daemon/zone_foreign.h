/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two signers of one zone (RFC 8901, 2.1.2): what the other needs of our keys, and what we take of
 * it. */
#ifndef DAEMON_ZONE_FOREIGN_H
#define DAEMON_ZONE_FOREIGN_H

#include <stdio.h>

#include "daemon/zone_key_files.h"

/* Writes the DNSKEY records of our keys that are published at `now_s`, and CDS and CDNSKEY of our
 * KSKs. The KSKs are among them because they sign CDS: a resolver may have the DNSKEY records of
 * the other signer, and get our CDS. Returns 0, or -1 with a complaint. */
int zone_keys_export(const struct zone_key_files *f, struct crypto *crypto, int64_t now_s,
        FILE *out, struct complaint *error);

struct foreign_count {
	unsigned dnskey, cds, cdnskey;
	unsigned ksks; /* of the DNSKEY records */
	unsigned ours; /* that were left out */
};

/* Reads the records of another signer from a file, such as the output of dig, and writes
 * Kzone.foreign-dnskey, in place of what was imported before. Signatures in the file are left out,
 * because our KSK signs; and so are records of our own keys. What foreign_keys_fit() does not let
 * stand beside our keys is refused. Returns 0 and counts the records; or -1 with a complaint, and
 * nothing changes. */
int zone_keys_import(const struct zone_key_files *f, struct crypto *crypto, const char *path,
        struct foreign_count *count, struct complaint *error);

#endif
