/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys on a token: private keys that sign, and the public keys that belong to them. */
#ifndef KEEPER_TOKEN_KEYS_H
#define KEEPER_TOKEN_KEYS_H

#include "keeper/token.h"

#define TOKEN_NAME_OCTETS 256 /* of a label or an id; a longer one names nothing */

/* The name of an object: its label, its id, or both. */
struct token_name {
	size_t label_len, id_len; /* 0: it has none, or it does not count */
	uint8_t label[TOKEN_NAME_OCTETS], id[TOKEN_NAME_OCTETS];
};

/* Reads a name: "object=ksk;id=%01", "id=%01" or a plain label. Returns false if it is malformed,
 * has a part that is longer, or any other part. */
bool token_name_read(struct token_name *name, const char *text);

/* Find the key with a number (VAULT_NO_KEY after the last), or by its name, and set `reply->key`;
 * or set fault and reason. Keys without label and id, and those that cannot sign zones, are left
 * out of the numbers. */
void token_list(struct token *token, unsigned number, struct vault_reply *reply);
void token_find(struct token *token, const char *name, struct vault_reply *reply);

/* Returns how many private keys have this name, or -1 with fault and reason. */
int token_count(struct token *token, const struct token_name *name, struct vault_reply *reply);

/* Returns where the private key of this name lies, or NULL with fault and reason. The token keeps
 * it. */
const struct token_handle *token_handle_of(
        struct token *token, const char *name, struct vault_reply *reply);

#endif
