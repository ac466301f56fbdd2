/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the text of a zone's timeline from the state of its keys, with the vault's signatures, and
 * checks it. */
#ifndef KEEPER_TIMELINE_MAKE_H
#define KEEPER_TIMELINE_MAKE_H

#include "keeper/key_material.h"
#include "keeper/vault.h"
#include "keys/life_policy.h"
#include "keys/timeline.h"

/* Borrows everything. */
struct timeline_making {
	const struct name *zone;
	const struct life *life;
	const struct life_policy *policy;
	const struct key_material *material; /* of that life */
	const struct timeline *former;       /* whose signatures are taken over; or NULL */
	struct vault *vault;                 /* NULL: it cannot be opened */
	struct crypto *crypto;
	int64_t now_s;
};

struct made_timeline {
	char *text;          /* key_text_free() wipes and frees it */
	int64_t end_s;       /* of the last period; 0: the zone is unsigned, and the text says so */
	unsigned signatures; /* that are new */
	enum vault_fault fault; /* of the vault, if it failed */
};

/* Returns false with a complaint if there is no timeline: the vault failed, or what was made is not
 * fit to be used. */
bool timeline_make(
        struct made_timeline *made, const struct timeline_making *making, struct complaint *error);

#endif
