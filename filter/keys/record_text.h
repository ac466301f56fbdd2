/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of keys in presentation format (RFC 1035, 5.1), one on each line: DNSKEY, CDS,
 * CDNSKEY and their RRSIGs. What BIND's .key files hold, and the file of the RRsets that the KSK
 * signed. Text in, text out. */
#ifndef KEYS_RECORD_TEXT_H
#define KEYS_RECORD_TEXT_H

#include <stdio.h>

#include "base/complaint.h"
#include "base/writer.h"
#include "dnssec/presigned.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* What is read. */
struct key_records {
	struct name owner; /* of all of them */
	struct presigned dnskey, cds, cdnskey;
	uint8_t *octets; /* what the sets borrow from; owned */
};

/* Reads such a text. Returns false, with the path, the line and what is wrong in `error`. Where it
 * returns true, key_records_fini() gives the memory back. */
bool key_records_read(
        struct key_records *r, const char *text, const char *path, struct complaint *error);
void key_records_fini(struct key_records *r);

/* Writes the RDATA of a DNSKEY, CDNSKEY, CDS or DS to `out`, out of its presentation format without
 * owner and type, which is written over: three numbers, and octets. Returns NULL, or what is wrong
 * with it. */
const char *key_rdata_read(uint16_t type, char *text, struct writer *out);

/* True for those that end in a digest, which is hexadecimal, and not in a key, which is base64. */
static inline bool key_record_is_digest(uint16_t type)
{
	return type == TYPE_CDS || type == TYPE_DS;
}

#endif
