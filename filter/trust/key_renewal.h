/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fact's memory of the renewals of a zone's keys, see trust/renewal.h. One record for each
 * source. For trust/store and trust/renewal. */
#ifndef TRUST_KEY_RENEWAL_H
#define TRUST_KEY_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

struct cut_state;
struct fact;
struct ds_set;

/* The renewals of one zone, on the heap: few zones ever have one. */
struct key_renewals;

enum renewal_cause {
	RENEWAL_REKEYED,  /* a signature names a key that the zone did not have */
	RENEWAL_UNSIGNED, /* records that should be signed are not */
	RENEWAL_CAUSES,
};

struct key_renewal {
	uint64_t source;
	bool is_used, holds_links;
	uint16_t fetches; /* TYPE_DS, then TYPE_DNSKEY; 0 if it is over */
	int64_t begun_s[RENEWAL_CAUSES];
};

#define STORE_RENEWALS 4 /* sources whose renewals are remembered for one name */

/* Returns the renewal of this source that is going on, or one that may begin now. Returns NULL if
 * the source had one lately, if STORE_RENEWALS others had one just now, or if memory is short. */
struct key_renewal *key_renewal_begin(
        struct fact *fact, uint64_t source, enum renewal_cause cause, int64_t now_s);

/* Returns the renewal of this source that is fetching `type`, or any type for 0; NULL for none. */
struct key_renewal *key_renewal_going_on(struct fact *fact, uint64_t source, uint16_t type);

/* Takes what the fetch of a DS taught. Returns true if that is all: the known DS stays in force. */
bool key_renewal_take_cut(struct fact *fact, uint64_t source, const struct cut_state *state,
        int64_t now_s, uint32_t ttl_s);

/* The fetch of the keys is over. Returns true if they could not be proved and the known keys
 * stay. */
bool key_renewal_end(struct fact *fact, uint64_t source, bool is_proved);

/* Returns the DS set that a renewal found, and that has proved no keys yet; NULL for none. */
const struct ds_set *key_renewal_ds(const struct fact *fact, int64_t now_s);

/* Puts that DS set in force. */
void key_renewal_take_ds(struct fact *fact);

/* Forgets all renewals of the zone. */
void key_renewal_free(struct fact *fact);

#endif
