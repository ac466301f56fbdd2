/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/crypto.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/verified.h"

struct crypto *crypto_new(void)
{
	struct crypto *c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->hasher = EVP_MD_CTX_new();
	c->message = EVP_MD_CTX_new();
	bool is_complete = c->hasher && c->message &&
	                   table_init(&c->verified, VERIFIED_OCTETS, VERIFIED_MAX) == 0;
	for (unsigned h = 0; h < HASH_COUNT; h++) {
		c->digests[h] = EVP_MD_fetch(NULL, hash_name(h), NULL);
		is_complete = is_complete && c->digests[h];
	}
	if (!is_complete) {
		ERR_clear_error();
		crypto_free(c);
		return NULL;
	}
	return c;
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	for (unsigned h = 0; h < HASH_COUNT; h++)
		EVP_MD_free(c->digests[h]);
	for (unsigned i = 0; i < SIGNERS; i++)
		EVP_PKEY_CTX_free(c->signers[i]);
	table_fini(&c->verified);
	EVP_MD_CTX_free(c->hasher);
	EVP_MD_CTX_free(c->message);
	free(c);
}

uint64_t crypto_work(const struct crypto *c)
{
	return c->work;
}

void crypto_forget(struct crypto *c)
{
	void *oldest;

	while ((oldest = table_oldest(&c->verified)))
		table_remove(&c->verified, oldest);
}
