/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key files in the format of BIND's dnssec-keygen: Kzone.+013+12345.key has the DNSKEY record,
 * Kzone.+013+12345.private the private key ("Private-key-format: v1.3"). Text in, text out. */
#ifndef KEYS_KEY_TEXT_H
#define KEYS_KEY_TEXT_H

#include "base/complaint.h"
#include "keys/keypair.h"

#define KEY_NAME_SIZE (NAME_TEXT_SIZE + 16)

/* Writes the name of a key's files without suffix, such as "Kexample.org.+013+12345". Returns
 * `text`. */
const char *key_name(const struct keypair *k, char text[static KEY_NAME_SIZE]);

/* Return the text of the .key and the .private file on the heap, or NULL if memory is short. The
 * files say that the key was created, published and activated at `now_s`; or what `times` has.
 * key_text_free() wipes the text before it frees it. */
char *key_text_public(const struct keypair *k, int64_t now_s);
char *key_text_private(const struct keypair *k, int64_t now_s);
char *key_text_public_timed(const struct keypair *k, const struct key_times *times);
char *key_text_private_timed(const struct keypair *k, const struct key_times *times);
void key_text_free(char *text);

/* Reads the private key that belongs to `k`, which has none yet, from the text of the file `path`.
 * Returns false if it is malformed or belongs to another key; then `error` has the path and the
 * fault. */
bool key_text_read_private(
        struct keypair *k, const char *text, const char *path, struct complaint *error);

#endif
