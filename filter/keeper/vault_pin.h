/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PIN of a token: from a file or a credential of systemd, never from a command line, the
 * environment or the configuration; and the memory of a PIN that the token refused. */
#ifndef KEEPER_VAULT_PIN_H
#define KEEPER_VAULT_PIN_H

#include "base/complaint.h"
#include "base/span.h"

#define VAULT_PIN_OCTETS 255

struct vault_pin {
	size_t len; /* 0: there is none */
	uint8_t octets[VAULT_PIN_OCTETS];
};

/* Reads the PIN from "file:/path", "/path" or "credential:NAME" (a file in $CREDENTIALS_DIRECTORY);
 * "" is no PIN. A line end behind it is not part of it. Returns false, with a complaint, if there
 * is no such file, or if a file is not this user's or root's, or others than its owner may read it;
 * credentials are guarded by systemd. The caller wipes the PIN with vault_pin_wipe(). */
bool vault_pin_read(struct vault_pin *pin, const char *source, struct complaint *why);
void vault_pin_wipe(struct vault_pin *pin);

static inline struct span vault_pin_span(const struct vault_pin *pin)
{
	return span_of(pin->octets, pin->len);
}

#endif
