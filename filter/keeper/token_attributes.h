/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of objects on a token. An attribute that an object lacks, or does not show, reads as
 * nothing. A module that fails at reading says nothing about the object: ask `failure` once, after
 * the reads. */
#ifndef KEEPER_TOKEN_ATTRIBUTES_H
#define KEEPER_TOKEN_ATTRIBUTES_H

#include "keeper/token.h"

/* Objects that were found. */
struct token_found {
	unsigned count;
	CK_OBJECT_HANDLE object[VAULT_KEYS_MAX];
};

/* Reads of one object. After a failure, every later read gives nothing. */
struct token_reading {
	struct token *token;
	CK_OBJECT_HANDLE object;
	CK_RV failure; /* CKR_OK: none so far */
};

/* Returns the length of an attribute's octets; 0 if there are none, or more than fit. */
size_t token_octets(
        struct token_reading *reading, CK_ATTRIBUTE_TYPE type, uint8_t *out, size_t capacity);

bool token_flag(struct token_reading *reading, CK_ATTRIBUTE_TYPE type);

/* Sets algorithm and public key of `key` from a public key, or from a private key that shows it.
 * Returns false if it is none that signs zones. */
bool token_public_read(struct token_reading *reading, struct vault_key *key);

#endif
