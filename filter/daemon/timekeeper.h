/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the clock of this machine can be believed. A machine that has none of its own begins each
 * boot long ago, and until somebody sets it no signature holds.
 *
 *   the time is before the program was made            it cannot be right: not set
 *   the kernel says that it is synchronised            set, and it stays so
 *   nobody says so, and it was later here before       it has gone back: not set
 *   nobody says so                                     unsynchronised; not set, if the
 *                                                      configuration doubts such a clock
 *
 * While it runs, an operator who sets it back is believed to know why. A signer does not believe
 * that: what it signs by a wrong clock nobody can take back. To it only a clock that is
 * synchronised may go back, and then the later time was the wrong one.
 *
 * An attacker who sets the clock far ahead, by forged answers to NTP, must not leave a time behind
 * by which the right clock has gone back after the next boot: then nothing would be believed until
 * a time server says otherwise. So a later time is kept only if keys of a trust anchor were proved
 * by it since the clock was last set: a clock that is ahead by more than such signatures live
 * proves none.
 *
 * Many machines are never synchronised in the kernel's eyes (virtual machines, containers, programs
 * that set the clock without telling it), so that alone proves nothing. */
#ifndef DAEMON_TIMEKEEPER_H
#define DAEMON_TIMEKEEPER_H

#include "base/clock.h"

extern const struct clock_source clock_system;

/* When the program was made, seconds since 1970. */
extern const int64_t clock_built_s;

struct timekeeper {
	const struct clock_source *source;
	const char *path; /* of the file with the latest time that was believed here */
	int64_t built_s;
	int64_t latest_s; /* that was believed here, as far as it is known */
	int64_t saved_s;  /* what the file says */
	int64_t ahead_ms; /* of the monotonic clock, at the last look */
	bool doubts;      /* unsynchronised is not set */
	bool signs;       /* set by who signs, before the first look */
	bool is_proved;   /* by this clock something was proved since it was last set */
	uint64_t proofs;  /* that were there at the last look */
	bool has_looked, save_failed;
	enum clock_state state;
};

/* What a look has shown. */
struct clock_news {
	bool has_changed; /* the state is another one */
	bool has_jumped;  /* the clock was set by more than TIMEKEEPER_JUMP_S */
};

#define TIMEKEEPER_JUMP_S 60
#define TIMEKEEPER_SKEW_S 60 /* by so much a signer's may go back */
#define TIMEKEEPER_SAVE_S 3600

/* Reads what was believed before. The source and the path are borrowed. */
void timekeeper_init(struct timekeeper *t, const struct clock_source *source, int64_t built_s,
        const char *path, bool doubts);

/* Looks at the clock; `now_ms` is the monotonic one's. `proofs` is how often keys of a trust anchor
 * were proved so far, which only grows. What is new is logged. The file is written when its time
 * has come. */
struct clock_news timekeeper_look(struct timekeeper *t, uint64_t now_ms, uint64_t proofs);

/* For poll(): when it should look again. */
int timekeeper_wait_ms(const struct timekeeper *t);

/* Writes down the time at the end. */
void timekeeper_end(struct timekeeper *t);

/* "set", "unsynchronised", "not-set" */
const char *clock_state_word(enum clock_state state);

#endif
