/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks a timeline before it comes into force. What is wrong in it would make the whole zone
 * Bogus, perhaps weeks later. */
#ifndef KEYS_TIMELINE_CHECK_H
#define KEYS_TIMELINE_CHECK_H

#include "crypto/crypto.h"
#include "keys/timeline.h"

/* Checks each pre-made signature (presign_check.h). If the timeline is planned, checks in each period, too, that
 *
 * - the signatures of each RRset last to its end, those of each algorithm of the DNSKEY RRset (RFC 4035, 2.2);
 * - each algorithm of the DNSKEY RRset has a ZSK that signs and is in that RRset, and no other of that algorithm signs;
 * - no ZSK signs that is not in it, except for one of an algorithm that is not in it at all: the signatures of a new
 *   algorithm come before its keys, and those of an old one go after them (RFC 6781, 4.1.4).
 *
 * Returns NULL if all is well, or the fault; then `line` is its line in the file, or 0 if it belongs to none. */
const char *timeline_check(struct crypto *crypto, const struct timeline *t, unsigned *line);

#endif
