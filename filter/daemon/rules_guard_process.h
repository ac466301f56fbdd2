/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of the guard of the rules. Private to daemon/rules_guard. */
#ifndef DAEMON_RULES_GUARD_PROCESS_H
#define DAEMON_RULES_GUARD_PROCESS_H

#include "config/config.h"
#include "daemon/rules_guard.h"

/* A message from the guard to the daemon. */
struct rules_report {
	enum rules_news news;
	unsigned restored;
	unsigned sandbox; /* what sandbox_guard() returned */
	bool is_at_work;  /* the guard puts the rules back now; another report follows */
	struct complaint why;
	struct complaint added; /* the operator's rules among ours, or empty */
};

/* True if a guard that this process starts will have the rights for iptables-legacy. */
bool rules_guard_keeps_legacy(const struct config *c);

/* Becomes `who`, and watches the rules until the other end of `channel`, a socket of type
 * SOCK_SEQPACKET, is closed. Orders of one octet (enum rules_order) come from there, reports go
 * there. Returns the exit code. */
int rules_guard_process(
        int channel, struct config *c, const char *path, const struct identity *who);

#endif
