/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CNAME and DNAME records: where a name leads. */
#ifndef DNSSEC_ALIAS_H
#define DNSSEC_ALIAS_H

#include "dnssec/rrset.h"

/* Returns the DNAME RRset in the answer section whose owner is above `name`, or NULL; the closest,
 * if there are several, whatever their order. */
const struct rrset *alias_dname_above(const struct rrsets *g, const struct name *name);

/* Reads the target of a CNAME or DNAME RRset. Returns false if a record is malformed, or if two
 * records differ: a name has at most one CNAME and at most one DNAME (RFC 2181, 10.1; RFC 6672,
 * 2.4). The same record twice counts once (RFC 2181, 5). */
bool alias_target(const struct rrsets *g, const struct rrset *set, struct name *target);

#endif
