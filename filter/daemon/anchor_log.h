/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines about trust anchors. */
#ifndef DAEMON_ANCHOR_LOG_H
#define DAEMON_ANCHOR_LOG_H

#include "trust/trustpoints.h"

/* Logs how a look at the keys of `p` changed its anchors, or that the look failed. */
void anchor_log(const struct trust_point *p, const struct rollover_report *report);

/* Logs the state of each key, and the zones of which every key is revoked. */
void anchor_log_all(const struct trust_points *t);

#endif
