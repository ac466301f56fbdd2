/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store: what was learned of each name that is, or might be, a zone cut. A table of a fixed
 * size in which each fact has an expiry; a full table replaces its least recently used entry. It
 * holds what was proved, and for a short time what could not be proved. */
#ifndef TRUST_STORE_H
#define TRUST_STORE_H

#include <assert.h>

#include "base/keyedhash.h"
#include "base/table.h"
#include "dnssec/ds.h"
#include "trust/anchor.h"
#include "trust/key_renewal.h"
#include "trust/local.h"
#include "trust/nta.h"

/* A name as the possible start of a zone, seen from the parent. */
enum cut {
	CUT_UNKNOWN,  /* nothing is known, or it has expired */
	CUT_SECURE,   /* a delegation with a usable DS */
	CUT_INSECURE, /* a delegation without a usable DS, proved; `outcome` has the reason */
	CUT_NONE,     /* the name is no zone cut */
	CUT_NO_NAME,  /* the name does not exist, so there is no zone cut below it either */
	CUT_BROKEN,   /* `source` could not prove it; `outcome` is Bogus or Indeterminate */
};

/* The DS or the keys of a name, which one source could not prove. Every name has room for some, so
 * the outcome is kept in two octets. */
struct failure {
	uint64_t source;
	int64_t expires_s;
	uint32_t span_s; /* how long it is remembered */
	uint16_t type;   /* TYPE_DS or TYPE_DNSKEY; 0 for none */
	uint8_t status, reason;
};

static_assert(REASON_COUNT <= UINT8_MAX, "a reason fits into an octet");

#define STORE_FAILURES 4 /* failures remembered for one name */

/* Everything that is known of one name. Times are seconds since 1970. */
struct fact {
	struct name name;
	enum cut cut;
	struct outcome outcome; /* for CUT_INSECURE and CUT_BROKEN */
	int64_t cut_expires_s;
	struct ds_set ds; /* for CUT_SECURE */

	/* For CUT_NONE and CUT_NO_NAME. */
	bool is_hint;    /* it is known from less than a denial of the DS */
	bool is_doubted; /* something contradicts it: the DS must be asked for again */

	/* The zone's own keys. NULL with an outcome other than SECURE: they could not be proved. */
	struct keyset *keys;
	struct outcome keys_outcome;
	int64_t keys_expire_s; /* 0: nothing is known of the keys */
	int64_t keys_since_s;  /* when the keys were learned */

	/* Private to the store: how many names had been forgotten when it was used last. */
	uint64_t after_forgotten;

	/* Private to the store: when the last doubt was settled. */
	int64_t settled_s;

	/* Private to the store, which shows those of the present source in the members above. */
	struct failure failures[STORE_FAILURES];

	struct key_renewals *renewals; /* for trust/key_renewal.c alone; NULL until the first one */
};

/* The number of forgotten names that the store knows. It believes nothing that was learned before
 * the oldest. */
#define STORE_FORGOTTEN 16

struct store {
	struct table facts;

	/* Private to the store: the names that were forgotten last, and how many there were at
	 * all. */
	struct name forgotten[STORE_FORGOTTEN];
	uint64_t forgotten_count;

	struct hash_key key;
	const struct anchors *anchors;
	const struct nta_list *ntas; /* borrowed; NULL for none, as store_init() leaves it */

	/* Borrowed; NULL for none, as store_init() leaves them. */
	const struct local_names *local_names, *local_zones;

	/* The address of the server whose responses are judged now, for the local zones that are
	 * bound to a server; empty if it is not known. */
	uint8_t server[16];
	uint8_t server_len;

	/* The server whose responses are judged and learned now. Proved facts hold for every
	 * source. A failure is remembered only for the source that failed, so a client that asks a
	 * hostile server does not spoil a zone for other clients. */
	uint64_t source;

	/* Lowered to the first expiry of any fact that was read or written since it was set:
	 * conclusions from those facts hold until then. */
	int64_t holds_until_s;
};

/* Allocates room for `capacity` names. Borrows the anchors, which must outlive the store. Returns 0
 * or a negative errno. */
int store_init(struct store *s, const struct anchors *anchors, uint32_t capacity);
void store_fini(struct store *s);

/* Returns what is known of a name, or NULL. Expired parts show as unknown. The pointer is valid
 * until the next store_put_*(), or until the name is looked up after it was forgotten. */
const struct fact *store_find(struct store *s, const struct name *name, int64_t now_s);

/* As store_find(), for trust/renewal.c, which writes to the fact. */
struct fact *store_find_known(struct store *s, const struct name *name, int64_t now_s);

/* Returns the fact of a name as the last store_find() left it, or NULL. */
struct fact *store_fact(struct store *s, const struct name *name);

/* Return the fact that was used last, and the one that was used before `fact`; NULL if there is
 * none. Facts that are forgotten are among them, until something else needs their place. */
struct fact *store_newest(const struct store *s);
struct fact *store_older(const struct store *s, struct fact *fact);
bool store_has_forgotten(const struct store *s, const struct fact *fact);

/* Returns how many facts these are. */
uint32_t store_count(const struct store *s);

/* A zone cut, as it was learned. */
struct cut_state {
	enum cut cut;
	struct outcome outcome;
	const struct ds_set *ds; /* for CUT_SECURE, else NULL */
};

/* A failure is remembered for LIMIT_FAILED_TTL_S at first, and each time that it comes back at once
 * for twice as long, up to the `ttl_s` of the functions below: a zone that was mended soon works
 * again, and a zone that stays broken costs few queries. */

/* True if `name` is known to have a DS that was signed after `inception`. What is older and says
 * otherwise may be kept by an attacker from before the zone was signed. */
bool store_has_newer_ds(
        struct store *s, const struct name *name, uint32_t inception, int64_t now_s);

/* Stores what was learned of the zone cut at `name`, for `ttl_s` seconds. Copies the DS set. Known
 * keys stay only if the DS set is the same as before, if it is another one that was signed before
 * it (then that one is ignored), or if it came from a renewal and has proved no keys yet.
 * CUT_BROKEN never replaces a proved fact. */
void store_put_cut(struct store *s, const struct name *name, const struct cut_state *state,
        int64_t now_s, uint32_t ttl_s);

/* Stores CUT_NONE or CUT_NO_NAME that follows from records which do not answer for the DS, and so
 * might be old. It never replaces what is known, except another hint. */
void store_put_hint(
        struct store *s, const struct name *name, enum cut cut, int64_t now_s, uint32_t ttl_s);

/* Puts what is known of `name` in doubt, because something contradicts it. Until the fact or a
 * failure is stored again, chains treat it as unknown; a failure leaves the fact as it was. Any
 * sender of a message can cause a doubt, with a signer's name in it, so a name is put in doubt at
 * most once in LIMIT_DOUBT_S. Returns true if it is in doubt. */
bool store_doubt(struct store *s, const struct name *name, int64_t now_s);

/* Stores the keys of the zone at `name`; the store owns them from now on. With NULL: they could not
 * be proved, and `outcome` says why; known keys stay. They stay, too, if the others were signed
 * before them: a server that a client chose, or an attacker, may send again what the zone has
 * replaced. */
void store_put_keys(struct store *s, const struct name *name, struct keyset *keys,
        struct outcome outcome, int64_t now_s, uint32_t ttl_s);

/* Says whose responses are judged next: an address of 4 or 16 octets, or empty. */
void store_set_server(struct store *s, struct span address);

/* Notes that present conclusions hold until `until_s` at most. */
void store_rely(struct store *s, int64_t until_s);

/* Forgets everything. */
void store_flush(struct store *s);

/* Forgets what is known of `top` and of all names below it; of all names if this is called more
 * than STORE_FORGOTTEN times before a fact is used again. It takes no time: a fact that is
 * forgotten is found to be so when somebody looks for it. */
void store_forget_within(struct store *s, const struct name *top);

/* Sets other anchors, which must outlive the store too. Forgets what the old ones proved. */
void store_set_anchors(struct store *s, const struct anchors *anchors);

#endif
