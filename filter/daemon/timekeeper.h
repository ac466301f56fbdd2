/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges whether the clock of this machine can be believed. A machine without a battery-backed clock
 * begins each boot in the past, and no signature is valid until the clock is set.
 *
 *   the time is before the program was built             not set: it cannot be right
 *   the kernel reports the clock as synchronised         set, and it stays set
 *   it does not, and the file has a later time           not set: the clock has gone back
 *   it does not, and the file has no later time          unsynchronised; or not set, if the
 *                                                        configuration doubts such a clock
 *
 * A clock that is set back while the daemon runs is accepted: the operator is assumed to know why. A
 * signer does not accept it, because a signature that was made by a wrong clock cannot be taken
 * back. For a signer, only a synchronised clock may go back; then the later time was wrong.
 *
 * An attacker who forges NTP responses can set the clock far ahead. If that time were saved, the
 * right clock would seem to have gone back after the next boot, and nothing would be judged until
 * a time server is reached. So a later time is saved only if keys of a trust anchor were proved by
 * it since the clock was last set. A clock that is ahead by more than the lifetime of such
 * signatures proves no keys.
 *
 * On many machines the kernel never reports the clock as synchronised (virtual machines, containers,
 * programs that set the clock without telling the kernel), so that alone proves nothing. */
#ifndef DAEMON_TIMEKEEPER_H
#define DAEMON_TIMEKEEPER_H

#include "base/clock.h"

extern const struct clock_source clock_system;

/* When the program was built, in seconds since 1970. */
extern const int64_t clock_built_s;

struct timekeeper {
	const struct clock_source *source;
	const char *path; /* of the file with the latest believed time */
	int64_t built_s;
	int64_t latest_s; /* the latest time that was believed on this machine */
	int64_t saved_s;  /* the time in the file */
	int64_t ahead_ms; /* wall clock minus monotonic clock, at the last look */
	bool doubts;      /* an unsynchronised clock counts as not set */
	bool signs;       /* a signer sets this before the first look */
	bool is_proved;   /* keys were proved by this clock since it was last set */
	uint64_t proofs;  /* number of proofs at the last look */
	bool has_looked, save_failed;
	enum clock_state state;
};

/* What changed since the look before. */
struct clock_news {
	bool has_changed; /* the state */
	bool has_jumped;  /* the clock was set by TIMEKEEPER_JUMP_S or more */
};

#define TIMEKEEPER_JUMP_S 60
#define TIMEKEEPER_SKEW_S 60 /* a signer's clock may go back by at most this */
#define TIMEKEEPER_SAVE_S 3600

/* Reads the time that was saved at `path`, if there is one. Borrows the source and the path. */
void timekeeper_init(struct timekeeper *t, const struct clock_source *source, int64_t built_s,
        const char *path, bool doubts);

/* Looks at the clock, and logs what changed. `now_ms` is of the monotonic clock. `proofs` counts
 * how often keys of a trust anchor were proved so far. Writes the file if the latest time is
 * TIMEKEEPER_SAVE_S away from the saved one. */
struct clock_news timekeeper_look(struct timekeeper *t, uint64_t now_ms, uint64_t proofs);

/* Returns the milliseconds until the next look is due, for poll(). */
int timekeeper_wait_ms(const struct timekeeper *t);

/* Saves the latest time when the daemon ends. */
void timekeeper_end(struct timekeeper *t);

/* Returns "set", "unsynchronised" or "not-set". */
const char *clock_state_word(enum clock_state state);

#endif
