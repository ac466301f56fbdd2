/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of PINs that a token did not take. A token counts wrong PINs and locks itself after a
 * few, so such a PIN is never tried again: not by the next process that has the module, and not by
 * the next keeper. A PIN is remembered before it is tried, so a login that hangs or crashes counts
 * too. The memory lies in a file of mode 0600, as salted fingerprints, and fails closed: without a
 * file that can be read and written, no PIN is tried. It ends for a token when the token takes a
 * PIN, and for all when somebody removes the file. */
#ifndef KEEPER_VAULT_REFUSED_H
#define KEEPER_VAULT_REFUSED_H

#include <limits.h>

#include "base/keyedhash.h"
#include "keeper/vault_fault.h"
#include "keeper/vault_pin.h"

#define VAULT_MARKS_MAX 8 /* the oldest one gives way */

/* A PIN at a token. Does not contain the PIN. */
struct vault_mark {
	uint8_t salt[16], token[FINGERPRINT_OCTETS], pin[FINGERPRINT_OCTETS];
	enum vault_fault fault; /* VAULT_PIN_WRONG, VAULT_PIN_LOCKED or VAULT_PIN_DOUBT */
};

struct vault_refused {
	char path[PATH_MAX]; /* of the file; "": only this process remembers */
	bool is_unsaved;     /* the file could not be written */
	unsigned count;
	struct vault_mark marks[VAULT_MARKS_MAX]; /* the newest first */
};

/* Makes the mark of a PIN at the token that `token` names. Returns false if there is no random
 * source. */
bool vault_mark_make(struct vault_mark *mark, const char *token, const struct vault_pin *pin);

bool vault_mark_is_of(
        const struct vault_mark *mark, const char *token, const struct vault_pin *pin);

/* NULL: only this process remembers. */
void vault_refused_init(struct vault_refused *refused, const char *path);

/* Returns VAULT_GOOD if this PIN may be tried at this token; the fault of its mark, without a
 * complaint; or VAULT_SETTING with a complaint if the file cannot be read, or is damaged. */
enum vault_fault vault_refused_look(struct vault_refused *refused, const char *token,
        const struct vault_pin *pin, struct complaint *why);

/* Remembers a PIN that is about to be tried, as VAULT_PIN_DOUBT. Returns 0, or -errno if the file
 * could not be written: then nothing is remembered, and the PIN must not be tried. */
int vault_refused_begin(struct vault_refused *refused, const struct vault_mark *mark);

/* Remembers what became of it. If the file cannot be written, this process remembers. */
void vault_refused_set(
        struct vault_refused *refused, const struct vault_mark *mark, enum vault_fault fault);

/* Forgets one mark, because the PIN did not come to be tried; or all marks of a token, because it
 * took a PIN. */
void vault_refused_drop(struct vault_refused *refused, const struct vault_mark *mark);
void vault_refused_forget(struct vault_refused *refused, const char *token);

#endif
