/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server without DNSSEC, and a signer before it. The zones and keys are those of the world in
 * judge.h, so its gate can judge the signer's answers. */
#ifndef TESTS_LEGACY_H
#define TESTS_LEGACY_H

#include "judge.h"

#include "sign/sign_query.h"
#include "sign/sign_response.h"
#include "sign/signer.h"

#define LEGACY_ZONES   4 /* example.test, sub.example.test, other.test, p256.test */
#define LEGACY_PERIODS 4 /* that a zone may have; at first each has one */
#define LEGACY_NOW_MS  1000000
#define LEGACY_ID      0x1234

enum {
	ASK_CO = 32,
	ASK_STREAM = 64,
	ASK_CD = 128,
};

struct legacy {
	struct judge *judge;
	struct sign_zone zones[LEGACY_ZONES];
	struct sign_period periods[LEGACY_ZONES][LEGACY_PERIODS];
	struct sign_policy policy;
	struct signer *signer;
	uint8_t dnskey[2048]; /* DNSKEY and RRSIG of the first zone */
	struct span dnskey_rdata;
	struct presigned_rrsig dnskey_rrsig;
	uint8_t client[16], server[16];
	unsigned client_len;
	int64_t now_s;
	uint64_t now_ms;
	bool is_stream;

	struct span options; /* of the OPT of queries */
	struct msgbuild query;
	enum sign_query kind;
	struct signer_query asked;
	uint8_t sent[SIGN_QUERY_MAX]; /* to the server */
	size_t sent_len;

	uint8_t out[65535];
	struct sign_result result;
};

struct legacy *legacy_new(void);

/* Replaces the signer by a new one, which keeps answers. */
void legacy_remember(struct legacy *l);
void legacy_free(struct legacy *l);

/* Has a client ask a question. The query to the server is in l->sent. */
void legacy_ask(struct legacy *l, const char *question, unsigned how);

/* Appends options to a message that ends with an OPT without any. */
void legacy_put_options(struct msgbuild *b, struct span options);

/* Has the server respond, with records in the notation of judge.h. `flags` has the RCODE, FLAG_AA
 * and others. */
void legacy_respond(struct legacy *l, uint16_t flags, const char *records);

/* Only writes the response, to l->judge->response. */
void legacy_write(struct legacy *l, uint16_t flags, const char *records);

/* Gives these octets to the signer. Octets that are no message are dropped. */
void legacy_respond_octets(struct legacy *l, struct span response);

/* Returns the answer to the client, parsed; valid until the next call. */
const struct message *legacy_delivered(const struct legacy *l);

/* Returns how the gate judges the answer. */
struct outcome legacy_judged(struct legacy *l);

/* A question, the response of the server, and the expected answer. */
struct legacy_row {
	const char *why, *question;
	unsigned how;
	uint16_t flags;
	const char *records; /* the server's */
	const char *want;    /* the expected answer */
	enum sign_outcome outcome;
	uint16_t want_flags; /* AA, and the RCODE */
};

/* Fails, with the words of the row, if the answer is another one. */
void legacy_check(struct legacy *l, const struct legacy_row *row);

/* Checks each row with a new signer, and that the gate gives each answer this status. */
void legacy_check_rows(const struct legacy_row *rows, size_t count, enum status status);

/* Returns the zone with this apex, to be changed before a question. */
struct sign_zone *legacy_zone(struct legacy *l, const char *apex);

/* Returns the periods of this zone, to be changed: an array of LEGACY_PERIODS, of which the zone
 * has one. */
struct sign_period *legacy_periods(struct legacy *l, const char *apex);

struct sign_peers legacy_peers(const struct legacy *l);

/* The context of a message between `peers` now. */
struct sign_context legacy_context(const struct legacy *l, const struct sign_peers *peers);

#endif
