/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the file of a timeline (docs/timeline.md), which timeline_write.h writes. */
#ifndef KEYS_TIMELINE_TEXT_H
#define KEYS_TIMELINE_TEXT_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/timeline.h"

#define TIMELINE_TEXT_OCTETS (1u << 20) /* a file is not longer */

/* Reads the text of the file `path`. Returns false if it is damaged, cut short or malformed; then
 * `error` has the path, the line and the fault, and nothing of the file is used. After true, call
 * timeline_fini(). It does not look at signatures, nor whether keys fit together: timeline_check()
 * does. */
bool timeline_read(struct timeline *t, struct crypto *crypto, const char *text, const char *path,
        struct complaint *error);

#endif
