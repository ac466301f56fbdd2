/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a kept zone as BIND's key files, with times that BIND obeys: for a zone that is to be
 * signed elsewhere, and for who keeps a copy. */
#ifndef KEEPER_KEY_EXPORT_H
#define KEEPER_KEY_EXPORT_H

#include "keeper/kept_zone.h"
#include "keys/keypair.h"
#include "keys/key_story.h"

/* Borrows everything. */
struct key_export {
	const char *directory; /* where the files are to be */
	const char *material;  /* where the keeper has its files */
	/* where the private halves of KSKs are; NULL: in a token, and stay there */
	const char *vault_directory;
	const struct key_story *story; /* of the zone, from its state */
	void (*told)(void *context, const struct keypair *key, bool has_private);
	void *context;
};

/* Writes K*.key and K*.private (mode 0600) of each key of the state that some resolver may have, or
 * that is to come. Never overwrites a file. Returns how many keys were written, or -1 with a
 * complaint. */
int key_export(const struct key_export *e, struct complaint *error);

/* The times of a key by what it did and will do. */
struct key_times key_export_times(const struct key_story *story, unsigned key);

#endif
