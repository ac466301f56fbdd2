/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes key records and their signatures as text. */
#ifndef KEYS_RECORD_WRITE_H
#define KEYS_RECORD_WRITE_H

#include "keys/record_text.h"

/* Writes the RDATA of a CDS or DS, without a line end. */
void key_ds_write(FILE *out, struct span rdata);

/* Write one record as a line. */
void key_record_write(
        FILE *out, const struct name *owner, uint32_t ttl_s, uint16_t type, struct span rdata);
void key_rrsig_write(FILE *out, const struct name *owner, uint32_t ttl_s, struct span rdata);

#endif
