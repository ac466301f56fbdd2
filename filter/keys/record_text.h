/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key records in presentation format (RFC 1035, 5.1), one a line: DNSKEY, CDS, CDNSKEY and their
 * RRSIGs. BIND's .key files have them, and so has the file of pre-made signatures. Text in, text
 * out. */
#ifndef KEYS_RECORD_TEXT_H
#define KEYS_RECORD_TEXT_H

#include <stdio.h>

#include "base/complaint.h"
#include "base/writer.h"
#include "dnssec/presigned.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* The records of one zone. */
struct key_records {
	struct name owner; /* of all records */
	struct presigned dnskey, cds, cdnskey;
	uint8_t *octets; /* RDATA, from which the sets borrow; owned, as their arrays are */
};

/* Reads the text of the file `path`. Returns false if it is malformed; then `error` has the path,
 * the line and the fault. After true, call key_records_fini() to free the memory. */
bool key_records_read(
        struct key_records *r, const char *text, const char *path, struct complaint *error);
void key_records_fini(struct key_records *r);

/* Reads the RDATA of a DNSKEY, CDNSKEY, CDS or DS in presentation format (three numbers, then the
 * key or digest) and writes it to `out`. Overwrites `text`. Returns NULL, or the fault. */
const char *key_rdata_read(uint16_t type, char *text, struct writer *out);

/* True if the type ends in a digest (hexadecimal), false if it ends in a key (base64). */
static inline bool key_record_is_digest(uint16_t type)
{
	return type == TYPE_CDS || type == TYPE_DS;
}

#endif
