/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the form of a registrar asks for of one KSK. */
#ifndef CMD_DS_SHEET_H
#define CMD_DS_SHEET_H

#include "base/complaint.h"
#include "base/encoding.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"

#define DS_DIGESTS 2 /* SHA-256 and SHA-384, which parents take (RFC 8624, 3.3) */

/* Everything that is shown of one KSK. */
struct ds_sheet {
	const struct name *zone;
	const struct keypair *key;
	struct dnskey dnskey;
	uint8_t rdata[DS_DIGESTS][4 + DIGEST_MAX_OCTETS];
	size_t len[DS_DIGESTS];
	char hex[DS_DIGESTS][2 * DIGEST_MAX_OCTETS + 1];
	char public_key[BASE64_SIZE(PUBLIC_KEY_MAX_OCTETS)];

	/* Set by who knows. */
	bool is_published;       /* servers give the key out */
	bool may_give;           /* the parent may have the DS */
	bool is_leaving;         /* if not: the key is on its way out */
	int64_t give_from_s;     /* if not: from then on; 0: not known */
	struct complaint advice; /* a sentence about that; or "" */
};

/* Fills what follows from the key alone. Returns false if OpenSSL cannot make a digest. */
bool ds_sheet_fill(struct ds_sheet *s, struct crypto *crypto, const struct name *zone,
        const struct keypair *key);

/* Print a sheet for a person, or as an object of a JSON list; `before` is how many were printed
 * already. */
void ds_sheet_print(const struct ds_sheet *s, unsigned before);
void ds_sheet_print_json(const struct ds_sheet *s, unsigned before);

#endif
