/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a judgement went by, laid out to be shown: the zones from the anchor down, their DS and
 * DNSKEY records, signatures, proofs, and the RRsets of the answer. It judges nothing: what holds
 * comes from the gate's result and its store; only each signature is held against its key once
 * more, by the same code, because the gate stops at the first that holds. All of it is copied, and
 * bounded: what is too much is left out and counted. */
#ifndef INSPECT_EXPLAIN_H
#define INSPECT_EXPLAIN_H

#include "inspect/explain_run.h"

#define SHOWN_ZONES      64
#define SHOWN_SETS       192
#define SHOWN_LINKS      (LIMIT_CNAMES + 2)
#define SHOWN_SIGNATURES 8
#define SHOWN_DS         16
#define SHOWN_SAYINGS    6

#define NOWHERE (-1) /* in place of an index */

/* How a part is coloured and marked. */
enum shown_mark {
	MARK_NONE, /* nothing was concluded of it */
	MARK_SECURE,
	MARK_INSECURE,
	MARK_MISSING, /* Indeterminate */
	MARK_BROKEN,  /* Bogus */
};

/* The mark of a part that is to blame for a status. */
static inline enum shown_mark shown_mark_of(enum status status)
{
	static const enum shown_mark marks[] = {
		[STATUS_SECURE] = MARK_SECURE,
		[STATUS_INSECURE] = MARK_INSECURE,
		[STATUS_INDETERMINATE] = MARK_MISSING,
		[STATUS_BOGUS] = MARK_BROKEN,
	};
	return marks[status];
}

struct shown_signature {
	struct name signer;
	uint16_t tag;
	uint8_t algorithm;
	int64_t inception_s, expiration_s; /* since 1970 */
	bool is_checked;                   /* there were keys to hold it against */
	bool by_revoked;                   /* its key is there, but revoked */
	enum reason reason;                /* REASON_NONE: it holds */
};

enum shown_role {
	SET_DS,
	SET_KEYS,
	SET_DATA,  /* of the answer, aliases too */
	SET_PROOF, /* NSEC, NSEC3, SOA; an alias where a DS was looked for */
};

/* One RRset. */
struct shown_set {
	enum shown_role role;
	struct name owner;
	uint16_t type;
	unsigned count;
	int zone; /* that signed it, or that it lies in; or NOWHERE */
	enum shown_mark mark;
	bool is_culprit;
	unsigned signature_count; /* of which SHOWN_SIGNATURES are here */
	struct shown_signature signatures[SHOWN_SIGNATURES];
	unsigned saying_count;
	char *sayings[SHOWN_SAYINGS]; /* lines of text about it */
};

struct shown_ds {
	struct ds ds;
	bool is_supported; /* algorithm and digest type */
	bool is_used;      /* a weak digest beside a stronger one is not */
	int key;           /* the index of the key that it names, or NOWHERE */
};

struct shown_key {
	uint16_t flags, tag;
	uint8_t algorithm, protocol;
	unsigned bits;
	bool is_named; /* by a DS or anchor that is used */
	bool is_signing;
};

/* What there is where a zone may begin. */
enum shown_cut {
	SHOWN_ANCHOR,   /* a zone with a trust anchor */
	SHOWN_SECURE,   /* a zone with a DS */
	SHOWN_INSECURE, /* a zone without a DS that can be used */
	SHOWN_NO_CUT,   /* no zone begins there */
	SHOWN_NO_NAME,  /* nor does the name exist */
	SHOWN_BROKEN,   /* neither is proved */
	SHOWN_NTA,      /* a negative trust anchor */
};

struct shown_zone {
	struct name name;
	enum shown_cut cut;
	int parent;                       /* the zone above, or NOWHERE */
	bool keys_wanted;                 /* the gate went by its keys */
	enum shown_mark mark;             /* of the zone as a whole */
	struct outcome cut_outcome;       /* why it is insecure or broken, by its DS */
	struct outcome keys_outcome;      /* likewise by its keys */
	const char *cut_came, *keys_came; /* where nothing of use came: what did */
	unsigned ds_count, key_count;     /* of which there are so many here: */
	struct shown_ds ds[SHOWN_DS];
	struct shown_key keys[LIMIT_KEYS];
	int ds_set, key_set;               /* or NOWHERE */
	unsigned proofs_begin, proofs_end; /* the sets that prove what `cut` says */
};

enum shown_end {
	END_DATA,  /* the sets hold it */
	END_ALIAS, /* it is another name's */
	END_NODATA,
	END_NXDOMAIN,
	END_NOTHING, /* another RCODE */
};

/* A name that was asked for, by the client or by an alias. */
struct shown_link {
	struct name name;
	uint16_t type;
	enum shown_end end;
	enum shown_mark mark;
	bool is_culprit;
	int zone;                        /* the deepest that is known above it, or NOWHERE */
	unsigned zones_begin, zones_end; /* what it brings to the zones before it */
	unsigned sets_begin, sets_end;
};

struct explanation {
	struct want question;
	int64_t now_s;
	unsigned rcode;
	struct gate_result result; /* the gate's; `octets` is not to be used */
	bool is_answer;            /* else there are no zones and links */
	bool has_anchor;
	bool culprit_is_shown;
	unsigned left_out; /* sets and zones for which there was no room */
	unsigned zone_count, set_count, link_count;
	struct shown_zone zones[SHOWN_ZONES];
	struct shown_set sets[SHOWN_SETS];
	struct shown_link links[SHOWN_LINKS];
};

/* Lays out the last judgement of `run`, whose gate's memory it uses meanwhile. Returns NULL when
 * memory is short. */
struct explanation *explain(struct explain_run *run);
void explanation_free(struct explanation *e);

#endif
