/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The URI of a token (RFC 7512), as far as the keeper must know it: where the PIN comes from. Its
 * meaning to PKCS#11 is for the process that has the module. */
#ifndef KEEPER_VAULT_URI_H
#define KEEPER_VAULT_URI_H

#include <limits.h>
#include <stdbool.h>

#include "base/complaint.h"
#include "keeper/vault_key.h"

struct vault_uri {
	char text[VAULT_NAME_SIZE];  /* the whole URI; there is no secret in it */
	char shown[VAULT_NAME_SIZE]; /* without the query: what messages name */
	/* decoded: "file:/...", "/...", "credential:NAME"; or "" */
	char pin_source[VAULT_NAME_SIZE];
};

/* True if the text is a URI of PKCS#11, and not a directory. */
bool vault_uri_is(const char *text);

/* Reads the URI of a token. Returns false, with a complaint, if it is too long, has octets that no
 * URI has, names a key or no module, or contains a PIN: a configuration is read by more people than
 * a PIN is for. The complaint never repeats such a URI. */
bool vault_uri_read(struct vault_uri *uri, const char *text, struct complaint *why);

#endif
