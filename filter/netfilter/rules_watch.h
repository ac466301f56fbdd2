/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides when to look at the rules, and what to do about rules that are gone. Does nothing itself:
 * time and findings go in, a decision comes out.
 *
 * Another program that removes the rules again and again must not be fought without end: each round
 * costs a quarter of a second of processor time. So the rules are put back at most
 * RULES_RESTORES_MAX times within RULES_RESTORES_MS. */
#ifndef NETFILTER_RULES_WATCH_H
#define NETFILTER_RULES_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "netfilter/rules.h"

#define RULES_LOOK_MS      5000 /* what no notification tells is found within this time */
#define RULES_RESTORES_MAX 8
#define RULES_RETRY_MS     60000
#define RULES_RESTORES_MS  10000

enum rules_action {
	RULES_LEAVE,   /* all is well, or nothing can be done */
	RULES_ALARM,   /* say that the rules are gone */
	RULES_RESTORE, /* apply them, and look again */
	RULES_YIELD,   /* say that another program removes them again and again */
};

struct rules_watch {
	bool restores;    /* false: only an alarm */
	bool stands_back; /* the operator removed the rules */
	uint64_t look_at_ms;
	uint64_t rested_ms; /* no earlier look, whatever happens */
	unsigned restored;  /* since the start */
	unsigned failed;    /* in a row */
	uint64_t restored_ms[RULES_RESTORES_MAX];
};

/* The first look is due at once. */
void rules_watch_init(struct rules_watch *w, bool restores, uint64_t now_ms);

/* A notification came. The look is due soon; if it is `urgent`, at once. */
void rules_watch_notice(struct rules_watch *w, bool urgent, uint64_t now_ms);

/* The operator did something: the look is due now, even after a failure. */
void rules_watch_now(struct rules_watch *w, uint64_t now_ms);

/* Returns the milliseconds until the next look; 0 if it is due. */
int rules_watch_wait_ms(const struct rules_watch *w, uint64_t now_ms);

/* A look that began at `began_ms` found this. The next look is put off so that looking takes at
 * most a tenth of a processor, however often notifications come. */
enum rules_action rules_watch_found(
        struct rules_watch *w, enum rules_state state, uint64_t began_ms, uint64_t now_ms);

/* The rules were put back. */
void rules_watch_restored(struct rules_watch *w, uint64_t now_ms);

/* Nobody removed them, but they were applied anew for another inside. The next look is after a
 * second, however often interfaces come and go. */
void rules_watch_moved(struct rules_watch *w, uint64_t now_ms);

/* They could not be put back. Another program may have been at work on the packet filter at that
 * moment, or a right may be missing for good. So the next look is after a second, whatever is
 * notified, and twice as late after each further failure, up to RULES_RETRY_MS. Returns how many
 * milliseconds. */
uint32_t rules_watch_failed(struct rules_watch *w, uint64_t now_ms);

#endif
