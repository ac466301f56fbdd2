/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The response as octets. Private to sign/. */
#ifndef SIGN_SIGN_WRITE_H
#define SIGN_SIGN_WRITE_H

#include "sign/signer_private.h"

/* The most octets that it may have. */
size_t room_of_answer(const struct sign_job *job);

/* Writes the items as the response. Returns false when they do not fit what the client takes. */
bool write_items(struct sign_job *job, const struct ending *e, struct writer *out);

/* Writes a response without records. `ede` is an Extended DNS Error (RFC 8914) or EDE_NONE, and
 * `text` its words or "". */
void write_empty(struct sign_job *job, unsigned rcode, uint16_t flags, int ede, const char *text,
        struct writer *out);

#endif
