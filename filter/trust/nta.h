/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negative trust anchors (RFC 7646): zones that are broken and known to be, which the operator
 * wants let through as Insecure for a while. */
#ifndef TRUST_NTA_H
#define TRUST_NTA_H

#include "wire/name.h"

#define NTAS_MAX 256

#define NTA_FOREVER INT64_MAX

struct nta {
	struct name zone;
	int64_t expires_s; /* since 1970; NTA_FOREVER for one that stays */
};

struct nta_list {
	unsigned count;
	struct nta items[NTAS_MAX];
};

/* Adds a zone, or gives one that is there a new expiry. Returns false when the list is full. */
bool nta_add(struct nta_list *list, const struct name *zone, int64_t expires_s);

/* Returns the deepest zone at or above `name` that has not expired, or NULL. `list` may be NULL. */
const struct nta *nta_above(const struct nta_list *list, const struct name *name, int64_t now_s);

#endif
