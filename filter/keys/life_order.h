/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator may order. An order that would break the chain is refused; one that has to wait
 * for something is taken, and waits. */
#ifndef KEYS_LIFE_ORDER_H
#define KEYS_LIFE_ORDER_H

#include "keys/life_policy.h"

enum life_order {
	LIFE_ORDER_SIGN,
	LIFE_ORDER_UNSIGN, /* the DS goes first, signatures last */
	LIFE_ORDER_ROLL_KSK,
	LIFE_ORDER_ROLL_ZSK,
	LIFE_ORDER_RETIRE,      /* of a key: another takes its place */
	LIFE_ORDER_COMPROMISED, /* the same, in a hurry; of a ZSK: of each that there is */
};

/* Takes an order; `tag` names the key of the last two. The next step acts on it. Returns false with
 * the reason, and the earliest time if there is one, if the order is refused; then nothing changed.
 * That a key is stolen is taken at any time. Of a ZSK that is known as stolen it is refused only
 * while there are ZSKs that are not: whether a second theft is meant cannot be seen, so the reason
 * names one of those. */
bool life_take_order(struct life *life, const struct life_policy *policy, enum life_order order,
        uint16_t tag, struct complaint *error);

#endif
