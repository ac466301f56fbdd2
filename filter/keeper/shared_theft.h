/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shared KSK that is stolen in one zone is stolen in every zone that has it. So one order for one
 * zone is enough. */
#ifndef KEEPER_SHARED_THEFT_H
#define KEEPER_SHARED_THEFT_H

#include "keeper/kept_zone.h"

/* Before a turn of a zone, which was read: writes into the list of shared KSKs (shared_ksk.h) those
 * that the zone knows to be stolen, and gives the zone the order to replace those that another zone
 * knows of. Sets `is_new` if the list has changed: then the other zones are to have their turns at
 * once. Returns false with a complaint if a file cannot be read or written; then the rest of the
 * turn is still worth making. */
bool shared_theft_settle(struct kept_zone *z, const struct keeper_store *store,
        const struct life_policy *policy, bool *is_new, struct complaint *error);

#endif
