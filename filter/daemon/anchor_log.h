/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says of trust anchors. */
#ifndef DAEMON_ANCHOR_LOG_H
#define DAEMON_ANCHOR_LOG_H

#include "trust/trustpoints.h"

/* Logs what a look at the keys of `p` has shown, or that it showed nothing. */
void anchor_log(const struct trust_point *p, const struct rollover_report *report);

/* Logs which keys are in force, and which zones are left without any. */
void anchor_log_all(const struct trust_points *t);

#endif
