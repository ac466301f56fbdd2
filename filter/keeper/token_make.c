/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/token_make.h"

#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "keeper/token_error.h"
#include "keeper/token_keys.h"
#include "keeper/vault_public.h"

#define RSA_NEW_BITS 2048

static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

#define FLAG(type, value)                                                                          \
	{                                                                                          \
		type, &(value), sizeof(value)                                                      \
	}
#define OCTETS(type, span)                                                                         \
	{                                                                                          \
		type, (void *)(uintptr_t)(span).base, (span).len                                   \
	}

static CK_MECHANISM_TYPE mechanism_for(uint8_t algorithm)
{
	switch (algorithm) {
	case ALGORITHM_RSASHA256:
		return CKM_RSA_PKCS_KEY_PAIR_GEN;
	case ALGORITHM_ECDSAP256:
		return CKM_EC_KEY_PAIR_GEN;
	default:
		return CKM_EC_EDWARDS_KEY_PAIR_GEN;
	}
}

/* Makes the pair in a session that may write. */
static CK_RV make_pair(struct token *token, CK_SESSION_HANDLE session, uint8_t algorithm,
        struct span label, struct span id)
{
	CK_MECHANISM mechanism = { mechanism_for(algorithm), NULL, 0 };
	CK_ULONG bits = RSA_NEW_BITS;
	CK_OBJECT_HANDLE public, private;
	const uint8_t exponent[] = { 1, 0, 1 };
	struct span params =
	        algorithm == ALGORITHM_ED25519 ? vault_params_ed25519 : vault_params_p256;
	CK_ATTRIBUTE public_template[6] = { FLAG(CKA_TOKEN, yes), FLAG(CKA_VERIFY, yes),
		OCTETS(CKA_LABEL, label), OCTETS(CKA_ID, id), OCTETS(CKA_EC_PARAMS, params) };
	CK_ATTRIBUTE private_template[] = { FLAG(CKA_TOKEN, yes), FLAG(CKA_PRIVATE, yes),
		FLAG(CKA_SENSITIVE, yes), FLAG(CKA_EXTRACTABLE, no), FLAG(CKA_SIGN, yes),
		OCTETS(CKA_LABEL, label), OCTETS(CKA_ID, id) };
	CK_ULONG public_count = 5;

	if (algorithm == ALGORITHM_RSASHA256) {
		public_template[4] = (CK_ATTRIBUTE)FLAG(CKA_MODULUS_BITS, bits);
		public_template[5] = (CK_ATTRIBUTE){ CKA_PUBLIC_EXPONENT,
			(void *)(uintptr_t)exponent, sizeof(exponent) };
		public_count = 6;
	}
	return token->module->C_GenerateKeyPair(session, &mechanism, public_template, public_count,
	        private_template, sizeof(private_template) / sizeof(private_template[0]), &public,
	        &private);
}

/* Makes the pair unless the token is read-only. Returns false with fault and reason. */
static bool make_new_key(
        struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	CK_SESSION_HANDLE session;

	if (token->info.flags & CKF_WRITE_PROTECTED) {
		token_refuse(
		        reply, VAULT_READ_ONLY, "the token is read-only: no key can be made on it");
		return false;
	}
	CK_RV value = token->module->C_OpenSession(
	        token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
	if (value != CKR_OK) {
		token_fail(reply, value, "the token opened no session that may write");
		return false;
	}
	value = make_pair(token, session, request->algorithm,
	        span_of(request->name, strlen(request->name)), request->data);
	token->module->C_CloseSession(session);
	if (value != CKR_OK)
		token_fail(reply, value, "the token made no key");
	return value == CKR_OK;
}

static bool is_plain_label(const char *label)
{
	struct token_name name;

	return token_name_read(&name, label) && name.id_len == 0 && name.label_len == strlen(label);
}

void token_make(struct token *token, const struct vault_request *request, struct vault_reply *reply)
{
	struct token_name made = { .id_len = request->data.len };
	char hex[2 * VAULT_ID_OCTETS + 1], name[3 * VAULT_ID_OCTETS + 8] = "id=";

	if (!is_plain_label(request->name) || request->data.len != VAULT_ID_OCTETS) {
		token_refuse(reply, VAULT_SETTING,
		        "a new key needs a label of at most %d octets, which does not begin with "
		        "object= or id=",
		        TOKEN_NAME_OCTETS);
		return;
	}
	memcpy(made.id, request->data.base, request->data.len);
	int count = token_count(token, &made, reply); /* of an earlier try whose answer was lost */
	if (count < 0 || (count == 0 && !make_new_key(token, request, reply)))
		return;
	hex_encode(request->data, hex);
	for (size_t i = 0; i < VAULT_ID_OCTETS; i++)
		snprintf(name + 3 + 3 * i, 4, "%%%.2s", hex + 2 * i);
	token_find(token, name, reply);
}
