/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan to turn a response, in place, into what the client gets: which octets are cut out, which
 * are overwritten, and the limit of each TTL. A plan is made from a message that was judged and
 * rewritten. It fits every message that differs from that one only in the id, the TTLs and the
 * question's letter case. Private to gate/. */
#ifndef GATE_PLAN_H
#define GATE_PLAN_H

#include "base/arena.h"
#include "gate/client_query.h"

#define PLAN_TTLS  32
#define PLAN_CUTS  8
#define PLAN_MENDS 24

#define PLAN_HEAD_AT     2 /* the flags and counts of a header, after the id */
#define PLAN_HEAD_OCTETS 10

/* The limit of a record's TTL: at most `most_s`, and at most the TTL of another record. */
struct plan_ttl {
	uint32_t most_s; /* the signature's original TTL, or INT32_MAX */
	uint16_t index;  /* the record */
	uint8_t by;      /* the other record; the record itself if there is none */
	bool is_equal;   /* if both TTLs differ, the plan does not fit */
};

struct plan_cut {
	uint16_t at, len; /* in the message as it came, ascending */
};

struct plan_mend {
	uint16_t at, octet; /* in the new message */
};

struct plan_head {
	uint16_t length; /* octets of the new message */
	uint8_t ttl_count, cut_count, mend_count;
	bool changes_head;
	uint8_t head[PLAN_HEAD_OCTETS];
};

/* A stored plan: its head, the TTLs of the kept records, cuts, mends. It has only as many of each
 * as there are, one after the other, so it is not aligned. */
#define PLAN_OCTETS_MAX                                                                            \
	(sizeof(struct plan_head) + PLAN_TTLS * sizeof(struct plan_ttl) +                          \
	        PLAN_CUTS * sizeof(struct plan_cut) + PLAN_MENDS * sizeof(struct plan_mend))

/* The fate of one record. */
struct plan_record {
	uint32_t ttl_s;  /* its new TTL, or TTL_LEFT_OUT */
	uint32_t most_s; /* as in struct plan_ttl */
	uint8_t by;
	bool is_equal;
};

/* Finds the plan that turns `m` into `made`. `records` describe the records of `m`; `keep_opt` is
 * true if `made` has the OPT. Returns the plan's octets, which are in `room`. Returns an empty span
 * if there is no plan, or it is too long, because names were compressed in another way. */
struct span plan_make(uint8_t room[static PLAN_OCTETS_MAX], const struct message *m,
        const struct plan_record *records, bool keep_opt, struct span made, struct arena *arena);

/* True if the plan only lowers TTLs. */
bool plan_only_caps(const uint8_t *plan);

/* Returns the octets of the new message. */
uint16_t plan_length(const uint8_t *plan);

/* True if the plan fits `m`, by its TTLs. */
bool plan_fits(const uint8_t *plan, const struct message *m);

/* Applies a plan that fits to `octets`, which are those of `m`. The new length is plan_length().
 * Returns false if nothing changed. */
bool plan_apply(const uint8_t *plan, const struct message *m, uint8_t *octets);

#endif
