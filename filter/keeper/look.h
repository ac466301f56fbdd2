/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at what the world serves of a zone: every address of the zone's servers is asked for
 * DNSKEY, CDS, CDNSKEY and SOA, every address of the parent's servers for the DS. The keeper waits
 * until all of them serve a step before it takes the next one.
 *
 * How far this can be trusted. The DS, or the proof that there is none, is judged by the chain of
 * trust from the anchors (struct look_judge): a forged one is LOOK_UNPROVED, and counts as not
 * seen. Addresses are not proved, nor is what the zone's servers serve: DNSSEC proves what a zone
 * has, never that one server has it. An attacker off the path must guess the id and the port of a
 * query (RFC 5452). An attacker on the path to a server can give any answer for the zone, and can
 * replay a DS, or the denial of one, while its signatures last. To make the keeper go on too early,
 * such an attacker must answer for a server that lags. Then resolvers that asked that server fail
 * until it is up to date: the attacker on that path could have made them fail anyhow. Silence does
 * not help an attacker: until every address was seen, the keeper waits. */
#ifndef KEEPER_LOOK_H
#define KEEPER_LOOK_H

#include "base/complaint.h"
#include "dnssec/outcome.h"
#include "keeper/asks.h"

#define LOOK_NAMES     32 /* servers of one zone */
#define LOOK_ADDRESSES 64 /* of the servers of one zone */
#define LOOK_RECORDS   64 /* of one RRset, as LIMIT_KEYS */
#define LOOK_SIGNERS   16 /* signatures over one RRset */
#define LOOK_RESOLVERS 8  /* that are asked for names and addresses */

/* Whether an address said something about an RRset. */
enum look_fault {
	LOOK_SEEN,      /* it is known what the address serves: `count` records, or none */
	LOOK_SILENT,    /* no response */
	LOOK_REFUSED,   /* no server is at the address, or something forbids to ask */
	LOOK_NO_WAY,    /* this machine has no route of the family, such as IPv6 */
	LOOK_NO_ROOM,   /* this machine has no sockets or memory left */
	LOOK_ERROR,     /* the server answers with an error, `rcode` */
	LOOK_LAME,      /* it is not authoritative for the zone */
	LOOK_MALFORMED, /* the response cannot be read, or has too many records */
	LOOK_UNPROVED,  /* the signatures do not prove the DS, or that there is none */
	LOOK_FAULTS
};

/* Returns a sentence for a person. */
const char *look_fault_text(enum look_fault fault);

/* An RRset as one address serves it. */
struct look_set {
	enum look_fault fault;
	unsigned rcode;
	bool over_tcp;
	struct outcome outcome; /* of the DS: secure, or insecure if the parent is not signed */
	uint32_t ttl_s;         /* the lowest one as served; of none: 0 */
	unsigned count;
	struct span rdatas[LOOK_RECORDS]; /* borrow from `octets` */
	unsigned signer_count;
	/* the tags of the keys whose RRSIGs stand beside it; not checked */
	uint16_t signers[LOOK_SIGNERS];
	uint8_t *octets; /* the response, owned */
	size_t len;
};

/* The RRsets that the zone's servers are asked for; the parent's servers are asked for LOOK_DS
 * alone. */
enum look_question { LOOK_DNSKEY, LOOK_CDS, LOOK_CDNSKEY, LOOK_SOA, LOOK_QUESTIONS, LOOK_DS = 0 };

struct look_server {
	struct sockaddr_storage address;
	unsigned name;                        /* index of the first server's name that has it */
	struct look_set sets[LOOK_QUESTIONS]; /* by enum look_question */
};

/* The servers of a zone, or of its parent. */
struct look_servers {
	unsigned name_count, count;
	struct name names[LOOK_NAMES];
	bool has_address[LOOK_NAMES]; /* false: none was found for this name */
	struct look_server *at;       /* `count` addresses, at most LOOK_ADDRESSES */
	bool is_cut;                  /* there are more than the limits: nothing is everybody's */
};

struct zone_look {
	struct name zone, parent;
	struct look_servers servers, parents;
	int64_t at_s; /* the time of the look */
};

struct look_judge;

struct look_order {
	const struct name *zone;
	/* that know names and addresses; the first LOOK_RESOLVERS are asked */
	const struct sockaddr_storage *resolvers;
	unsigned resolver_count;
	struct look_judge *judge; /* of the DS; NULL: it is not judged, and stays LOOK_SEEN */
	int stop_fd;              /* ends the look as soon as it is readable; -1: none */
	int64_t now_s;
};

/* Looks. Takes at most a minute or so if everything is silent. Returns the look, which look_free()
 * frees; NULL if memory is short or if the servers cannot be found, with a complaint. */
struct zone_look *look_at(const struct look_order *order, struct complaint *error);
void look_free(struct zone_look *look);

#endif
