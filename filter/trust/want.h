/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate lacks to judge: a record set that somebody must fetch. */
#ifndef TRUST_WANT_H
#define TRUST_WANT_H

#include "wire/name.h"

struct want {
	struct name name;
	uint16_t type;    /* TYPE_DS or TYPE_DNSKEY */
	bool is_dateless; /* by a judgement that leaves dates out of account, which learns apart */
};

static inline bool want_equal(const struct want *a, const struct want *b)
{
	return a->type == b->type && a->is_dateless == b->is_dateless &&
	       name_equal(&a->name, &b->name);
}

#endif
