/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks pre-made signatures when their file is read. A wrong signature would make the whole zone
 * Bogus. */
#ifndef KEYS_PRESIGN_CHECK_H
#define KEYS_PRESIGN_CHECK_H

#include "crypto/crypto.h"
#include "keys/record_text.h"

/* Checks that each RRset has a signature, and that a KSK of the DNSKEY RRset verifies each
 * signature (RFC 4035, 2.2; RFC 7344, 4.1), also those that are not valid yet or any more. Returns
 * NULL if all is well, or the fault; then `line` is its line in the file, or 0 if it belongs to no
 * line. */
const char *presign_check(struct crypto *crypto, const struct key_records *r, unsigned *line);

#endif
