/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate ds: what a registrar's form asks for of the KSKs of a zone. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/encoding.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/zone_key_files.h"
#include "dnssec/ds.h"
#include "keys/presign.h"
#include "keys/record_write.h"

#define DS_TTL_S   86400
#define DS_DIGESTS 2

/* The digests that parents take (RFC 8624, 3.3), and the words of forms for them. */
static const struct {
	uint8_t type;
	const char *word;
} digests[DS_DIGESTS] = { { DIGEST_SHA256, "SHA-256" }, { DIGEST_SHA384, "SHA-384" } };

struct ds_run {
	const char *directory;
	bool as_json;
	struct name zone;
	struct zone_key_files files;
	struct crypto *crypto;
	int64_t now_s;
};

/* Everything that is shown of one KSK. */
struct ds_sheet {
	const struct keypair *key;
	struct dnskey dnskey;
	uint8_t rdata[DS_DIGESTS][4 + DIGEST_MAX_OCTETS];
	size_t len[DS_DIGESTS];
	char hex[DS_DIGESTS][2 * DIGEST_MAX_OCTETS + 1];
	char public_key[BASE64_SIZE(PUBLIC_KEY_MAX_OCTETS)];
	bool is_published;
};

static bool ds_fill(const struct ds_run *r, struct ds_sheet *s, const struct keypair *k)
{
	s->key = k;
	if (!dnskey_read(keypair_rdata(k), &s->dnskey))
		return false;
	for (unsigned i = 0; i < DS_DIGESTS; i++) {
		struct writer w = writer_over(s->rdata[i], sizeof(s->rdata[i]));
		uint8_t digest[DIGEST_MAX_OCTETS];
		size_t len = digest_compute(
		        r->crypto, digests[i].type, name_span(&r->zone), keypair_rdata(k), digest);
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
	s->is_published = key_is_published(&k->times, r->now_s);
	return true;
}

/* ---- For a person ---- */

/* The words in brackets are those of Amazon Route 53's page and API, which many instructions use. */
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

static void ds_print_records(const struct ds_run *r, const struct ds_sheet *s)
{
	static const uint16_t of_digests[] = { TYPE_DS, TYPE_CDS };

	puts("\n  As records (DSRecord, DNSKEYRecord):\n");
	for (unsigned t = 0; t < 2; t++) {
		/* a CDS names one digest; CDS records are what `sealgate keys sign` publishes */
		for (unsigned i = 0; i < (of_digests[t] == TYPE_DS ? DS_DIGESTS : 1u); i++) {
			fputs("  ", stdout);
			key_record_write(stdout, &r->zone,
			        of_digests[t] == TYPE_DS ? DS_TTL_S : PRESIGN_TTL_S, of_digests[t],
			        span_of(s->rdata[i], s->len[i]));
		}
	}
	fputs("  ", stdout);
	key_record_write(stdout, &r->zone, PRESIGN_TTL_S, TYPE_DNSKEY, keypair_rdata(s->key));
	fputs("  ", stdout);
	key_record_write(stdout, &r->zone, PRESIGN_TTL_S, TYPE_CDNSKEY, keypair_rdata(s->key));
}

static void ds_print(const struct ds_run *r, const struct ds_sheet *s, unsigned shown)
{
	char zone[NAME_TEXT_SIZE];

	printf("%sKSK %u of %s\n", shown ? "\n" : "", s->key->tag, name_text(&r->zone, zone));
	if (!s->is_published)
		puts("  DO NOT GIVE THIS AWAY YET: by its times the key is not published now");
	putchar('\n');
	ds_print_fields(s);
	ds_print_records(r, s);
}

/* ---- For a program ---- */

static void ds_print_string(const char *text)
{
	putchar('"');
	for (; *text; text++)
		printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	putchar('"');
}

static void ds_print_json(const struct ds_run *r, const struct ds_sheet *s, unsigned shown)
{
	char zone[NAME_TEXT_SIZE];

	printf("%s{\"zone\": ", shown ? ",\n  " : "");
	ds_print_string(name_text(&r->zone, zone));
	printf(", \"key_tag\": %u, \"flag\": %u, \"protocol\": %u, \"signing_algorithm_type\": %u, "
	       "\"signing_algorithm_mnemonic\": \"%s\", \"is_published\": %s, \"digests\": [",
	        s->key->tag, s->key->flags, s->dnskey.protocol, s->key->algorithm,
	        algorithm_text(s->key->algorithm), s->is_published ? "true" : "false");
	for (unsigned i = 0; i < DS_DIGESTS; i++)
		printf("%s{\"digest_algorithm_type\": %u, \"digest_algorithm_mnemonic\": \"%s\", "
		       "\"digest_value\": \"%s\"}",
		        i ? ", " : "", digests[i].type, digests[i].word, s->hex[i]);
	printf("], \"public_key\": \"%s\", \"ds_record\": \"%u %u %u %s\", "
	       "\"dnskey_record\": \"%u %u %u %s\"}",
	        s->public_key, s->key->tag, s->key->algorithm, digests[0].type, s->hex[0],
	        s->key->flags, s->dnskey.protocol, s->key->algorithm, s->public_key);
}

/* ---- The command ---- */

static enum exit_code ds_show(const struct ds_run *r)
{
	unsigned shown = 0;

	if (r->as_json)
		putchar('[');
	for (unsigned i = 0; i < r->files.count; i++) {
		struct ds_sheet sheet;
		if (!keypair_is_ksk(&r->files.keys[i]))
			continue;
		if (!ds_fill(r, &sheet, &r->files.keys[i])) {
			log_error("OpenSSL cannot make the digest of a DS");
			return EXIT_NO;
		}
		(r->as_json ? ds_print_json : ds_print)(r, &sheet, shown++);
	}
	if (r->as_json)
		puts("]");
	if (shown > 0)
		return EXIT_FINE;
	log_error("%s: no KSK of the zone is there", r->directory);
	return EXIT_NO;
}

static enum exit_code ds_read_and_show(struct ds_run *r)
{
	enum exit_code code = EXIT_NO;
	struct complaint error;

	r->crypto = crypto_new();
	r->now_s = clock_wall_s();
	if (!r->crypto)
		log_error("out of memory, or OpenSSL lacks a digest that sealgate needs");
	else if (zone_key_files_read(&r->files, r->directory, &r->zone, &error) < 0)
		log_error("%s", error.text);
	else
		code = ds_show(r);
	zone_key_files_free(&r->files);
	crypto_free(r->crypto);
	return code;
}

static bool ds_read_options(struct ds_run *r, int argc, char **argv)
{
	static const char *const names[] = { "ZONE" };
	int letter;

	r->directory = KEYS_DIRECTORY;
	while ((letter = options_next(&command_ds, argc, argv)) != -1) {
		if (letter == '?')
			return false;
		if (letter == 'd')
			r->directory = optarg;
		r->as_json |= letter == 'j';
	}
	if (!options_check_arguments(argc, argv, (struct arguments){ names, 1, 1 }))
		return false;
	return name_from_text(argv[optind], &r->zone) ||
	       options_wrong(argv[0], "\"%s\" is not a domain name", argv[optind]);
}

static enum exit_code run_ds(int argc, char **argv)
{
	struct ds_run *r = calloc(1, sizeof(*r));
	enum exit_code code = EXIT_USAGE;

	if (r && ds_read_options(r, argc, argv))
		code = ds_read_and_show(r);
	free(r);
	return code;
}

static const struct command_option ds_options[] = {
	{ "directory", 'd', false, "DIR", "the keys' directory; without it " KEYS_DIRECTORY },
	{ "json", 'j', false, NULL, "print JSON" },
	{ 0 },
};

const struct command command_ds = { .name = "ds",
	.summary = "print what a registrar asks for of a zone's KSK",
	.arguments = "ZONE",
	.about = "Prints the key tag, algorithm, digests and public key of each KSK of the zone, "
	         "and the "
	         "records, for the form of a registrar. First see with `sealgate keys check ZONE` "
	         "that "
	         "every server of the zone serves the key: a DS that comes too early makes the "
	         "zone Bogus. "
	         "`sealgate keys ds ZONE` prints the DS record alone.",
	.options = ds_options,
	.exits = "Exit codes: 0 success; 1 failure; 2 the command line is wrong.",
	.run = run_ds };
