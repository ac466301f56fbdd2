/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/rollover.h"

/* Some slots are reserved for keys that the operator configures later. */
#define LEARNED_KEYS_MAX (TRUST_POINT_KEYS - LIMIT_ANCHOR_KEYS)

static uint32_t key_bit(unsigned i)
{
	return UINT32_C(1) << i;
}

/* Rows are the current state, columns the event. The entry is the next state. */
enum anchor_state anchor_next(enum anchor_state state, enum anchor_event event)
{
	static const struct {
		bool is_entry;
		enum anchor_state next;
	} table[ANCHOR_STATES][ANCHOR_EVENTS] = {
		[ANCHOR_START][EVENT_NEW_KEY] = { true, ANCHOR_ADD_PENDING },
		[ANCHOR_ADD_PENDING][EVENT_KEY_REMOVED] = { true, ANCHOR_START },
		[ANCHOR_ADD_PENDING][EVENT_ADD_TIME] = { true, ANCHOR_VALID },
		[ANCHOR_ADD_PENDING][EVENT_REVOKED] = { true, ANCHOR_REVOKED },
		[ANCHOR_VALID][EVENT_KEY_REMOVED] = { true, ANCHOR_MISSING },
		[ANCHOR_VALID][EVENT_REVOKED] = { true, ANCHOR_REVOKED },
		[ANCHOR_MISSING][EVENT_KEY_PRESENT] = { true, ANCHOR_VALID },
		[ANCHOR_MISSING][EVENT_REVOKED] = { true, ANCHOR_REVOKED },
		[ANCHOR_REVOKED][EVENT_REMOVE_TIME] = { true, ANCHOR_REMOVED },
	};
	return table[state][event].is_entry ? table[state][event].next : state;
}

const char *anchor_state_text(enum anchor_state state)
{
	static const char *const words[ANCHOR_STATES] = {
		[ANCHOR_START] = "start",
		[ANCHOR_ADD_PENDING] = "pending",
		[ANCHOR_VALID] = "valid",
		[ANCHOR_MISSING] = "missing",
		[ANCHOR_REVOKED] = "revoked",
		[ANCHOR_REMOVED] = "removed",
	};
	return words[state];
}

uint32_t rollover_trusted(const struct trust_point *p)
{
	uint32_t trusted = 0;

	for (unsigned i = 0; i < p->count; i++) {
		if (anchor_is_trusted(p->keys[i].state))
			trusted |= key_bit(i);
	}
	return trusted;
}

/* ---- The list of keys ---- */

/* Removes a key from the list and closes the gap, in the sets of signers too. */
static void rollover_forget(struct trust_point *p, unsigned i)
{
	p->count--;
	memmove(&p->keys[i], &p->keys[i + 1], (p->count - i) * sizeof(p->keys[0]));
	for (unsigned k = 0; k < p->count; k++) {
		uint32_t below = p->keys[k].signers & (key_bit(i) - 1);
		uint32_t above = p->keys[k].signers & ~(key_bit(i) - 1) & ~key_bit(i);
		p->keys[k].signers = below | above >> 1;
	}
}

/* Makes room in a full list: evicts the removed key that is oldest in its state; for a configured
 * key any key that is not configured. Returns false if there is none. */
static bool rollover_make_room(struct trust_point *p, bool for_configured)
{
	unsigned victim = p->count;

	for (unsigned i = 0; i < p->count; i++) {
		const struct anchor_key *key = &p->keys[i];
		if (key->is_configured || (key->state != ANCHOR_REMOVED && !for_configured))
			continue;
		if (victim == p->count || key->since_s < p->keys[victim].since_s)
			victim = i;
	}
	if (victim == p->count)
		return false;
	rollover_forget(p, victim);
	return true;
}

struct anchor_key *rollover_find(struct trust_point *p, const struct ds *ds)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (memcmp(&p->keys[i].ds, ds, sizeof(*ds)) == 0)
			return &p->keys[i];
	}
	return NULL;
}

struct anchor_key *rollover_add(struct trust_point *p, const struct ds *ds, bool is_configured)
{
	if (!is_configured && p->count >= LEARNED_KEYS_MAX)
		return NULL;
	if (p->count == TRUST_POINT_KEYS && !rollover_make_room(p, true))
		return NULL;
	struct anchor_key *key = &p->keys[p->count++];
	*key = (struct anchor_key){ .ds = *ds, .is_configured = is_configured };
	return key;
}

/* "If all of the keys that were originally used to validate this key are revoked prior to the timer
 * expiring, the resolver stops the acceptance process and resets the timer": RFC 5011, 2.2. */
static void stop_orphans(struct trust_point *p)
{
	uint32_t trusted = rollover_trusted(p);

	for (unsigned i = 0; i < p->count; i++) {
		if (p->keys[i].state == ANCHOR_ADD_PENDING && !(p->keys[i].signers & trusted))
			p->keys[i].state = ANCHOR_START;
	}
}

static void forget_started(struct trust_point *p)
{
	for (unsigned i = p->count; i-- > 0;) {
		if (p->keys[i].state == ANCHOR_START)
			rollover_forget(p, i);
	}
}

void rollover_tidy(struct trust_point *p)
{
	stop_orphans(p);
	forget_started(p);
}

/* ---- What an RRset changes ---- */

static void enter_state(struct anchor_key *key, enum anchor_state state, int64_t now_s)
{
	if (state != key->state)
		key->since_s = now_s;
	key->state = state;
}

/* Applies self-revocations (RFC 5011, 2.1). They count even if no trusted key signed the RRset. */
static void revoke_key(struct trust_point *p, const struct observation *o, int64_t now_s)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (!(o->revoked & key_bit(i)))
			continue;
		enum anchor_state next = anchor_next(p->keys[i].state, EVENT_REVOKED);
		if (next != p->keys[i].state)
			p->keys[i].seen_s = now_s;
		enter_state(&p->keys[i], next, now_s);
	}
}

/* Starts the hold-down time of a new key (RFC 5011, 2.4.1). */
static void begin_hold(
        struct anchor_key *key, const struct observation *o, uint32_t signers, int64_t now_s)
{
	int64_t hold_s = ROLLOVER_HOLD_S;

	if (o->original_ttl_s > hold_s)
		hold_s = o->original_ttl_s;
	enter_state(key, ANCHOR_ADD_PENDING, now_s);
	key->seen_s = now_s;
	key->hold_s = now_s + hold_s;
	key->signers = signers;
}

/* A key in ANCHOR_START was pending before this RRset and lost all keys that signed for it, so it
 * is a SEP key. */
static enum anchor_event present_event(const struct trust_point *p, unsigned i, int64_t now_s)
{
	const struct anchor_key *key = &p->keys[i];

	if (key->state == ANCHOR_START)
		return EVENT_NEW_KEY;
	if (key->state == ANCHOR_ADD_PENDING && now_s >= key->hold_s &&
	        __builtin_popcount(rollover_trusted(p)) < LIMIT_ANCHOR_KEYS)
		return EVENT_ADD_TIME;
	return EVENT_KEY_PRESENT;
}

static enum anchor_event absent_event(const struct anchor_key *key, bool is_marked, int64_t now_s)
{
	if (key->state != ANCHOR_REVOKED)
		return EVENT_KEY_REMOVED;
	if (!is_marked && now_s - key->seen_s >= ROLLOVER_HOLD_S)
		return EVENT_REMOVE_TIME;
	return EVENT_NONE;
}

/* Applies a valid RRset: both the keys that it has and those that it lacks. */
static void rollover_follow(
        struct trust_point *p, const struct observation *o, uint32_t signers, int64_t now_s)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct anchor_key *key = &p->keys[i];
		bool is_present = o->present & key_bit(i), is_marked = o->marked & key_bit(i);
		enum anchor_event event = is_present ? present_event(p, i, now_s)
		                                     : absent_event(key, is_marked, now_s);

		if (event == EVENT_NEW_KEY)
			begin_hold(key, o, signers, now_s);
		else
			enter_state(key, anchor_next(key->state, event), now_s);
		if (is_present || is_marked)
			key->seen_s = now_s;
	}
}

static void follow_new_keys(
        struct trust_point *p, const struct observation *o, uint32_t signers, int64_t now_s)
{
	for (unsigned i = 0; i < o->new_count; i++) {
		struct anchor_key *key = NULL;
		if (!rollover_find(p, &o->new_keys[i]))
			key = rollover_add(p, &o->new_keys[i], false);
		if (key)
			begin_hold(key, o, signers, now_s);
	}
}

/* ---- When to ask again: RFC 5011, 2.3 ---- */

static int64_t seconds_between(int64_t least, int64_t value, int64_t most)
{
	if (value > most)
		value = most;
	return value < least ? least : value;
}

static int64_t part_of_lifetime(const struct trust_point *p, unsigned parts)
{
	uint32_t lifetime_s = p->left_s < p->original_ttl_s ? p->left_s : p->original_ttl_s;
	return lifetime_s / parts;
}

void rollover_failed(struct trust_point *p, int64_t now_s)
{
	p->next_s = now_s + seconds_between(ROLLOVER_INTERVAL_MIN_S, part_of_lifetime(p, 10),
	                            ROLLOVER_RETRY_MAX_S);
}

static void rollover_succeeded(struct trust_point *p, const struct observation *o, int64_t now_s)
{
	p->seen_s = now_s;
	p->original_ttl_s = o->original_ttl_s;
	p->left_s = o->left_s;
	p->next_s = now_s + seconds_between(ROLLOVER_INTERVAL_MIN_S, part_of_lifetime(p, 2),
	                            ROLLOVER_INTERVAL_MAX_S);
}

/* If the clock was set back, the next query must not be delayed by that much, so it is due now. */
int64_t rollover_wait_s(const struct trust_point *p, int64_t now_s)
{
	int64_t wait_s = p->next_s - now_s;
	return wait_s < 0 || wait_s > ROLLOVER_INTERVAL_MAX_S ? 0 : wait_s;
}

/* ---- An observation ---- */

static void rollover_note(
        struct rollover_report *report, const struct anchor_key *key, enum anchor_state from)
{
	if (key->state == from)
		return;
	if (anchor_is_trusted(key->state) != anchor_is_trusted(from))
		report->trust_changed = true;
	report->changes[report->count++] = (struct anchor_change){
		.ds = key->ds, .from = from, .to = key->state, .hold_s = key->hold_s
	};
}

void rollover_observe(struct trust_point *p, const struct observation *o, int64_t now_s,
        struct rollover_report *report)
{
	enum anchor_state before[TRUST_POINT_KEYS] = { ANCHOR_START };

	*report = (struct rollover_report){ 0 };
	for (unsigned i = 0; i < p->count; i++)
		before[i] = p->keys[i].state;
	revoke_key(p, o, now_s);
	stop_orphans(p);
	uint32_t signers = o->signers & rollover_trusted(p);
	report->is_valid = signers != 0;
	if (report->is_valid) {
		rollover_follow(p, o, signers, now_s);
		follow_new_keys(p, o, signers, now_s);
		rollover_succeeded(p, o, now_s);
	} else {
		rollover_failed(p, now_s);
	}
	for (unsigned i = 0; i < p->count; i++)
		rollover_note(report, &p->keys[i], before[i]);
	forget_started(p);
	if (p->count >= LEARNED_KEYS_MAX)
		/* for the next observation; the bits of this one are used up */
		rollover_make_room(p, false);
}
