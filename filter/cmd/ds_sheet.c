/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/ds_sheet.h"

#include <stdio.h>

#include "dnssec/ds.h"
#include "keys/presign.h"
#include "keys/record_write.h"

#define DS_TTL_S 86400

/* The words of forms for the digests. */
static const struct {
	uint8_t type;
	const char *word;
} digests[DS_DIGESTS] = { { DIGEST_SHA256, "SHA-256" }, { DIGEST_SHA384, "SHA-384" } };

bool ds_sheet_fill(
        struct ds_sheet *s, struct crypto *crypto, const struct name *zone, const struct keypair *k)
{
	*s = (struct ds_sheet){ .zone = zone, .key = k };
	if (!dnskey_read(keypair_rdata(k), &s->dnskey))
		return false;
	for (unsigned i = 0; i < DS_DIGESTS; i++) {
		struct writer w = writer_over(s->rdata[i], sizeof(s->rdata[i]));
		uint8_t digest[DIGEST_MAX_OCTETS];
		size_t len = digest_compute(
		        crypto, digests[i].type, name_span(zone), keypair_rdata(k), digest);
		if (len == 0)
			return false;
		writer_u16(&w, k->tag);
		writer_u8(&w, k->algorithm);
		writer_u8(&w, digests[i].type);
		writer_put(&w, span_of(digest, len));
		s->len[i] = w.len;
		hex_encode(span_of(digest, len), s->hex[i]);
	}
	base64_encode(s->dnskey.public_key, s->public_key);
	return true;
}

/* ---- For a person ---- */

/* The words in brackets are those of Amazon Route 53's page and API, which many instructions
 * use. */
static void ds_print_fields(const struct ds_sheet *s)
{
	printf("  Key tag (KeyTag)                          %u\n", s->key->tag);
	printf("  Flags, key type (Flag)                    %u, KSK\n", s->key->flags);
	printf("  Protocol                                  %u\n", s->dnskey.protocol);
	printf("  Algorithm (SigningAlgorithmType)          %u, %s\n", s->key->algorithm,
	        algorithm_text(s->key->algorithm));
	for (unsigned i = 0; i < DS_DIGESTS; i++) {
		printf("  Digest type (DigestAlgorithmType)         %u, %s%s\n", digests[i].type,
		        digests[i].word, i ? "; only if the form wants this one" : "");
		printf("  Digest (DigestValue)                      %s\n", s->hex[i]);
	}
	printf("  Public key (PublicKey)                    %s\n", s->public_key);
}

static void ds_print_records(const struct ds_sheet *s)
{
	static const uint16_t of_digests[] = { TYPE_DS, TYPE_CDS };

	puts("\n  As records (DSRecord, DNSKEYRecord):\n");
	for (unsigned t = 0; t < 2; t++) {
		/* a CDS names one digest; CDS records are what `sealgate keys sign` publishes */
		for (unsigned i = 0; i < (of_digests[t] == TYPE_DS ? DS_DIGESTS : 1u); i++) {
			fputs("  ", stdout);
			key_record_write(stdout, s->zone,
			        of_digests[t] == TYPE_DS ? DS_TTL_S : PRESIGN_TTL_S, of_digests[t],
			        span_of(s->rdata[i], s->len[i]));
		}
	}
	fputs("  ", stdout);
	key_record_write(stdout, s->zone, PRESIGN_TTL_S, TYPE_DNSKEY, keypair_rdata(s->key));
	fputs("  ", stdout);
	key_record_write(stdout, s->zone, PRESIGN_TTL_S, TYPE_CDNSKEY, keypair_rdata(s->key));
}

void ds_sheet_print(const struct ds_sheet *s, unsigned before)
{
	char zone[NAME_TEXT_SIZE];

	printf("%sKSK %u of %s\n", before ? "\n" : "", s->key->tag, name_text(s->zone, zone));
	if (!s->may_give)
		printf("  DO NOT GIVE THIS AWAY%s: %s\n", s->is_leaving ? "" : " YET",
		        s->advice.text);
	else if (s->advice.text[0])
		printf("  %s\n", s->advice.text);
	putchar('\n');
	ds_print_fields(s);
	ds_print_records(s);
}

/* ---- For a program ---- */

static void ds_print_string(const char *text)
{
	putchar('"');
	for (; *text; text++)
		printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	putchar('"');
}

void ds_sheet_print_json(const struct ds_sheet *s, unsigned before)
{
	char zone[NAME_TEXT_SIZE];

	printf("%s{\"zone\": ", before ? ",\n  " : "");
	ds_print_string(name_text(s->zone, zone));
	printf(", \"key_tag\": %u, \"flag\": %u, \"protocol\": %u, \"signing_algorithm_type\": %u, "
	       "\"signing_algorithm_mnemonic\": \"%s\", \"is_published\": %s, \"give_ds\": %s, "
	       "\"advice\": ",
	        s->key->tag, s->key->flags, s->dnskey.protocol, s->key->algorithm,
	        algorithm_text(s->key->algorithm), s->is_published ? "true" : "false",
	        s->may_give ? "true" : "false");
	ds_print_string(s->advice.text);
	if (s->give_from_s)
		printf(", \"give_ds_from\": %lld", (long long)s->give_from_s);
	fputs(", \"digests\": [", stdout);
	for (unsigned i = 0; i < DS_DIGESTS; i++)
		printf("%s{\"digest_algorithm_type\": %u, \"digest_algorithm_mnemonic\": \"%s\", "
		       "\"digest_value\": \"%s\"}",
		        i ? ", " : "", digests[i].type, digests[i].word, s->hex[i]);
	printf("], \"public_key\": \"%s\", \"ds_record\": \"%u %u %u %s\", "
	       "\"dnskey_record\": \"%u %u %u %s\"}",
	        s->public_key, s->key->tag, s->key->algorithm, digests[0].type, s->hex[0],
	        s->key->flags, s->dnskey.protocol, s->key->algorithm, s->public_key);
}
