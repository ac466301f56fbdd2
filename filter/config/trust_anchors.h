/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of trust anchors that the configuration names, such as Debian's root.key. */
#ifndef CONFIG_TRUST_ANCHORS_H
#define CONFIG_TRUST_ANCHORS_H

#include "base/complaint.h"
#include "trust/anchor.h"

#define TRUST_ANCHORS_MAX (1u << 20) /* octets of the file */

/* Reads the file and parses it with anchors_parse(). Returns NULL, and says why in `error`, if the
 * file cannot be read or parsed. The caller frees the result with anchors_free(). */
struct anchors *trust_anchors_load(const char *path, struct complaint *error);

#endif
