/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The self-checks of the keeper's zones: one a minute for each, in the threads of the pool. The
 * alarm of one is DNSSECInternalFailure. */
#ifndef KEEPER_ZONE_CHECK_H
#define KEEPER_ZONE_CHECK_H

#include "keeper/keeper.h"

/* Begins the checks that are due now. Returns when the next one is due. */
int64_t zone_check_begin_due(struct keeper *k, int64_t now_s);

#endif
