/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator orders for a zone. An order that is taken is on the disk, and a turn of the zone
 * is due at once. */
#ifndef KEEPER_ZONE_ORDER_H
#define KEEPER_ZONE_ORDER_H

#include "keeper/keeper.h"
#include "keys/life_order.h"

/* True if nobody has ever given the zone keys: there is no state. keeper = true is the order to
 * sign such a zone; it is taken after a look, because the zone may have keys of somebody else. */
bool zone_is_untouched(const struct kept_zone *z);

/* True while a turn of the zone is made or an order for it is judged, and waits for the vault: no
 * other order for it is taken then, nor `trust`. */
bool zone_order_must_wait(const struct keeper *k, const struct keeper_zone *zone);

/* Takes an order (keys/life_order.h). Returns false with the reason, and then nothing changed; or
 * if it could not be written: then the next turn reads from the disk whether it was taken. A zone
 * whose KSK the vault has not got takes two orders only: that it is to be unsigned, and that a key
 * was stolen. */
bool zone_order_take(struct keeper *k, struct keeper_zone *zone, enum life_order order,
        uint16_t tag, struct complaint *error);

/* An operator says that the state of the zone and the clock are right, though the keeper doubts it:
 * all waits begin anew. Refuses if nothing is doubted that this settles, if there is no state, and
 * while the clock is not set. */
bool zone_order_trust(struct keeper *k, struct keeper_zone *zone, struct complaint *error);

/* True if the keeper doubts what zone_order_trust() settles: that the state is the newest one, or
 * that the clock is right. */
bool zone_order_trust_helps(const struct keeper_zone *zone, int64_t now_s);

#endif
