/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate keys import ZONE FILE.private...` brings the keys of a zone that is signed elsewhere to
 * the keeper, `sealgate keys import ZONE FILE.timeline` those of a zone whose state was lost, and
 * `sealgate keys export ZONE --to DIR` writes them as BIND's key files. */
#ifndef CMD_KEYS_IMPORT_H
#define CMD_KEYS_IMPORT_H

#include "cmd/command.h"
#include "wire/name.h"

struct keys_moving {
	const struct name *zone;
	const char *config; /* the path of the configuration; NULL: the default */
	char *const *files; /* of an import: K*.private or K*.key */
	unsigned file_count;
	const char *to; /* of an export: a directory */
};

/* Return EXIT_NO after a message if nothing was imported, or not all exported; EXIT_USAGE if the
 * configuration is wrong. */
enum exit_code keys_import_pairs(const struct keys_moving *moving);
enum exit_code keys_export_pairs(const struct keys_moving *moving);

/* Makes the state of a zone anew of its timeline, the one file of the import. Returns the same. */
enum exit_code keys_import_timeline(const struct keys_moving *moving);

/* True if the name is that of a file of a key pair; of a timeline. */
bool keys_is_pair(const char *file);
bool keys_is_timeline(const char *file);

#endif
