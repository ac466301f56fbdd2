/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The negative trust anchors in force: those of the configuration and those that `sealgate ctl nta add` made.
 * The latter are kept in a file, so a restart and a crash leave them.
 *
 * Each of them lets forged answers pass below its name, so none may last longer than it was meant to:
 * - its end is a time of day, and workers look at it whenever they use it;
 * - it also ends by the monotonic clock, and the earlier of both ends counts: so setting the clock back does not
 *   extend it, and neither does a reload. What is over stays over, also if the clock was ahead. This holds while the
 *   process runs. After a restart one that was made at run time has at most the time that it was made for;
 * - such a one is not in force by a clock that is earlier than its begin. When one of the configuration began, nobody
 *   knows;
 * - while the clock is not set, none that has an end is in force, because it may be over. */
#ifndef DAEMON_NTA_KEEPER_H
#define DAEMON_NTA_KEEPER_H

#include "base/complaint.h"
#include "config/config.h"
#include "daemon/nta_file.h"
#include "worker/worker.h"

#define NTA_DEFAULT_S 86400 /* how long one lasts if nobody says */

/* One of the configuration, whose begin is not known. */
struct configured_nta {
	struct added_nta ends;
	bool was_over; /* at the last look */
};

struct configured_ntas {
	unsigned count;
	struct configured_nta items[NTAS_CONFIGURED_MAX];
};

struct nta_keeper {
	const char *path; /* borrowed */
	struct configured_ntas configured;
	struct added_ntas added;
	struct nta_list lists[2]; /* one is in force; a worker may still use the other one */
	unsigned current;
	struct worker *const *workers;
	unsigned worker_count;
	bool is_unsaved; /* the file has something else: the next look writes it */
};

/* Times of the two clocks: since 1970, -1 while the clock is not set; and monotonic. */
struct nta_now {
	int64_t wall_s;
	uint64_t mono_ms;
};

/* Reads the file, and logs if it is damaged. Borrows the path of `c`. */
void nta_keeper_init(struct nta_keeper *k, const struct config *c, struct nta_now now);

/* Returns those in force, for workers that are made now. */
const struct nta_list *nta_keeper_list(const struct nta_keeper *k);

/* Says which workers get later lists. Borrows them. */
void nta_keeper_serve(struct nta_keeper *k, struct worker *const workers[], unsigned count);

/* True if each worker judges by those in force. */
bool nta_keeper_is_settled(const struct nta_keeper *k);

/* Takes those of another configuration, NULL for none, in place of the one before. One that was
 * there before, with the same end, keeps the end that it has by the monotonic clock. Call it only
 * if nta_keeper_is_settled(). */
void nta_keeper_use(struct nta_keeper *k, const struct nta_list *configured, struct nta_now now);

/* Makes one, or gives it another end, and waits until it is on the disk and each worker judges by
 * it. Returns 0; or -1 with a complaint. */
int nta_keeper_add(
        struct nta_keeper *k, const struct nta *nta, struct nta_now now, struct complaint *why);

/* Removes one that was made at run time, and waits likewise. Returns 0; or -1 with a complaint. If
 * only the file could not be written, it is not in force any more, but may be after a restart: each
 * look tries again. */
int nta_keeper_remove(
        struct nta_keeper *k, const struct name *zone, struct nta_now now, struct complaint *why);

/* Ends those whose time is over, makes both ends of each agree, and writes the file if that failed
 * before. To be called regularly. */
void nta_keeper_look(struct nta_keeper *k, struct nta_now now);

/* Returns the milliseconds until nta_keeper_look() has something to do, for poll(). */
int nta_keeper_wait_ms(const struct nta_keeper *k, struct nta_now now);

enum nta_state {
	NTA_IN_FORCE,
	NTA_OVER,
	NTA_NO_CLOCK, /* it has an end, and the clock is not set */
	NTA_EARLY,    /* the clock is earlier than its begin */
};

/* Returns "in-force", "over", "clock-not-set" or "not-begun". */
const char *nta_state_word(enum nta_state state);

/* One of them, as an operator sees it. */
struct nta_row {
	const struct nta *nta;
	bool is_added; /* at run time; else by the configuration */
	enum nta_state state;
};

/* Fills `row` with number `i`. Returns false if there are not so many. */
bool nta_keeper_at(const struct nta_keeper *k, unsigned i, struct nta_now now, struct nta_row *row);

/* Logs each of them with its end. */
void nta_keeper_tell(const struct nta_keeper *k, struct nta_now now);

#endif
