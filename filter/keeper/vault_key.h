/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key in a vault, as seen from outside: how it is named, and its public key. It has no owner: one
 * KSK may serve many zones, and its tag follows from flags, algorithm and public key alone (RFC
 * 4034, appendix B). */
#ifndef KEEPER_VAULT_KEY_H
#define KEEPER_VAULT_KEY_H

#include "crypto/signkey.h"

#define VAULT_NAME_SIZE 1200  /* of the name of a key, and of a vault; with the terminating zero */
#define VAULT_DATA_MAX  65535 /* octets that are signed at once; a DNSKEY RRset is shorter */
#define VAULT_KEYS_MAX  1024  /* keys of one vault that are looked at */

struct vault_key {
	/* Finds the same key again: "Kexample.org.+013+12345" in a directory, "object=ksk;id=%01"
	 * on a token (the path attributes of RFC 7512). */
	char name[VAULT_NAME_SIZE];
	uint8_t algorithm;
	size_t public_len;
	uint8_t public_octets[PUBLIC_KEY_MAX_OCTETS]; /* the public key field of a DNSKEY */
};

static inline struct span vault_key_public(const struct vault_key *key)
{
	return span_of(key->public_octets, key->public_len);
}

#endif
