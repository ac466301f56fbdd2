/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of keys and their signatures as text. */
#ifndef KEYS_RECORD_WRITE_H
#define KEYS_RECORD_WRITE_H

#include "keys/record_text.h"

/* Writes that of a CDS or DS as text, without owner and type. */
void key_ds_write(FILE *out, struct span rdata);

/* Write one record and the end of its line. */
void key_record_write(
        FILE *out, const struct name *owner, uint32_t ttl_s, uint16_t type, struct span rdata);
void key_rrsig_write(FILE *out, const struct name *owner, uint32_t ttl_s, struct span rdata);

#endif
