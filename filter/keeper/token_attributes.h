/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of objects on a token. What an object lacks, or does not show, reads as nothing. */
#ifndef KEEPER_TOKEN_ATTRIBUTES_H
#define KEEPER_TOKEN_ATTRIBUTES_H

#include "keeper/token.h"

/* Objects that were found. */
struct token_found {
	unsigned count;
	CK_OBJECT_HANDLE object[VAULT_KEYS_MAX];
};

/* Returns the length of an attribute's octets; 0 if they do not fit. */
size_t token_octets(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
        uint8_t *out, size_t capacity);

bool token_flag(struct token *token, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

/* Sets algorithm and public key of `key` from a public key, or from a private key that shows it. Returns false if it
 * is none that signs zones. */
bool token_public_read(struct token *token, CK_OBJECT_HANDLE object, struct vault_key *key);

#endif
