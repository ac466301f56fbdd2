/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault.h"

#include <stdio.h>
#include <stdlib.h>

#include "keeper/vault_files.h"
#include "keeper/vault_token.h"

struct vault {
	struct crypto *crypto;
	bool is_token;
	union {
		struct vault_token token;
		struct vault_files files;
	};
};

enum vault_fault vault_open(
        struct vault **vault, const struct vault_place *place, struct complaint *why)
{
	struct vault *v = calloc(1, sizeof(*v));
	struct crypto *crypto = v ? crypto_new() : NULL;

	*vault = NULL;
	if (!crypto) {
		free(v);
		complaint_no_memory(why);
		return VAULT_AWAY;
	}
	v->crypto = crypto;
	v->is_token = vault_uri_is(place->where);
	enum vault_fault fault = v->is_token ? vault_token_open(&v->token, place, why)
	                                     : vault_files_open(&v->files, place->where, why);
	if (fault == VAULT_GOOD) {
		*vault = v;
		return VAULT_GOOD;
	}
	crypto_free(crypto);
	free(v);
	return fault;
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	if (vault->is_token)
		vault_token_close(&vault->token);
	crypto_free(vault->crypto);
	free(vault);
}

void vault_make_is_done(struct vault *vault)
{
	if (vault->is_token)
		vault_intent_end(&vault->token.intents);
}

void vault_set_wait(struct vault *vault, const struct vault_wait *wait)
{
	if (vault->is_token)
		vault->token.session.wait = *wait;
}

/* What a token says of its keys need not be true. */
static enum vault_fault take_key(
        const struct vault_reply *reply, struct vault_key *key, struct complaint *why)
{
	struct pubkey *pubkey = pubkey_new(reply->key.algorithm, vault_key_public(&reply->key));

	if (!pubkey || !signkey_is_supported(reply->key.algorithm) || !reply->key.name[0]) {
		pubkey_free(pubkey);
		complaint_set(why, "the vault gave a malformed public key");
		return VAULT_BROKEN;
	}
	pubkey_free(pubkey);
	*key = reply->key;
	return VAULT_GOOD;
}

static enum vault_fault ask_for_key(struct vault *vault, const struct vault_request *request,
        struct vault_key *key, struct complaint *why)
{
	struct vault_reply reply;
	enum vault_fault fault = request->order == VAULT_ORDER_MAKE
	                                 ? vault_token_make(&vault->token, request, &reply, why)
	                                 : vault_token_do(&vault->token, request, &reply, why);

	return fault == VAULT_GOOD ? take_key(&reply, key, why) : fault;
}

/* Returns false, with a complaint, if the name is too long, or has octets that no message has. */
static bool set_name(struct vault_request *request, const char *name, struct complaint *why)
{
	int len = snprintf(request->name, sizeof(request->name), "%s", name);

	for (const char *at = name; *at; at++) {
		if (*at >= ' ' && *at <= '~')
			continue;
		complaint_set(why,
		        "the name of the key has an octet that is not printable ASCII: name it by "
		        "its id, such as id=%%01, or write %%XX: object=k%%C3%%B6nig");
		return false;
	}
	if (len < (int)sizeof(request->name))
		return true;
	complaint_set(why, "the name of the key is too long");
	return false;
}

enum vault_fault vault_list(
        struct vault *vault, unsigned number, struct vault_key *key, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_LIST, .number = (uint16_t)number };

	if (number >= VAULT_KEYS_MAX) {
		complaint_set(why, "the vault has more than %d keys", VAULT_KEYS_MAX);
		return VAULT_NO_KEY;
	}
	return vault->is_token ? ask_for_key(vault, &request, key, why)
	                       : vault_files_list(&vault->files, number, key, why);
}

enum vault_fault vault_find(
        struct vault *vault, const char *name, struct vault_key *key, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_FIND };

	if (!set_name(&request, name, why))
		return VAULT_NO_KEY;
	return vault->is_token ? ask_for_key(vault, &request, key, why)
	                       : vault_files_find(&vault->files, name, key, why);
}

enum vault_fault vault_make(struct vault *vault, uint8_t algorithm, const char *label,
        struct vault_key *key, struct complaint *why)
{
	struct vault_request request = { .order = VAULT_ORDER_MAKE, .algorithm = algorithm };

	if (!signkey_is_supported(algorithm)) {
		complaint_set(
		        why, "algorithm %u cannot sign zones here: 8, 13 and 15 can", algorithm);
		return VAULT_CANNOT;
	}
	if (!set_name(&request, label, why))
		return VAULT_SETTING;
	return vault->is_token ? ask_for_key(vault, &request, key, why)
	                       : vault_files_make(&vault->files, algorithm, label, key, why);
}

static enum vault_fault token_signature(struct vault *vault, const struct vault_key *key,
        struct span data, struct vault_signature *signature, struct complaint *why)
{
	struct vault_request request = {
		.order = VAULT_ORDER_SIGN, .algorithm = key->algorithm, .data = data
	};
	struct vault_reply reply;

	if (!set_name(&request, key->name, why))
		return VAULT_NO_KEY;
	enum vault_fault fault = vault_token_do(&vault->token, &request, &reply, why);
	if (fault == VAULT_GOOD) {
		signature->len = reply.signature_len;
		memcpy(signature->octets, reply.signature, reply.signature_len);
	}
	return fault;
}

/* A signature that does not verify must not leave the vault: with it a zone would be Bogus. */
static bool is_valid(struct vault *vault, const struct vault_key *key, struct span data,
        const struct vault_signature *signature)
{
	struct pubkey *pubkey = pubkey_new(key->algorithm, vault_key_public(key));
	bool valid = pubkey && pubkey_verify(vault->crypto, pubkey, data,
	                               span_of(signature->octets, signature->len));

	pubkey_free(pubkey);
	return valid;
}

enum vault_fault vault_sign(struct vault *vault, const struct vault_key *key, struct span data,
        struct vault_signature *signature, struct complaint *why)
{
	enum vault_fault fault;

	if (data.len == 0 || data.len > VAULT_DATA_MAX) {
		complaint_set(why, "%zu octets cannot be signed at once", data.len);
		return VAULT_CANNOT;
	}
	fault = vault->is_token
	                ? token_signature(vault, key, data, signature, why)
	                : vault_files_sign(&vault->files, vault->crypto, key, data, signature, why);
	if (fault != VAULT_GOOD || is_valid(vault, key, data, signature))
		return fault;
	complaint_set(why,
	        "the vault made a wrong signature with the key %s: the private key is not that of "
	        "the public key, or the token is defective",
	        key->name);
	return VAULT_BROKEN;
}

bool vault_key_pair(
        const struct vault_key *key, const struct name *zone, uint16_t flags, struct keypair *pair)
{
	uint8_t rdata[sizeof(pair->rdata)];
	struct writer w = writer_over(rdata, sizeof(rdata));

	writer_u16(&w, flags);
	writer_u8(&w, DNSKEY_PROTOCOL);
	writer_u8(&w, key->algorithm);
	writer_put(&w, vault_key_public(key));
	return !w.full && keypair_from_rdata(pair, zone, writer_span(&w));
}
