/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key files as BIND's dnssec-keygen writes and reads them: Kzone.+013+12345.key with the DNSKEY
 * record, .private with the private half ("Private-key-format: v1.3"). Text in, text out. */
#ifndef KEYS_KEY_TEXT_H
#define KEYS_KEY_TEXT_H

#include "base/complaint.h"
#include "keys/keypair.h"

#define KEY_NAME_SIZE (NAME_TEXT_SIZE + 16)

/* Writes the name of a key's files without their endings, such as "Kexample.org.+013+12345". */
const char *key_name(const struct keypair *k, char text[static KEY_NAME_SIZE]);

/* Return the text of a file on the heap, or NULL when memory is short. `now_s` is written down as
 * the time from which the key serves. key_text_free() wipes before it frees. */
char *key_text_public(const struct keypair *k, int64_t now_s);
char *key_text_private(const struct keypair *k, int64_t now_s);
void key_text_free(char *text);

/* Reads the private half that belongs to `k`, which has none. Returns false, with the path and what
 * is wrong in `error`, when it is malformed or belongs to another key. */
bool key_text_read_private(
        struct keypair *k, const char *text, const char *path, struct complaint *error);

#endif
