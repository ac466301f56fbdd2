/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session with a PKCS#11 token, in the program sealgate-vault, the only one that loads PKCS#11
 * modules. The program never recovers from a lost session: it says so, and the keeper starts a new
 * one, where nothing of the old is left. */
#ifndef KEEPER_TOKEN_H
#define KEEPER_TOKEN_H

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#include "crypto/crypto.h"
#include "keeper/vault_message.h"
#include "keeper/vault_pin.h"

#define TOKEN_HANDLES 64 /* keys whose handles are remembered */

/* Where a key lies in this session. */
struct token_handle {
	char name[VAULT_NAME_SIZE];
	CK_OBJECT_HANDLE key;
	bool wants_pin; /* for each signature (CKA_ALWAYS_AUTHENTICATE) */
};

struct token {
	CK_FUNCTION_LIST *module; /* that was started; NULL: none */
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;
	struct vault_pin pin;
	bool is_ready; /* logged in, or the token needs no login */
	struct crypto *crypto;
	unsigned handles, next_handle;
	struct token_handle handle[TOKEN_HANDLES];
};

#endif
