/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed zones and responses, made in memory. Nothing here uses filter/dnssec or filter/crypto: the
 * canonical form, key tags, digests and hashes are computed a second time, so a test that uses this
 * file compares two readings of the RFCs. A mistake in a test aborts it.
 *
 *	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.test");
 *	struct msgbuild b;
 *	msg_begin(&b, 1, FLAG_QR, "www.example.test", TYPE_A);
 *	msg_signed(&b, k, "www.example.test", TYPE_A, 300, RRSET(rd_a("192.0.2.1")), &now_valid);
 *	msg_section(&b, SECTION_ADDITIONAL);
 *	msg_opt(&b, 1232, true);
 *	... msg_span(&b) ...
 *	testkey_free(k);
 *
 * Names are text, absolute with or without the final dot; "." is the root. Letter case is kept. */
#ifndef TESTS_ZONE_H
#define TESTS_ZONE_H

#include "base/span.h"
#include "crypto/crypto.h" /* numbers only */
#include "wire/message.h"  /* numbers only */

/* Writes a name as octets, in the letter case of the text, and returns their number. Does not read
 * escapes. */
size_t name_to_wire(const char *text, uint8_t out[static 256]);

/* Turns ASCII letters into lower case, in place. */
void lower_octets(uint8_t *octets, size_t len);

/* ---- RDATA ---- */

#define RD_MAX 2048

/* RDATA in wire form. `names_len` octets from `names_at` are names that the canonical form turns
 * into lower case. */
struct rd {
	size_t len, names_at, names_len;
	uint8_t octets[RD_MAX];
};

/* An RRset's RDATA as two arguments: the array and its length. */
#define RRSET(...)                                                                                 \
	(const struct rd[]){ __VA_ARGS__ },                                                        \
	        sizeof((const struct rd[]){ __VA_ARGS__ }) / sizeof(struct rd)

/* The types of a bitmap, in any order. */
#define TYPES(...) ((const uint16_t[]){ __VA_ARGS__, 0 })

struct rd rd_a(const char *address);
struct rd rd_aaaa(const char *address);
struct rd rd_name(const char *name); /* NS, CNAME, DNAME, PTR */
struct rd rd_mx(uint16_t preference, const char *name);
struct rd rd_txt(const char *text);
struct rd rd_srv(uint16_t priority, uint16_t weight, uint16_t port, const char *target);
struct rd rd_soa(const char *mname, const char *rname, uint32_t serial, uint32_t minimum);
struct rd rd_nsec(const char *next, const uint16_t *types);
struct rd rd_raw(struct span octets);

/* ---- Keys ---- */

struct testkey;

/* Makes a key of `zone` with the DNSKEY flags `flags` (257, 256). Ed25519 and Ed448 keys depend
 * only on the arguments, so runs repeat; RSA (2048 bits) and ECDSA keys are random. */
struct testkey *testkey_new(uint8_t algorithm, uint16_t flags, const char *zone);

/* Makes a key with another `seed`: a second key with otherwise equal arguments. */
struct testkey *testkey_seeded(
        uint8_t algorithm, uint16_t flags, const char *zone, const char *seed);

/* Makes an RSASHA256 key of `bits`, from 512 to 5000, with the flags of a ZSK. */
struct testkey *testkey_sized(const char *zone, unsigned bits);

/* Makes the same key with the REVOKE bit, and so another tag. */
struct testkey *testkey_revoked(const struct testkey *k);
void testkey_free(struct testkey *k);

struct rd rd_dnskey(const struct testkey *k);
struct rd rd_ds(const struct testkey *k, uint8_t digest_type);
uint16_t testkey_tag(const struct testkey *k);

/* Writes the private key of an Ed25519 or P-256 key: 32 octets. */
void testkey_secret(const struct testkey *k, uint8_t out[static 32]);

/* ---- Signatures ---- */

/* How to sign. A field that is zero stands for the correct value, except the times, which are used
 * as they are. */
struct signing {
	uint32_t inception, expiration;
	uint8_t labels; /* if less than the owner's: signs for the wildcard that it came from */
	uint32_t original_ttl;
	const char *signer; /* else the key's zone */
	uint16_t tag;       /* else the key's */
	uint8_t algorithm;  /* else the key's */
	uint16_t covered;   /* else the RRset's type */
	bool is_spoilt;     /* one bit of the signature is flipped */
};

/* Makes the RRSIG of an RRset (RFC 4034, 3.1.8.1). */
struct rd rd_rrsig(const struct testkey *k, const char *owner, uint16_t type, uint32_t ttl,
        const struct rd *rdatas, size_t count, const struct signing *how);

/* ---- NSEC3 ---- */

struct testhash {
	uint8_t octets[20];
};

struct nsec3_params {
	uint8_t flags;
	uint16_t iterations;
	struct span salt;
};

struct testhash testhash_of(const char *name, const struct nsec3_params *p);

/* Returns the hash that comes `by` (-1, 1) after this one: an NSEC3 from step(h, -1) to step(h, 1)
 * covers h and nothing else; one from h to step(h, 1) matches h and covers nothing. */
struct testhash testhash_step(struct testhash h, int by);

/* Writes the owner name "<base32hex>.<zone>" and returns `text`. */
#define TESTHASH_OWNER_SIZE 300
const char *testhash_owner(
        struct testhash h, const char *zone, char text[static TESTHASH_OWNER_SIZE]);

struct rd rd_nsec3(const struct nsec3_params *p, struct testhash next, const uint16_t *types);

/* ---- Messages ---- */

struct msgbuild {
	size_t len;
	enum section section;
	bool compress; /* an owner that is the question's name becomes a pointer to it */
	char qname[256];
	uint8_t octets[65535];
};

/* Begins a message with one question. Records go to the answer section until msg_section(). */
void msg_begin(struct msgbuild *b, uint16_t id, uint16_t flags, const char *qname, uint16_t qtype);
void msg_section(struct msgbuild *b, enum section section);
void msg_rr(struct msgbuild *b, const char *owner, uint16_t type, uint32_t ttl, struct rd rd);
void msg_rrset(struct msgbuild *b, const char *owner, uint16_t type, uint32_t ttl,
        const struct rd *rdatas, size_t count);

/* Adds an RRset and its RRSIG. */
void msg_signed(struct msgbuild *b, const struct testkey *k, const char *owner, uint16_t type,
        uint32_t ttl, const struct rd *rdatas, size_t count, const struct signing *how);

/* Adds an OPT without options. */
void msg_opt(struct msgbuild *b, uint16_t udp_size, bool dnssec_ok);

/* Adds an OPT with an Extended DNS Error (RFC 8914). */
void msg_opt_with_ede(struct msgbuild *b, bool dnssec_ok, uint16_t code);

/* Adds an OPT with DO and a cookie, to a message without additional records. */
void msg_opt_with_cookie(struct msgbuild *b);

/* Returns the message; borrows from `b`. */
struct span msg_span(const struct msgbuild *b);

#endif
