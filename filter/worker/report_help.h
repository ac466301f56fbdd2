/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advice to the operator about a response that was refused: the end of its log line. Private to
 * worker/. */
#ifndef WORKER_REPORT_HELP_H
#define WORKER_REPORT_HELP_H

#include <stdbool.h>

#include "dnssec/outcome.h"

struct report_help {
	bool explains;    /* `sealgate explain NAME TYPE` shows what is wrong */
	const char *keys; /* of the configuration, separated by ", "; or NULL */
};

struct report_help report_help_for(enum reason reason);

#endif
