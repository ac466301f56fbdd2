/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of the life of a zone's keys: what was seen and the time in, a new state out.
 *
 * Who calls does this, in this order: makes the keys that the report asks for, adds them with
 * life_made(), and steps again at the same time; writes the state; writes the timeline that
 * life_plan() gives, with the generation of the state. So a crash leaves a timeline that is older
 * than the state, never the other way around, and waits begin when the timeline is in place. */
#ifndef KEYS_LIFE_STEP_H
#define KEYS_LIFE_STEP_H

#include "keys/life_begin.h"
#include "keys/life_look.h"

/* Returns how long a key is kept after the last resolver forgot it: a server with an old timeline
 * may still show it. Of 15 days 30. If there is no room for a new key, the oldest of these keys
 * goes earlier. */
int64_t life_kept_s(const struct life_policy *policy);

struct life_report {
	bool is_trusted; /* false: no KSK moved, and no ZSK but as planned; `reason` says why */
	/* not trusted, but the timeline in place goes on: it may be made longer; and stolen keys
	 * are replaced, by what the servers show that are explained, if the state was trusted
	 * before in this process */
	bool is_held;
	bool is_unconfirmed; /* not trusted, because no server shows that the state is no backup */
	bool is_changed;     /* the state, and maybe the timeline, must be written */
	/* the state alone is to be written: a wait for a DS has begun, or begins anew */
	bool is_watching;
	/* the wait for a DS of a day or more began anew: this process did not look for
	 * LIFE_BLIND_S */
	bool was_blind;
	bool has_jumped;         /* a clock that stepped is believed now: all waits began anew */
	struct complaint reason; /* if not trusted */
	struct life_make makes[LIFE_MAKES_MAX];
	unsigned make_count;
};

void life_step(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct life_report *report);

/* Before a timeline is written: it has a generation of its own, which the state must have first.
 * The generation is the time in seconds, so that a state that was restored from a backup does not
 * count again what servers have seen already. It always grows, whatever the clock says. */
void life_renew(struct life *life, int64_t now_s);

/* Adds a key that a report asked for, with the tag that it got. Returns false if there is no room,
 * or if the tag is taken: then make another key (a tag must name one key, RFC 4034 appendix B; or
 * its revoked form, RFC 5011). */
bool life_made(struct life *life, const struct life_make *make, uint16_t tag, int64_t now_s);

#endif
