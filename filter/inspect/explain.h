/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes a judgement for output: the zones from the trust anchor down, their DS and DNSKEY
 * records, signatures, proofs, and the RRsets of the answer. It does not judge: the statuses come
 * from the gate's result and its store. Only the signatures are verified again, with the gate's
 * code, because the gate stops at the first that holds. The description is a copy of bounded size:
 * parts that do not fit are left out and counted. */
#ifndef INSPECT_EXPLAIN_H
#define INSPECT_EXPLAIN_H

#include "inspect/explain_run.h"

#define SHOWN_ZONES      64
#define SHOWN_SETS       192
#define SHOWN_LINKS      (LIMIT_CNAMES + 2)
#define SHOWN_SIGNATURES 8
#define SHOWN_DS         16
#define SHOWN_LINES      6

#define NOWHERE (-1) /* instead of an index */

/* The colour and mark of a part. */
enum shown_mark {
	MARK_NONE, /* not judged */
	MARK_SECURE,
	MARK_INSECURE,
	MARK_MISSING, /* Indeterminate */
	MARK_BROKEN,  /* Bogus */
};

/* Returns the mark of a part that causes `status`. */
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
	bool is_checked;                   /* its signer's keys were available */
	bool by_revoked;                   /* its key is in the RRset, but revoked */
	enum reason reason;                /* REASON_NONE: it holds */
};

enum shown_role {
	SET_DS,
	SET_KEYS,
	SET_DATA,  /* of the answer, with its aliases */
	SET_PROOF, /* NSEC, NSEC3, SOA; an alias found instead of a DS */
};

/* One RRset. */
struct shown_set {
	enum shown_role role;
	struct name owner;
	uint16_t type;
	unsigned count;
	int zone; /* its signer, or the zone that it is in; or NOWHERE */
	enum shown_mark mark;
	bool is_culprit;
	unsigned signature_count; /* of signatures[] */
	struct shown_signature signatures[SHOWN_SIGNATURES];
	unsigned line_count;
	char *lines[SHOWN_LINES]; /* lines of text about it */
};

struct shown_ds {
	struct ds ds;
	bool is_supported; /* algorithm and digest type */
	bool is_used;      /* false if a stronger digest is there (RFC 4509, 3) */
	int key;           /* the index of the DNSKEY that it refers to, or NOWHERE */
};

struct shown_key {
	uint16_t flags, tag;
	uint8_t algorithm, protocol;
	unsigned bits;
	bool is_named; /* by a DS or an anchor that is used */
	bool is_signing;
};

/* A possible zone cut, as far as it is known. */
enum shown_cut {
	SHOWN_ANCHOR,   /* a zone with a trust anchor */
	SHOWN_SECURE,   /* a zone with a DS */
	SHOWN_INSECURE, /* a zone without a usable DS */
	SHOWN_NO_CUT,   /* no zone cut */
	SHOWN_NO_NAME,  /* the name does not exist */
	SHOWN_BROKEN,   /* neither a DS nor its absence is proved */
	SHOWN_NTA,      /* a negative trust anchor */
	SHOWN_LOCAL,    /* a local name */
};

struct shown_zone {
	struct name name;
	enum shown_cut cut;
	int parent;                       /* the zone above, or NOWHERE */
	bool keys_wanted;                 /* the gate needed its keys */
	enum shown_mark mark;             /* of the zone as a whole */
	struct outcome cut_outcome;       /* from its DS: why the zone is insecure or broken */
	struct outcome keys_outcome;      /* the same from its keys */
	const char *cut_came, *keys_came; /* NULL, or what came instead of a usable response */
	unsigned ds_count, key_count;     /* of ds[] and keys[] */
	struct shown_ds ds[SHOWN_DS];
	struct shown_key keys[LIMIT_KEYS];
	int ds_set, key_set;               /* or NOWHERE */
	unsigned proofs_begin, proofs_end; /* the sets that prove `cut` */
};

enum shown_end {
	END_DATA,  /* the RRsets are there */
	END_ALIAS, /* a CNAME or DNAME leads to another name */
	END_NODATA,
	END_NXDOMAIN,
	END_NOTHING, /* another RCODE */
};

/* A name in the answer: the one in the question, or the target of an alias. */
struct shown_link {
	struct name name;
	uint16_t type;
	enum shown_end end;
	enum shown_mark mark;
	bool is_culprit;
	int zone;                        /* the deepest known zone at or above it, or NOWHERE */
	unsigned zones_begin, zones_end; /* the zones first shown for this link */
	unsigned sets_begin, sets_end;
};

struct explanation {
	struct want question;
	int64_t now_s;
	unsigned rcode;
	struct gate_result result; /* from the gate; `octets` is invalid */
	bool is_answer;            /* else there are no zones and no links */
	bool has_anchor;
	bool culprit_is_shown;
	unsigned left_out; /* records, RRsets and zones that did not fit */
	unsigned zone_count, set_count, link_count;
	struct shown_zone zones[SHOWN_ZONES];
	struct shown_set sets[SHOWN_SETS];
	struct shown_link links[SHOWN_LINKS];
};

/* Describes the last judgement of `run`, and uses the memory of its gate meanwhile. Returns NULL if
 * memory is short. */
struct explanation *explain(struct explain_run *run);
void explanation_free(struct explanation *e);

#endif
