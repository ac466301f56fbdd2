/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the parent of a zone that its CDS and CDNSKEY records have changed, so that the parent need
 * not find out by its next scan (RFC 9859). It is a hint and nothing more: the parent then asks the
 * zone's servers, so tell it when all of them serve the new records (keeper/look_spread.h). Whether
 * it worked is seen at the parent's DS, and not here. */
#ifndef KEEPER_NOTIFY_H
#define KEEPER_NOTIFY_H

#include "keeper/look.h"

enum notify_end {
	NOTIFY_TAKEN, /* the parent's agent has confirmed it */
	/* the parent does not say where it wants to be told: it scans, or needs a person */
	NOTIFY_NO_TARGET,
	NOTIFY_UNANSWERED, /* the agent does not answer, or cannot be found */
	NOTIFY_REFUSED,    /* the agent answers with an error */
	NOTIFY_FAILED,     /* the parent cannot be found, or nothing can be asked */
};

/* Finds the agent of the parent by the resolvers of `order`, whose judge is not used, and sends the
 * NOTIFY. A resolver that validates refuses forged DSYNC records. `told` says in every case what
 * happened. */
enum notify_end notify_parent(const struct look_order *order, struct complaint *told);

#endif
