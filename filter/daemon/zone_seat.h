/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy has of one zone: the entry in force, one that waits for its check, and what is
 * wrong. Private to the files of a policy. */
#ifndef DAEMON_ZONE_SEAT_H
#define DAEMON_ZONE_SEAT_H

#include "daemon/zone_recall.h"

struct zone_seat {
	struct zone_entry *entry;
	struct zone_entry *waiting; /* for its check, to take the place of `entry` then; or NULL */
	bool is_withdrawn;          /* the keys of `entry` turned out to be wrong */
	bool is_new;                /* the former policy had another entry, or none */

	bool is_broken;
	bool is_news; /* the fault was not there in the former policy, and was not told */
	char *fault;  /* NULL if memory was short */

	/* The zone in the former policy, or NULL. If it had no keys there, at a start or because it
	 * was broken: the copies of what was in force. Only while this policy is made. */
	const struct zone_seat *before;
	struct zone_recall recalled;
};

/* How zones are read. */
struct zone_reading {
	struct crypto *crypto;
	int64_t now_s;
	uint64_t check_ms;  /* that are left for checks */
	const char *copies; /* the directory of copies */
	struct key_directory keys;
};

const struct name *zone_seat_apex(const struct zone_seat *seat);

/* True if there are keys that may sign, or none on purpose; false if the zone is broken. */
bool zone_seat_has_keys(const struct zone_seat *seat);

/* True if the zone is unsigned on purpose. */
bool zone_seat_is_unsigned(const struct zone_seat *seat);

/* True if the zone has no keys that may sign, and gets them once its timeline comes. */
bool zone_seat_awaits(const struct zone_seat *seat);

/* True if the copy of its timeline is to be written, or removed. */
bool zone_seat_is_uncopied(const struct zone_seat *seat);

/* True if what was in force last before sealgate was started is in force still. Only while this
 * policy is made. */
bool zone_seat_goes_on(const struct zone_seat *seat);

/* Returns what is wrong, or NULL. */
const char *zone_seat_fault(const struct zone_seat *seat);

/* True if signatures are to be checked. */
bool zone_seat_waits(const struct zone_seat *seat);

/* Takes over what the former policy has of a zone (NULL: nothing) if nothing changed, or else reads
 * the zone. Returns 1 if the zone was read, 0 if not, and -1 if memory is short. Free the seat with
 * zone_seat_fini() in any case. */
int zone_seat_take(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, struct zone_reading *how);

/* Takes over all that the former policy has of a zone. */
void zone_seat_stay(struct zone_seat *seat, const struct zone_seat *before);

/* Checks what waits. Returns true if the next policy differs by what was found. */
bool zone_seat_check(struct zone_seat *seat, struct crypto *crypto);

/* Takes over a seat that zone_seat_check() has looked at. */
void zone_seat_settle(struct zone_seat *seat, const struct zone_seat *before);

/* The policy is made: drops what was needed only for that. */
void zone_seat_begun(struct zone_seat *seat);

void zone_seat_fini(struct zone_seat *seat);

#endif
