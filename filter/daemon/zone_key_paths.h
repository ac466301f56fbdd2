/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths of a zone's key files in a directory, and what is wrong with one. */
#ifndef DAEMON_ZONE_KEY_PATHS_H
#define DAEMON_ZONE_KEY_PATHS_H

#include <limits.h>
#include <stdbool.h>

#include "base/complaint.h"
#include "keys/keypair.h"

#define ZONE_KEY_FILE_OCTETS (1u << 20) /* a key file is not longer */

/* Set a complaint about a file: with words, by errno, or because its path is too long. Return
 * -1. */
int zone_key_fail(struct complaint *error, const char *path, const char *what);
int zone_key_fail_errno(struct complaint *error, const char *path);
int zone_key_fail_path(struct complaint *error, const char *directory);

/* Write a path: of any file, of the zone's file with this ending, or of a key's. Return
 * false if the path is too long, or if the file would be in another directory. */
bool zone_key_path_in(char path[static PATH_MAX], const char *directory, const char *file);
bool zone_key_ending_path(char path[static PATH_MAX], const char *directory,
        const struct name *zone, const char *ending);
bool zone_key_path(char path[static PATH_MAX], const char *directory, const struct keypair *k,
        const char *ending);

/* Reads the private key of `k`. Returns 1; 0 if there is no such file; or -1 with a complaint. */
int zone_key_read_private(struct keypair *k, const char *directory, struct complaint *error);

#endif
