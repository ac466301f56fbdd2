/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a PIN that a token refused. A token counts wrong PINs and locks itself after a few, so a refused PIN is
 * never tried again: not by the next process that has the module, and not by the next keeper. The memory lies in a
 * file of mode 0600, as a salted fingerprint. It ends when the PIN becomes another one, or when somebody removes
 * the file. */
#ifndef KEEPER_VAULT_REFUSED_H
#define KEEPER_VAULT_REFUSED_H

#include "keeper/vault_pin.h"

#define VAULT_REFUSED_OCTETS 32

struct vault_refused {
	const char *path; /* of the file, borrowed; NULL: only this process remembers */
	bool is_set;
	uint8_t salt[16], mark[VAULT_REFUSED_OCTETS];
};

/* Reads what the file at `path` remembers. */
void vault_refused_init(struct vault_refused *refused, const char *path);

/* True if the token with this URI refused this PIN. If the file was removed, the memory is over. */
bool vault_refused_is(struct vault_refused *refused, const char *uri, const struct vault_pin *pin);

/* Remembers. Returns 0, or -errno if the file could not be written: then only this process remembers. */
int vault_refused_set(struct vault_refused *refused, const char *uri, const struct vault_pin *pin);

/* Forgets, because another PIN was taken. */
void vault_refused_clear(struct vault_refused *refused);

#endif
