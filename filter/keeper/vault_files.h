/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vault that is a directory: BIND's key files, whose private halves only this user may read. A
 * private key is in memory only while it signs. The calls are those of vault.h. Private to
 * keeper/vault. */
#ifndef KEEPER_VAULT_FILES_H
#define KEEPER_VAULT_FILES_H

#include <limits.h>

#include "keeper/vault.h"

struct vault_files {
	char directory[PATH_MAX];
};

enum vault_fault vault_files_open(
        struct vault_files *files, const char *directory, struct complaint *why);

/* Only KSKs are found: ZSKs of the hand-made kind may lie in the same directory. */
enum vault_fault vault_files_list(const struct vault_files *files, unsigned number,
        struct vault_key *key, struct complaint *why);
enum vault_fault vault_files_find(const struct vault_files *files, const char *name,
        struct vault_key *key, struct complaint *why);
enum vault_fault vault_files_make(const struct vault_files *files, uint8_t algorithm,
        const char *zone, struct vault_key *key, struct complaint *why);
enum vault_fault vault_files_sign(const struct vault_files *files, struct crypto *crypto,
        const struct vault_key *key, struct span data, struct vault_signature *signature,
        struct complaint *why);

#endif
