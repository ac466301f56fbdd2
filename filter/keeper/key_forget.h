/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removes the files of ZSKs that nothing names any more. Files of KSKs stay: they say which key of
 * the vault is whose. */
#ifndef KEEPER_KEY_FORGET_H
#define KEEPER_KEY_FORGET_H

#include "keys/keypair.h"
#include "keys/life.h"
#include "keys/timeline.h"

/* How long a private half that nothing names is kept: somebody may restore a backup. */
#define KEY_FILES_KEPT_S (30 * 86400)

/* Removes the K*.key and K*.private of each ZSK of the zone that neither the life nor the timeline
 * has, and whose private half was written KEY_FILES_KEPT_S ago. `timeline` is the one in place;
 * NULL: there is none. Any other file stays. Returns how many keys are gone. */
unsigned key_forget(const char *directory, const struct name *zone, const struct life *life,
        const struct timeline *timeline, int64_t now_s);

#endif
