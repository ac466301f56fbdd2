/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Negative trust anchors (RFC 7646): zones with broken signatures that the operator lets pass as
 * Insecure for a while. */
#ifndef TRUST_NTA_H
#define TRUST_NTA_H

#include "wire/name.h"

#define NTAS_CONFIGURED_MAX 256 /* in the configuration, or on a command line */
#define NTAS_ADDED_MAX      64  /* while the daemon runs */
#define NTAS_MAX            (NTAS_CONFIGURED_MAX + NTAS_ADDED_MAX)

#define NTA_FOREVER INT64_MAX

struct nta {
	struct name zone;
	int64_t expires_s; /* seconds since 1970; NTA_FOREVER if it does not expire */
};

struct nta_list {
	unsigned count;
	struct nta items[NTAS_MAX];
};

/* Adds a zone, or sets a new expiry if the zone is in the list. Returns false if the list is
 * full. */
bool nta_add(struct nta_list *list, const struct name *zone, int64_t expires_s);

/* Returns the entry of exactly this zone, or NULL. `list` may be NULL. */
const struct nta *nta_find(const struct nta_list *list, const struct name *zone);

/* Returns the deepest zone at or above `name` that has not expired, or NULL. `list` may be NULL. */
const struct nta *nta_above(const struct nta_list *list, const struct name *name, int64_t now_s);

#endif
