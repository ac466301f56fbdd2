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
#include "keys/key_line.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* The records of one zone. */
struct key_records {
	struct name owner; /* of all records */
	bool has_owner;    /* it is known: from the caller, or from the first record */
	struct presigned dnskey, cds, cdnskey;
	struct presigned ds;  /* what the parent should have; never signed here */
	bool takes_ds;        /* DS records are allowed */
	struct writer octets; /* RDATA, from which the sets borrow; owned, as their arrays are */
};

/* Reads the text of the file `path`. Returns false if it is malformed; then `error` has the path,
 * the line and the fault. After true, call key_records_fini() to free the memory. */
bool key_records_read(
        struct key_records *r, const char *text, const char *path, struct complaint *error);
void key_records_fini(struct key_records *r);

/* For a file that has more than records: makes empty records with room for those of at most
 * `text_octets` octets of text, as RDATA is never longer than its text. With an `owner`, all
 * records must have it; without one (NULL), that of the first. Returns false if memory is short.
 * Call key_records_fini() in any case. */
bool key_records_init(struct key_records *r, const struct name *owner, size_t text_octets);

/* Adds the record of one line, if there is one; what follows a ";" does not count. Overwrites the
 * line. Returns false with a complaint if the line is malformed, or if there is no room. */
bool key_records_add(struct key_records *r, const struct key_line *line, struct complaint *error);

/* Reads the RDATA of a DNSKEY, CDNSKEY, CDS or DS in presentation format (three numbers, then the
 * key or digest) and writes it to `out`. Overwrites `text`. Returns NULL, or the fault. */
const char *key_rdata_read(uint16_t type, char *text, struct writer *out);

/* True if the type ends in a digest (hexadecimal), false if it ends in a key (base64). */
static inline bool key_record_is_digest(uint16_t type)
{
	return type == TYPE_CDS || type == TYPE_DS;
}

#endif
