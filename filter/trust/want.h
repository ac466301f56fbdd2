/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate lacks for a judgement: an RRset that must be fetched. */
#ifndef TRUST_WANT_H
#define TRUST_WANT_H

#include "wire/name.h"

struct want {
	struct name name;
	uint16_t type;    /* TYPE_DS or TYPE_DNSKEY; of gate/dns64.h also A, AAAA and NSEC */
	bool is_dateless; /* wanted by a judgement without dates, which learns separately */
};

static inline bool want_equal(const struct want *a, const struct want *b)
{
	return a->type == b->type && a->is_dateless == b->is_dateless &&
	       name_equal(&a->name, &b->name);
}

#endif
