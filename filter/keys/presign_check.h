/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what was signed ahead holds: it comes from a file that anybody may have put there, and
 * what is wrong with it would make the whole zone Bogus. */
#ifndef KEYS_PRESIGN_CHECK_H
#define KEYS_PRESIGN_CHECK_H

#include "crypto/crypto.h"
#include "keys/record_text.h"

/* Checks that each set has a signature, and each signature verifies by a KSK of the DNSKEY set (RFC
 * 4035, 2.2; RFC 7344, 4.1), whenever it is valid. Returns NULL, or what is wrong; then `line` is
 * that of the file, or 0 where it is none. */
const char *presign_check(struct crypto *crypto, const struct key_records *r, unsigned *line);

#endif
