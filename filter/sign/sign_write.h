/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the answer. Private to sign/. */
#ifndef SIGN_SIGN_WRITE_H
#define SIGN_SIGN_WRITE_H

#include "sign/signer_private.h"

/* Returns how many octets the answer may have. */
size_t room_of_answer(const struct sign_job *job);

/* Writes the records of the job. Returns false if they do not fit. */
bool write_items(struct sign_job *job, const struct ending *e, struct writer *out);

/* Writes an answer without records. `ede` is an Extended DNS Error (RFC 8914) or EDE_NONE; `text`
 * is its text or "". */
void write_empty(struct sign_job *job, unsigned rcode, uint16_t flags, int ede, const char *text,
        struct writer *out);

#endif
