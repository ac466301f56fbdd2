/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate ctl metrics`: all that the daemon counts, and the state of each zone of a keeper on
 * this machine. */
#ifndef CMD_CTL_METRICS_H
#define CMD_CTL_METRICS_H

#include "cmd/metrics_text.h"
#include "daemon/control_client.h"

/* The answers to be written. Each is NULL if nobody gave it. */
struct metrics_answers {
	const struct control_answer *status, *counters; /* of the daemon: `status` and `metrics` */
	const struct control_answer *kept;              /* of the keeper: `zones`, all of them */
	bool wants_keeper; /* its absence is a fault: its zones are configured on its machine */
};

void ctl_metrics_write(struct metrics_page *page, const struct metrics_answers *answers);

#endif
