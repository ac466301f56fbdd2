/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Once a minute a zone is seen as validators see it: each address that serves the zone is asked for
 * its SOA, its DNSKEY and a random name that does not exist, and the answers are judged by the gate
 * of the packet path.
 *
 * Each address is judged alone, by the DNSKEY RRset that this address serves, so that the address
 * with the fault is the one that is named. The judgement begins at the DS that the parent has,
 * which the chain from the anchors proves. It also begins at each KSK that every server is known to
 * serve, as if its DS were the only one: what is wrong with a KSK is then seen before its DS goes
 * up. Last, the SOA of an address is judged by the DNSKEY RRset of the next address, since a
 * resolver may have asked both. */
#ifndef KEEPER_SELF_CHECK_H
#define KEEPER_SELF_CHECK_H

#include "keeper/look.h"
#include "keeper/look_pool.h"

#define SELF_CHECK_S    60 /* from one to the next */
#define SELF_CHECK_KEYS 4  /* KSKs of one zone */

enum self_check_question {
	SELF_CHECK_DNSKEY,
	SELF_CHECK_SOA,
	SELF_CHECK_MISSING, /* a name that does not exist, or that a wildcard covers */
	SELF_CHECK_QUESTIONS
};

/* An address of the zone's servers. */
struct self_check_server {
	struct sockaddr_storage address;
	struct name name;
};

struct self_check_key {
	uint16_t tag;
	struct ds ds; /* of a KSK whose DNSKEY and RRSIG every server serves */
};

/* Borrows everything. */
struct self_check_order {
	const struct name *zone;
	const struct self_check_server *servers; /* at most LOOK_ADDRESSES */
	unsigned server_count;
	const struct self_check_key *keys;
	unsigned key_count; /* at most SELF_CHECK_KEYS */
	int64_t now_s;
};

/* The fault of one answer. */
struct self_check_finding {
	enum look_fault fault; /* LOOK_SEEN: nothing; LOOK_UNPROVED: `outcome` has the reason */
	unsigned rcode;        /* of LOOK_ERROR */
	struct outcome outcome;
	enum self_check_question question;
	struct self_check_server server;
	uint16_t key_tag; /* the KSK that the judgement began at; 0: the parent's DS */
	bool is_by_other; /* judged by the DNSKEY RRset of `other` */
	struct self_check_server other;
};

struct self_check_result {
	/* False: nothing could be judged: the chain to the DS fails above the zone and no KSK was
	 * given, or no address can be reached from this machine, or the check was stopped. */
	bool is_done;
	/* there is no DS, and no KSK was given: validators accept whatever is served */
	bool is_free;
	bool is_confirmed;        /* Bogus, and Bogus again when asked a second time at once */
	unsigned checked, failed; /* addresses */
	struct outcome chain;     /* of the parent's DS: SECURE; INSECURE: none; or a fault above */
	struct self_check_finding worst; /* of the failed ones: Bogus goes first, silence last */
};

/* True if something came that validators cannot use; false if nothing came. */
bool self_check_is_wrong(const struct self_check_finding *finding);

/* Checks. Takes as long as the slowest server, at most some ten seconds for each ten addresses that
 * are silent. */
void self_check_run(const struct self_check_order *order, const struct look_means *means,
        struct self_check_result *result);

#endif
