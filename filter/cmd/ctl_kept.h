/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate ctl status` of a signer tells how the zones are whose keys the keeper looks after. The
 * daemon does not know it: the keeper does, which may run on this machine or on another one. */
#ifndef CMD_CTL_KEPT_H
#define CMD_CTL_KEPT_H

#include "config/config.h"
#include "daemon/control_client.h"

/* Appends the keeper's words to the daemon's answer: nothing if `c` has no such zone; "keeper" with
 * the reason if the keeper does not answer: that it has ended, if this is its machine. Waits for it
 * CONTROL_WAIT_S at most. */
void ctl_kept_append(const struct config *c, struct control_answer *answer);

/* Asks the keeper for all its zones, and waits as long for each part of the list. Returns the
 * answer, for the caller to free; NULL if the keeper does not answer: `*is_missed` says whether
 * that is a fault, because this is its machine; it is not if the caller has no
 * right to ask. */
struct control_answer *ctl_kept_zones(const struct config *c, bool *is_missed);

#endif
