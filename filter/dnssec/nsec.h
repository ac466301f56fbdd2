/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NSEC records: RFC 4034, 4, and what RFC 4035, 5.4 and RFC 6840, 4 let them prove. */
#ifndef DNSSEC_NSEC_H
#define DNSSEC_NSEC_H

#include "wire/message.h"

struct nsec {
	struct name owner, next;
	struct span bitmap;
};

/* Reads the NSEC `rr`. Returns false when it is malformed. */
bool nsec_read(const struct message *m, const struct rr *rr, struct nsec *nsec);

/* True when `name` lies strictly between owner and next, the last NSEC of a zone (whose next is
 * `apex`) reaching to the zone's end. `name` lies in the zone. */
bool nsec_spans(const struct nsec *nsec, const struct name *apex, const struct name *name);

/* True when the bit map is that of a delegation, seen from the parent: NS without SOA. Such a
 * record speaks for the DS of its owner only, and for nothing below it (RFC 6840, 4.1 and 4.4). */
bool bitmap_is_delegation(struct span bitmap);

/* True when the record cannot speak for names below its owner: a delegation, or a DNAME (RFC 6840,
 * 4.1; RFC 6672, 5.3.4.1). */
bool bitmap_ends_zone(struct span bitmap);

/* True when the bit map, of a record at the very name, denies `type`: neither it nor CNAME is
 * there, and the record is from the right side of a cut (RFC 6840, 4.1 and 4.3). `is_root` for the
 * root, which has no parent's side. */
bool bitmap_denies(struct span bitmap, uint16_t type, bool is_root);

#endif
