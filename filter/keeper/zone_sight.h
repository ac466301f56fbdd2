/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The finds of the last look at a zone, for the self-checks that come before the next one: the
 * addresses that serve the zone, and the DS of each of its KSKs. */
#ifndef KEEPER_ZONE_SIGHT_H
#define KEEPER_ZONE_SIGHT_H

#include "keeper/key_material.h"
#include "keeper/self_check.h"

/* Zero it for none. */
struct zone_sight {
	struct self_check_server *servers; /* owned */
	unsigned server_count;
	struct self_check_key ksks[LIFE_KEYS_MAX];
	unsigned ksk_count;
};

/* Takes in a look, and the keys of the zone. Former knowledge is forgotten, unless memory is
 * short. */
void zone_sight_take(struct zone_sight *s, const struct zone_look *look,
        const struct key_material *material, struct crypto *crypto);
void zone_sight_fini(struct zone_sight *s);

/* Chooses the KSKs that a validator must accept everywhere: every server was seen with the DNSKEY
 * and the RRSIG of the KSK, and with all that a ZSK of its algorithm signs. Returns how many of
 * them `keys` has then. */
unsigned zone_sight_choose(const struct zone_sight *s, const struct life *life,
        struct self_check_key keys[static SELF_CHECK_KEYS]);

#endif
