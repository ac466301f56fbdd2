/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zone-status store: what was learned of each name that is, or might have been, a zone cut. A
 * table of a fixed size in which each fact has its expiry; a full table forgets what was used
 * longest ago. It holds only what was proved, and, for a short time, what could not be. */
#ifndef TRUST_STORE_H
#define TRUST_STORE_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "dnssec/ds.h"
#include "trust/anchor.h"
#include "trust/nta.h"

/* What is known of a name as a place where a zone may begin, seen from above. */
enum cut {
	CUT_UNKNOWN,  /* nothing, or it has expired */
	CUT_SECURE,   /* a delegation with a DS that can be used */
	CUT_INSECURE, /* a delegation proved to have none; `outcome` says how */
	CUT_NONE,     /* the name is no cut */
	CUT_NO_NAME,  /* the name does not exist, so there is no cut below it either */
	CUT_BROKEN,   /* `source` could not prove it; `outcome` is Bogus or Indeterminate */
};

/* What one source could not prove of a name: its DS, or its keys. */
struct failure {
	uint64_t source;
	uint16_t type; /* TYPE_DS or TYPE_DNSKEY; 0 for none */
	struct outcome outcome;
	int64_t expires_s;
};

#define STORE_FAILURES 4 /* remembered of one name */

/* All that is known of one name. Times are seconds since 1970. */
struct fact {
	struct name name;
	enum cut cut;
	struct outcome outcome; /* of CUT_INSECURE and CUT_BROKEN */
	int64_t cut_expires_s;
	struct ds_set ds; /* of CUT_SECURE */

	/* Of CUT_NONE and CUT_NO_NAME. */
	bool is_hint;    /* something less than a denial of the DS said so */
	bool is_doubted; /* something speaks against it: its DS is to be asked for anew */

	/* The zone's own keys; NULL with an outcome other than SECURE: they could not be proved. */
	struct keyset *keys;
	struct outcome keys_outcome;
	int64_t keys_expire_s; /* 0: nothing is known of the keys */

	/* Private to the store: when the last doubt was answered. */
	int64_t settled_s;

	/* Private to the store, which shows those of the present source above. */
	struct failure failures[STORE_FAILURES];
};

struct store {
	struct table facts;
	struct hash_key key;
	const struct anchors *anchors;
	const struct nta_list *ntas; /* borrowed; NULL for none, as store_init() leaves it */

	/* Whose answers are judged and learned at present. What is proved is proved, whoever sent
	 * it; but a failure to prove is remembered only of the one who failed, so that a client who
	 * asks a hostile server does not spoil a zone for all. */
	uint64_t source;

	/* Lowered to the first expiry of what was shown or put since it was set: until when what
	 * was concluded from it holds. */
	int64_t holds_until_s;
};

/* Takes memory for `capacity` names. The anchors are borrowed and outlive the store. Returns 0 or a
 * negative errno. */
int store_init(struct store *s, const struct anchors *anchors, uint32_t capacity);
void store_fini(struct store *s);

/* Returns what is known of a name, or NULL; what has expired shows as unknown. The pointer is good
 * until the next store_put_*(). */
const struct fact *store_find(struct store *s, const struct name *name, int64_t now_s);

/* What was learned of a cut. */
struct cut_state {
	enum cut cut;
	struct outcome outcome;
	const struct ds_set *ds; /* of CUT_SECURE, else NULL */
};

/* Stores what was learned of the cut at `name`, for `ttl_s` from now. Copies the DS set. Keys that
 * are known stay only if the DS set is the same as before. CUT_BROKEN never replaces what is
 * proved. */
void store_put_cut(struct store *s, const struct name *name, const struct cut_state *state,
        int64_t now_s, uint32_t ttl_s);

/* The same for CUT_NONE or CUT_NO_NAME where that follows from records which are no answer about
 * the DS, and so from any that were true once: it never takes the place of what is known, but for
 * another hint. */
void store_put_hint(
        struct store *s, const struct name *name, enum cut cut, int64_t now_s, uint32_t ttl_s);

/* Something speaks against the CUT_NONE or CUT_NO_NAME of `name`: until it is put again, or a
 * failure to, which leaves it as it was, chains have it for unknown. Anybody whose message is
 * judged can cause that, by a signer's name in it; so it is done at most once in LIMIT_DOUBT_S.
 * Returns whether it is in doubt. */
bool store_doubt(struct store *s, const struct name *name, int64_t now_s);

/* The zone at `name` has these keys, which the store owns from now on; or, with NULL, they could
 * not be proved and `outcome` says why. */
void store_put_keys(struct store *s, const struct name *name, struct keyset *keys,
        struct outcome outcome, int64_t now_s, uint32_t ttl_s);

/* What is concluded at present holds no longer than until then. */
void store_rely(struct store *s, int64_t until_s);

/* Forgets everything. */
void store_flush(struct store *s);

/* Trusts other anchors from here on, which outlive the store too. What the old ones proved is
 * forgotten. */
void store_set_anchors(struct store *s, const struct anchors *anchors);

#endif
