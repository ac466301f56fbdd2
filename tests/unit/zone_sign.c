/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of zone.h that needs keys. */
#include "zone.h"

#include "base/writer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct testkey {
	uint8_t algorithm;
	uint16_t flags;
	char zone[256];
	EVP_PKEY *pkey;
	const char *digest; /* NULL: the algorithm takes the message */
	int coordinate;     /* octets of ECDSA's r and s; 0 for the others */
};

static void require(bool claim)
{
	if (!claim)
		abort();
}

/* ---- Keys ---- */

/* Private keys of Ed25519 have 32 octets and those of Ed448 57; any octets will do. */
static EVP_PKEY *seeded_key(const struct testkey *k, const char *type, size_t len, const char *seed)
{
	char text[600];
	uint8_t octets[64];

	snprintf(text, sizeof(text), "%s/%u/%u/%s", k->zone, k->flags, k->algorithm, seed);
	require(EVP_Q_digest(NULL, "SHA512", NULL, text, strlen(text), octets, NULL));
	return EVP_PKEY_new_raw_private_key_ex(NULL, type, NULL, octets, len);
}

static size_t bits_of(const char *seed)
{
	unsigned bits;
	return sscanf(seed, "%u bits", &bits) == 1 ? bits : 2048;
}

static void key_make(struct testkey *k, const char *seed)
{
	switch (k->algorithm) {
	case ALGORITHM_RSASHA256:
	case ALGORITHM_RSASHA512:
		k->digest = k->algorithm == ALGORITHM_RSASHA256 ? "SHA256" : "SHA512";
		k->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits_of(seed));
		break;
	case ALGORITHM_ECDSAP256:
		k->digest = "SHA256";
		k->coordinate = 32;
		k->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		break;
	case ALGORITHM_ECDSAP384:
		k->digest = "SHA384";
		k->coordinate = 48;
		k->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
		break;
	case ALGORITHM_ED25519:
		k->pkey = seeded_key(k, "ED25519", 32, seed);
		break;
	case ALGORITHM_ED448:
		k->pkey = seeded_key(k, "ED448", 57, seed);
		break;
	}
	require(k->pkey);
}

void testkey_secret(const struct testkey *k, uint8_t out[static 32])
{
	size_t len = 32;
	BIGNUM *n = NULL;

	if (k->algorithm == ALGORITHM_ED25519) {
		require(EVP_PKEY_get_raw_private_key(k->pkey, out, &len) == 1 && len == 32);
		return;
	}
	require(EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &n) == 1 &&
	        BN_bn2binpad(n, out, 32) == 32);
	BN_free(n);
}

struct testkey *testkey_seeded(
        uint8_t algorithm, uint16_t flags, const char *zone, const char *seed)
{
	struct testkey *k = calloc(1, sizeof(*k));

	require(k && strlen(zone) < sizeof(k->zone));
	k->algorithm = algorithm;
	k->flags = flags;
	strcpy(k->zone, zone);
	key_make(k, seed);
	return k;
}

struct testkey *testkey_new(uint8_t algorithm, uint16_t flags, const char *zone)
{
	return testkey_seeded(algorithm, flags, zone, "");
}

struct testkey *testkey_sized(const char *zone, unsigned bits)
{
	char seed[32];

	snprintf(seed, sizeof(seed), "%u bits", bits);
	return testkey_seeded(ALGORITHM_RSASHA256, 256, zone, seed);
}

struct testkey *testkey_revoked(const struct testkey *k)
{
	struct testkey *revoked = malloc(sizeof(*revoked));

	require(revoked && EVP_PKEY_up_ref(k->pkey) == 1);
	*revoked = *k;
	revoked->flags |= 0x80;
	return revoked;
}

void testkey_free(struct testkey *k)
{
	if (k)
		EVP_PKEY_free(k->pkey);
	free(k);
}

static void put_bignum(struct writer *w, EVP_PKEY *pkey, const char *param, bool with_length)
{
	BIGNUM *n = NULL;
	uint8_t octets[640];

	require(EVP_PKEY_get_bn_param(pkey, param, &n) == 1 &&
	        BN_num_bytes(n) <= (int)sizeof(octets));
	int len = BN_bn2bin(n, octets);
	if (with_length)
		writer_u8(w, (uint8_t)len);
	writer_put(w, span_of(octets, (size_t)len));
	BN_free(n);
}

static void put_public_key(struct writer *w, const struct testkey *k)
{
	uint8_t octets[128];
	size_t len = sizeof(octets);

	if (k->coordinate) {
		require(EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_PUB_KEY, octets,
		                sizeof(octets), &len) == 1);
		/* The first octet says that the point is not compressed; a DNSKEY leaves it out. */
		writer_put(w, span_of(octets + 1, len - 1));
	} else if (k->digest) {
		put_bignum(w, k->pkey, OSSL_PKEY_PARAM_RSA_E, true);
		put_bignum(w, k->pkey, OSSL_PKEY_PARAM_RSA_N, false);
	} else {
		require(EVP_PKEY_get_raw_public_key(k->pkey, octets, &len) == 1);
		writer_put(w, span_of(octets, len));
	}
}

struct rd rd_dnskey(const struct testkey *k)
{
	struct rd rd = { 0 };
	struct writer w = writer_over(rd.octets, RD_MAX);

	writer_u16(&w, k->flags);
	writer_u8(&w, 3);
	writer_u8(&w, k->algorithm);
	put_public_key(&w, k);
	require(!w.full);
	rd.len = w.len;
	return rd;
}

/* The sum of the 16-bit words, with its carries added once (RFC 4034, appendix B). */
uint16_t testkey_tag(const struct testkey *k)
{
	struct rd rd = rd_dnskey(k);
	uint32_t sum = 0;

	for (size_t i = 0; i < rd.len; i++)
		sum += i % 2 ? rd.octets[i] : (uint32_t)rd.octets[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

struct rd rd_ds(const struct testkey *k, uint8_t digest_type)
{
	struct rd dnskey = rd_dnskey(k), rd = { 0 };
	uint8_t hashed[256 + RD_MAX], digest[64];
	size_t owner_len = name_to_wire(k->zone, hashed), digest_len;
	struct writer w = writer_over(rd.octets, RD_MAX);
	const char *name = digest_type == DIGEST_SHA256   ? "SHA256"
	                   : digest_type == DIGEST_SHA384 ? "SHA384"
	                                                  : "SHA1";

	lower_octets(hashed, owner_len);
	memcpy(hashed + owner_len, dnskey.octets, dnskey.len);
	require(EVP_Q_digest(
	        NULL, name, NULL, hashed, owner_len + dnskey.len, digest, &digest_len));
	writer_u16(&w, testkey_tag(k));
	writer_u8(&w, k->algorithm);
	writer_u8(&w, digest_type);
	writer_put(&w, span_of(digest, digest_len));
	rd.len = w.len;
	return rd;
}

/* ---- Signatures ---- */

/* The canonical RDATA: RFC 4034, 6.2. The octets of names that are not letters are below 64. */
static struct rd rd_canonical(const struct rd *rd)
{
	struct rd canonical = *rd;
	lower_octets(canonical.octets + rd->names_at, rd->names_len);
	return canonical;
}

static int rd_order(const void *a, const void *b)
{
	const struct rd *x = a, *y = b;
	return span_order(span_of(x->octets, x->len), span_of(y->octets, y->len));
}

/* Labels as RRSIG counts them: without the root and a leading asterisk (RFC 4034, 3.1.3). */
static uint8_t count_labels(const char *owner)
{
	uint8_t wire[256], labels = 0;

	name_to_wire(owner, wire);
	for (const uint8_t *at = wire; *at; at += *at + 1)
		labels++;
	return (uint8_t)(labels - (strncmp(owner, "*.", 2) == 0 || strcmp(owner, "*") == 0));
}

/* The owner that is signed: the wildcard if there are fewer labels (RFC 4035, 5.3.2). */
static void put_owner(struct writer *w, const char *owner, uint8_t labels)
{
	uint8_t wire[256], *from = wire;
	size_t len = name_to_wire(owner, wire);
	int excess = count_labels(owner) - labels;

	lower_octets(wire, len);
	if (excess > 0) {
		writer_put(w, span_of("\1*", 2));
		excess += *owner == '*'; /* the asterisk is a label, though it is not counted */
	}
	while (excess-- > 0)
		from += *from + 1;
	writer_put(w, span_of(from, (size_t)(wire + len - from)));
}

/* The records in canonical order, each value once: RFC 4034, 6.3. */
static void put_rrset(struct writer *w, const char *owner, uint16_t type, uint8_t labels,
        uint32_t ttl, const struct rd *rdatas, size_t count)
{
	struct rd *sorted = calloc(count, sizeof(*sorted));

	require(sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = rd_canonical(&rdatas[i]);
	qsort(sorted, count, sizeof(*sorted), rd_order);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && rd_order(&sorted[i - 1], &sorted[i]) == 0)
			continue;
		put_owner(w, owner, labels);
		writer_u16(w, type);
		writer_u16(w, CLASS_IN);
		writer_u32(w, ttl);
		writer_u16(w, (uint16_t)sorted[i].len);
		writer_put(w, span_of(sorted[i].octets, sorted[i].len));
	}
	free(sorted);
}

/* OpenSSL's DER becomes r and s, each of its full length: RFC 6605, 4. */
static size_t ecdsa_plain(uint8_t *signature, size_t len, int coordinate)
{
	const uint8_t *at = signature;
	ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)len);

	require(parsed);
	BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, coordinate);
	BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + coordinate, coordinate);
	ECDSA_SIG_free(parsed);
	return (size_t)coordinate * 2;
}

static void put_signature(struct writer *w, const struct testkey *k, struct span data, bool spoil)
{
	uint8_t signature[640];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	require(ctx && EVP_DigestSignInit_ex(ctx, NULL, k->digest, NULL, NULL, k->pkey, NULL) == 1);
	require(EVP_DigestSign(ctx, signature, &len, data.base, data.len) == 1);
	EVP_MD_CTX_free(ctx);
	if (k->coordinate)
		len = ecdsa_plain(signature, len, k->coordinate);
	signature[len / 2] ^= spoil;
	writer_put(w, span_of(signature, len));
}

struct rd rd_rrsig(const struct testkey *k, const char *owner, uint16_t type, uint32_t ttl,
        const struct rd *rdatas, size_t count, const struct signing *how)
{
	static uint8_t to_sign[1 << 20];
	struct writer data = writer_over(to_sign, sizeof(to_sign));
	struct rd rd = { 0 };
	struct writer w = writer_over(rd.octets, RD_MAX);
	uint8_t signer[256], labels = how->labels ? how->labels : count_labels(owner);
	size_t signer_len = name_to_wire(how->signer ? how->signer : k->zone, signer);
	uint32_t original_ttl = how->original_ttl ? how->original_ttl : ttl;

	lower_octets(signer, signer_len);
	writer_u16(&w, how->covered ? how->covered : type);
	writer_u8(&w, how->algorithm ? how->algorithm : k->algorithm);
	writer_u8(&w, labels);
	writer_u32(&w, original_ttl);
	writer_u32(&w, how->expiration);
	writer_u32(&w, how->inception);
	writer_u16(&w, how->tag ? how->tag : testkey_tag(k));
	writer_put(&w, span_of(signer, signer_len));

	writer_put(&data, writer_span(&w));
	put_rrset(&data, owner, type, labels, original_ttl, rdatas, count);
	require(!data.full);
	put_signature(&w, k, writer_span(&data), how->is_spoilt);
	rd.len = w.len;
	return rd;
}
