/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which key a token is to make, noted before it is asked. Whatever becomes of the order, an answer
 * that is lost or a crash, the same order has the same id again, and the token finds the key that
 * it made then. Tokens are small.
 *
 * A note is a file beside the keys, with the id: Kexample.org.+013.making, or
 * Ksealgate-shared-ksk+013.making for a KSK that zones share. It goes when the caller has noted the
 * key itself. Private to keeper/vault. */
#ifndef KEEPER_VAULT_INTENT_H
#define KEEPER_VAULT_INTENT_H

#include "keeper/vault_message.h"

struct vault_intent {
	uint8_t algorithm;
	char label[VAULT_NAME_SIZE];
	uint8_t id[VAULT_ID_OCTETS];
};

struct vault_intents {
	/* of the notes, borrowed; NULL: this process alone remembers the last one */
	const char *directory;
	struct vault_intent last; /* without a label before the first one */
	bool is_pending;          /* without a directory: no key came for the last one yet */
};

/* Returns the id of the key that is to be made, and notes it: that of an equal order before which
 * did not end, or a new one. NULL with a complaint if the note cannot be written. */
const uint8_t *vault_intent_begin(
        struct vault_intents *intents, uint8_t algorithm, const char *label, struct complaint *why);

/* Ends the last order: its note goes, and the next order is for another key. */
void vault_intent_end(struct vault_intents *intents);

#endif
