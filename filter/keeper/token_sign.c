/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_sign.h"

#include <string.h>

#include "keeper/token_error.h"
#include "keeper/token_keys.h"
#include "keeper/token_login.h"

/* The octets before a SHA-256 hash in a signature of RSA (RFC 8017, 9.2). */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };

/* An order for a token: a mechanism, and the octets for it. */
struct token_work {
	CK_MECHANISM mechanism;
	const uint8_t *data;
	size_t len;
	uint8_t prepared[sizeof(digest_info) + DIGEST_MAX_OCTETS];
};

static bool can_sign_with(struct token *token, CK_MECHANISM_TYPE mechanism)
{
	CK_MECHANISM_INFO info;

	return token->module->C_GetMechanismInfo(token->slot, mechanism, &info) == CKR_OK &&
	       (info.flags & CKF_SIGN);
}

/* Hashes here: few tokens hash for ECDSA, and old ones not for RSA. Returns false if OpenSSL
 * fails. */
static bool prepare_hash(
        struct token *token, struct token_work *work, struct span data, bool is_rsa)
{
	size_t prefix = is_rsa ? sizeof(digest_info) : 0;

	memcpy(work->prepared, digest_info, prefix);
	size_t hashed = digest_compute(
	        token->crypto, DIGEST_SHA256, data, span_of(NULL, 0), work->prepared + prefix);
	work->data = work->prepared;
	work->len = prefix + hashed;
	return hashed > 0;
}

/* Ed25519 takes the message itself (RFC 8080), and so does RSA where the token hashes. ECDSA gives
 * r and s, each of 32 octets, which is the form of an RRSIG's (RFC 6605, 4). */
static bool prepare_work(
        struct token *token, struct token_work *work, uint8_t algorithm, struct span data)
{
	work->data = data.base;
	work->len = data.len;
	switch (algorithm) {
	case ALGORITHM_ED25519:
		work->mechanism.mechanism = CKM_EDDSA;
		return true;
	case ALGORITHM_RSASHA256:
		work->mechanism.mechanism = CKM_SHA256_RSA_PKCS;
		if (can_sign_with(token, CKM_SHA256_RSA_PKCS))
			return true;
		work->mechanism.mechanism = CKM_RSA_PKCS;
		return prepare_hash(token, work, data, true);
	case ALGORITHM_ECDSAP256:
		work->mechanism.mechanism = CKM_ECDSA;
		return prepare_hash(token, work, data, false);
	default:
		return false;
	}
}

void token_sign(struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	struct token_work work = { .mechanism = { 0, NULL, 0 } };
	const struct token_handle *key = token_handle_of(token, request->name, reply);
	CK_ULONG len = sizeof(reply->signature);
	CK_RV value;

	if (!key)
		return;
	if (!prepare_work(token, &work, request->algorithm, request->data)) {
		token_refuse(
		        reply, VAULT_CANNOT, "algorithm %u cannot sign here", request->algorithm);
		return;
	}
	value = token->module->C_SignInit(token->session, &work.mechanism, key->key);
	/* it is asked for with each signature, so a wrong PIN would count each time: the keeper
	 * stops at the first */
	if (value == CKR_OK && key->wants_pin) {
		value = token->module->C_Login(token->session, CKU_CONTEXT_SPECIFIC,
		        token->pin.len ? token->pin.octets : NULL, token->pin.len);
		if (value != CKR_OK) {
			token_login_fail(reply, value,
			        "the key wants the PIN for each signature, and the token refused "
			        "it");
			return;
		}
	}
	if (value == CKR_OK)
		value = token->module->C_Sign(token->session, (CK_BYTE_PTR)(uintptr_t)work.data,
		        work.len, reply->signature, &len);
	if (value == CKR_OK && len <= sizeof(reply->signature))
		reply->signature_len = len;
	else
		token_fail(reply, value, "the token made no signature");
}
