/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NSEC records (RFC 4034, 4), and what they may prove (RFC 4035, 5.4; RFC 6840, 4). */
#ifndef DNSSEC_NSEC_H
#define DNSSEC_NSEC_H

#include "wire/message.h"

struct nsec {
	struct name owner, next;
	struct span bitmap;
	uint32_t inception; /* of the signature that proves it; nsec_read() does not set it */
};

/* Reads the NSEC `rr`. Returns false if it is malformed. */
bool nsec_read(const struct message *m, const struct rr *rr, struct nsec *nsec);

/* True if `name` is strictly between owner and next. The last NSEC of a zone, whose next is `apex`,
 * spans to the end of the zone. `name` must be in the zone. */
bool nsec_spans(const struct nsec *nsec, const struct name *apex, const struct name *name);

/* True if the bit map is that of a delegation, seen from the parent: NS without SOA. Such a record
 * speaks only for the DS of its owner, and for no name below it (RFC 6840, 4.1 and 4.4). */
bool bitmap_is_delegation(struct span bitmap);

/* True if the record cannot speak for names below its owner: a delegation or a DNAME (RFC 6840,
 * 4.1; RFC 6672, 5.3.4.1). */
bool bitmap_ends_zone(struct span bitmap);

/* True if the bit map of a record at the name itself denies `type`: it has neither the type nor
 * CNAME, and the record is from the right side of the zone cut (RFC 6840, 4.1 and 4.3). `is_root`
 * is for the root, which has no parent side. */
bool bitmap_denies(struct span bitmap, uint16_t type, bool is_root);

#endif
