/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One turn of one zone: what was seen and the time in; keys made, state and timeline written. It
 * reads no clock and asks nobody but the vault. */
#ifndef KEEPER_ZONE_TURN_H
#define KEEPER_ZONE_TURN_H

#include "keeper/kept_zone.h"
#include "keeper/vault.h"
#include "keys/life_word.h"

/* Borrows everything. */
struct turn_order {
	const struct keeper_store *store;
	const struct life_policy *policy;
	struct vault *vault; /* NULL: it cannot be opened */
	struct crypto *crypto;
	const struct life_observation
	        *seen;           /* servers and TTLs count (look_life.h); NULL: nobody looked */
	bool is_refused;         /* validators refuse what servers serve (self_check_state.h) */
	int64_t now_s, uptime_s; /* the second by a clock that never steps */
	int64_t unseen_s;        /* for how long nobody has been seen who confirms the state */
	bool is_clock_trusted, is_clock_synchronised; /* life_look.h */
	bool shares_ksk;                              /* with other zones (shared_ksk.h) */
};

struct turn_result {
	enum life_word word;
	struct life_alarms alarms;
	/* false: no key moved, and `why` says why; the timeline in place may reach further */
	bool is_trusted;
	bool is_unconfirmed; /* not trusted, and the word of an operator settles that */
	bool has_failed;     /* something beside the vault failed, and `why` says what */
	/* the vault failed, and `why` says how; the zone goes on without it */
	enum vault_fault fault;
	/* the zone becomes unsigned without the vault: a person has the DS removed */
	bool is_by_hand;
	struct complaint why;
	/* why the timeline in place had to stand in for a file of a key; or "" */
	struct complaint lacks;
	bool wrote_state, wrote_timeline;
	/* a shared KSK is stolen, and other zones are to have their turns at once */
	bool has_theft;
	unsigned signatures; /* that the vault made */
	int64_t next_s;      /* when the next turn is due; now_s or later */
	bool is_waiting;     /* the next turn needs a look */
};

/* Makes the turn. If the vault or a file fails, all stays undone that would have changed keys. If
 * the vault can sign, the timeline in place reaches further nevertheless; otherwise it goes on
 * until it ends. A zone that is to be unsigned becomes so without the vault, once the parent has no
 * DS. After a failure to write, the next turn reads the zone from the disk first, as after a
 * crash. */
void zone_turn(struct kept_zone *z, const struct turn_order *order, struct turn_result *result);

#endif
