/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a message becomes what the client gets, in place: which octets are cut out, which are set,
 * and how far each TTL may reach. Made from one that was judged and rewritten, good for every
 * message that differs from it in nothing but the id, the TTLs and the question's letter case.
 * Private to gate/. */
#ifndef GATE_PLAN_H
#define GATE_PLAN_H

#include "base/arena.h"
#include "gate/client_query.h"

#define PLAN_TTLS  32
#define PLAN_CUTS  8
#define PLAN_MENDS 24

#define PLAN_HEAD_AT     2 /* what follows the id in a header: the flags and the counts */
#define PLAN_HEAD_OCTETS 10

/* How far the TTL of a record may reach: no further than `most_s`, nor than that of another. */
struct plan_ttl {
	uint32_t most_s; /* the signature's original TTL, or INT32_MAX */
	uint16_t index;  /* of the record */
	uint8_t by;      /* of the other one; the record itself for none */
	bool is_equal;   /* both must be the same, or the plan is not good */
};

struct plan_cut {
	uint16_t at, len; /* in the message as it comes, ascending */
};

struct plan_mend {
	uint16_t at, octet; /* in what is made */
};

struct plan_head {
	uint16_t length; /* octets of what is made */
	uint8_t ttl_count, cut_count, mend_count;
	bool changes_head;
	uint8_t head[PLAN_HEAD_OCTETS];
};

/* A plan as it is kept: its head; the TTLs of the records that are kept; cuts; mends. Only as many
 * as there are, one behind the other, so it has no alignment. */
#define PLAN_OCTETS_MAX                                                                            \
	(sizeof(struct plan_head) + PLAN_TTLS * sizeof(struct plan_ttl) +                          \
	        PLAN_CUTS * sizeof(struct plan_cut) + PLAN_MENDS * sizeof(struct plan_mend))

/* What became of one record. */
struct plan_record {
	uint32_t ttl_s;  /* that it got, or TTL_LEFT_OUT */
	uint32_t most_s; /* as in struct plan_ttl */
	uint8_t by;
	bool is_equal;
};

/* Finds the plan that makes `made` of `m`; `records` are m's, `keep_opt` says whether its OPT is in
 * there. Returns its octets, which are in `room`; none when there is no plan, or it is too long:
 * then names were written anew. */
struct span plan_make(uint8_t room[static PLAN_OCTETS_MAX], const struct message *m,
        const struct plan_record *records, bool keep_opt, struct span made, struct arena *arena);

/* True when the plan changes nothing but TTLs that reach too far. */
bool plan_only_caps(const uint8_t *plan);

/* Octets of what the plan makes. */
uint16_t plan_length(const uint8_t *plan);

/* True when the TTLs of `m` are such that the plan is good for it. */
bool plan_fits(const uint8_t *plan, const struct message *m);

/* Carries out a plan that fits in `octets`, which are those of `m`, whose length becomes
 * plan_length(). Returns false when that changed nothing. */
bool plan_apply(const uint8_t *plan, const struct message *m, uint8_t *octets);

#endif
