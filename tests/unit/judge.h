/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small world for tests of the gate: zones with keys, a gate that trusts the root's, and servers
 * that answer what the gate wants. Responses are written as text, a line an RRset:
 *
 *	www.example.test A 192.0.2.1 192.0.2.2 | example.test
 *	> example.test SOA | example.test
 *	> a.example.test NSEC d.example.test A RRSIG NSEC | example.test
 *	> =example.test NSEC3 NS SOA | example.test
 *	> ~www.example.test NSEC3 optout | example.test
 *	+ ns.example.test A 192.0.2.3
 *
 * `>` is for the authority section, `+` for the additional one. An NSEC3's owner is written as the
 * name whose hash it matches (=) or, with nothing else, covers (~); its parameters stand among the
 * types: optout, iterations=N, salt=N (so many octets), rfc5155 (what its examples have), next=NAME
 * (whose hash is the next one).
 * RDATA may also be written in hexadecimal digits: #0102. Before an owner, `-` leaves out the
 * records and writes their signatures alone.
 *
 * Each `|` adds a signature by the key of the zone named after it, with any of: spoilt, expired,
 * early, labels=N, ttl=N (the original TTL), signer=NAME, tag=N, algorithm=N. */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "test.h"
#include "zone.h"

#include "gate/gate.h"

#define NOW 1750000000
#define DAY 86400
#define TTL 300 /* of every record */

/* From five days ago to five days from now. */
extern const struct signing valid;

/* How a zone of the world is delegated. */
enum zone_kind {
	ZONE_SIGNED,
	ZONE_UNSIGNED,     /* the parent's NSEC has NS and no DS */
	ZONE_OPT_OUT,      /* the parent's NSEC3 opt-out span covers it */
	ZONE_DS_ALGORITHM, /* its only DS has an unknown algorithm */
	ZONE_DS_DIGEST,    /* its only DS has an unknown digest type */
	ZONE_DS_BOTH,      /* one unknown DS, one good DS */
	ZONE_DS_OTHER,     /* its DS is of another key */
	ZONE_DS_STRIPPED,  /* a query for the DS gets nothing, and no proof */
	ZONE_SILENT,       /* a query for its keys gets no response */
	ZONE_KEYS_MISSING, /* a query for its keys gets an empty answer */
};

struct world_zone {
	const char *name;
	uint8_t algorithm;
	uint16_t key_flags;
	enum zone_kind kind;
};

/* An unsigned zone of the world for the address of one host: its cut lies 34 labels deep. */
#define IP6_ZONE "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.test"

struct judge {
	struct crypto *crypto;
	struct anchors *anchors;
	struct store store;
	struct policy policy;
	struct gate gate;
	struct testkey *keys[32]; /* by zone of the world; made on demand */
	int64_t now;

	struct msgbuild response; /* being written */
	struct msgbuild fetched;  /* the last answer to a want */
	unsigned fetches;         /* wants of the last judgement */
	uint8_t out[65535];
	uint8_t recalled[65535];   /* octets passed to gate_recall() */
	struct gate_result result; /* of the last judgement */
};

/* How the client asks. Plain: recursion desired, no EDNS. */
enum {
	ASK_PLAIN = 0,
	ASK_EDNS = 1, /* an OPT, UDP size 1232 */
	ASK_DO = 2 | ASK_EDNS,
	ASK_AD = 4,
	ASK_NO_RD = 8,
	ASK_RESOLVER = 32,         /* to a server that the client also asks to recurse */
	ASK_STRANGER = 64,         /* it is unknown whether the client iterates */
	ASK_LARGE = 16 | ASK_EDNS, /* UDP size 65535 */
};

struct judge *judge_new(void);
void judge_free(struct judge *j);

/* Returns the key of a zone of the world. */
const struct testkey *judge_key(struct judge *j, const char *zone);

/* Writes a file of DS records for the keys of `zones` (separated by spaces) and loads it. */
struct anchors *judge_anchors(struct judge *j, const char *zones);

/* Returns the query of a client that asks `question`, such as "www.example.test A". */
struct client_query judge_asked(const char *question, unsigned how);

/* Begins a response to `question` with the RCODE; the flags are QR, RD and RA. */
void judge_begin(struct judge *j, const char *question, unsigned rcode);

/* Writes records in the notation above. */
void judge_write(struct judge *j, const char *records);

/* Judges `octets`, feeding the gate what it wants; the result is in j->result. */
void judge_octets(struct judge *j, const struct client_query *asked, struct span octets);

/* Judges `octets` without fetching: what is wanted and not known yet cannot be had. */
void judge_alone(struct judge *j, const struct client_query *asked, struct span octets);

/* Looks up a copy of `octets`, in j->recalled, in the message cache; the result is in j->result.
 * Returns false if no such response is remembered. */
bool judge_recall(struct judge *j, const struct client_query *asked, struct span octets);

/* Does all of this: judges the response `records`. */
void judge_text(
        struct judge *j, const char *question, unsigned rcode, const char *records, unsigned how);

/* Answers a want as the world would, into j->fetched. Returns false if there is no response. */
bool judge_answer_want(struct judge *j, const struct want *want);

/* Answers a want and makes the gate learn the answer. */
void judge_feed(struct judge *j, const struct want *want);

/* Returns the want of `question`, such as "test DS" or ". DNSKEY". */
struct want judge_want(const char *question);

/* Returns what the store knows of a name, or NULL. */
const struct fact *judge_fact(struct judge *j, const char *name);

/* Makes the gate learn the response `records` to a fetch of `question`. */
enum learned judge_learn(
        struct judge *j, const char *question, unsigned rcode, const char *records, bool last_try);

/* Fails with the row's `why` if the last judgement was different. */
void assert_judged(const struct judge *j, const char *why, enum status status, enum reason reason);

/* A response to one question, and how it is judged. */
struct judged_row {
	const char *why, *question;
	unsigned rcode;
	const char *records;
	enum status status;
	enum reason reason;
};

/* Judges each row in turn, by one judge. Fails with the row's `why` if the judgement is another
 * one, or if not all that is refused, and only that, becomes SERVFAIL. */
void judge_rows(const struct judged_row *rows, size_t count, unsigned how);

/* Returns what the client receives: the response, or what was sent instead. Parses it into memory
 * that is valid until the next call, and checks that all owners can be read. */
const struct message *judge_delivered(const struct judge *j, struct span response);

/* Writes the delivered records as "owner/TYPE" with their sections' marks, separated by spaces. */
const char *judge_list(const struct message *m);

/* Records for test tables that negative answers share. */
#define SOA_EXAMPLE "> example.test SOA | example.test\n"

#endif
