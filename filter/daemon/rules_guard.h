/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard of the rules: a process that watches whether the rules of the configuration are in
 * force, and puts them back if another program removed them. It is a process of its own, because it
 * runs the programs of netfilter and keeps the privileges for that, and the daemon gives them up.
 * It reads nothing from the network. It ends when the daemon ends, however that happens. */
#ifndef DAEMON_RULES_GUARD_H
#define DAEMON_RULES_GUARD_H

#include <stdbool.h>

#include "base/complaint.h"
#include "config/config.h"
#include "daemon/identity.h"
#include "netfilter/rules.h"

struct rules_guard;

/* The state of the rules, as the guard saw it last. */
enum rules_news {
	RULES_NEWS_NONE,     /* rules_watch is "off", or the guard has not looked yet */
	RULES_NEWS_IN_FORCE, /* as enum rules_state, from here */
	RULES_NEWS_MISSING,
	RULES_NEWS_FOREIGN,
	RULES_NEWS_BLIND,
	RULES_NEWS_REMOVED,   /* the operator removed them */
	RULES_NEWS_UNWATCHED, /* the guard has ended */
};

enum rules_order {
	RULES_ORDER_STAND_BACK = 'b', /* the operator removes the rules: do not put them back */
	RULES_ORDER_WATCH = 'w',      /* the operator applied the rules: watch them again */
	RULES_ORDER_RELOAD = 'r',     /* the configuration has changed: apply the rules for it */
};

/* Starts the guard. To be called before the first thread starts and before privileges are given up.
 * The process becomes `who`. It changes its own copy of `c`, and reads `path` again when told.
 * Returns NULL with a complaint. */
struct rules_guard *rules_guard_start(
        struct config *c, const char *path, const struct identity *who, struct complaint *why);

/* Is readable when the guard has news or has ended; -1 after it ended. */
int rules_guard_fd(const struct rules_guard *g);

/* Waits until the guard has looked once, and has put the rules in place if they were not there; at
 * most `wait_ms`. `g` may be NULL. */
void rules_guard_wait(struct rules_guard *g, int wait_ms);

/* Takes the news that wait. Returns true if the state changed. */
bool rules_guard_read(struct rules_guard *g);

/* `g` may be NULL: RULES_NEWS_NONE. */
enum rules_news rules_guard_news(const struct rules_guard *g);

/* Returns the word for `ctl status`. */
const char *rules_news_word(enum rules_news news);

/* True for each state in which packets may pass unjudged although nobody wants that. */
bool rules_news_is_bad(enum rules_news news);

/* Returns why the rules are not in force, or "". */
const char *rules_guard_why(const struct rules_guard *g);

/* Returns which rules of the operator stand among ours, or "". */
const char *rules_guard_added(const struct rules_guard *g);

/* Returns how often the guard put the rules back. A change of the gateway's inside does not
 * count. */
unsigned rules_guard_restored(const struct rules_guard *g);

/* True if the guard has the rights for iptables-legacy. It decides at its start whether to keep
 * them, and cannot gain them. `g` may be NULL: then no guard uses any back end. */
bool rules_guard_can_legacy(const struct rules_guard *g);

/* Returns the parts of the guard's sandbox (daemon/sandbox.h). A guard that is not there, or has
 * reported nothing yet, lacks none. */
unsigned rules_guard_sandbox(const struct rules_guard *g);

void rules_guard_order(struct rules_guard *g, enum rules_order order);

/* Ends the guard and waits for it. `g` may be NULL. */
void rules_guard_end(struct rules_guard *g);

#endif
