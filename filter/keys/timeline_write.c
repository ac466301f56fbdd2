/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/timeline_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "keys/key_text.h"
#include "keys/record_write.h"

bool timeline_digest(
        struct crypto *crypto, struct span text, char hex[static 2 * DIGEST_MAX_OCTETS + 1])
{
	uint8_t digest[DIGEST_MAX_OCTETS];
	size_t len = digest_compute(crypto, DIGEST_SHA256, text, span_of(NULL, 0), digest);

	hex_encode(span_of(digest, len), hex);
	return len > 0;
}

/* Returns false if the key has no such form. */
static bool write_timeline_zsk(FILE *out, const struct timeline_zsk *zsk)
{
	uint8_t secret[TIMELINE_SECRET_OCTETS];
	char text[BASE64_SIZE(TIMELINE_SECRET_OCTETS)];
	struct writer w = writer_over(secret, sizeof(secret));

	signkey_write_secret(zsk->key, &w);
	if (!w.full)
		fprintf(out, "zsk %u %u %s\n", signkey_algorithm(zsk->key), zsk->tag,
		        base64_encode(writer_span(&w), text));
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(text, sizeof(text));
	return !w.full;
}

static void write_timeline_set(FILE *out, const struct name *zone, const struct presigned *set)
{
	for (unsigned i = 0; i < set->count; i++)
		key_record_write(out, zone, set->ttl_s, set->type, set->rdatas[i]);
	for (unsigned i = 0; i < set->rrsig_count; i++)
		key_rrsig_write(out, zone, set->ttl_s, set->rrsigs[i].rdata);
}

static void write_timeline_period(
        FILE *out, const struct name *zone, const struct timeline_period *p)
{
	char from[DIGITS_TIME_SIZE], until[DIGITS_TIME_SIZE];

	fprintf(out, "period %s %s\n", digits_time_write(p->from_s, from),
	        digits_time_write(p->until_s, until));
	for (unsigned i = 0; i < p->signer_count; i++)
		fprintf(out, "sign %u %u\n", signkey_algorithm(p->signers[i]->key),
		        p->signers[i]->tag);
	write_timeline_set(out, zone, &p->records->dnskey);
	write_timeline_set(out, zone, &p->records->cds);
	write_timeline_set(out, zone, &p->records->cdnskey);
	write_timeline_set(out, zone, &p->records->ds);
}

/* Returns false with a complaint if a key has no form here. */
static bool write_timeline_body(FILE *out, const struct timeline *t, struct complaint *error)
{
	char zone[NAME_TEXT_SIZE], made[DIGITS_TIME_SIZE];

	fprintf(out,
	        TIMELINE_FIRST_LINE
	        "\n; Private keys: keep this file secret. sealgate writes it, and refuses it after "
	        "an edit.\n"
	        "zone %s\ngeneration %" PRIu64 "\nmade %s\n",
	        name_text(&t->zone, zone), t->generation, digits_time_write(t->made_s, made));
	if (timeline_is_unsigned(t))
		fprintf(out, "unsigned\n");
	for (unsigned i = 0; i < t->zsk_count; i++) {
		if (write_timeline_zsk(out, &t->zsks[i]))
			continue;
		complaint_set(error,
		        "ZSK %u of %s is an RSA key, which a timeline cannot hold: use "
		        "ECDSAP256SHA256 (13) or ED25519 (15) for ZSKs",
		        t->zsks[i].tag, zone);
		return false;
	}
	for (unsigned i = 0; i < t->period_count; i++)
		write_timeline_period(out, &t->zone, &t->periods[i]);
	return true;
}

char *timeline_write(const struct timeline *t, struct crypto *crypto, struct complaint *error)
{
	char hex[2 * DIGEST_MAX_OCTETS + 1], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	complaint_set(error, "OpenSSL failed, or out of memory");
	bool good = out && write_timeline_body(out, t, error) && fflush(out) == 0 &&
	            timeline_digest(crypto, span_of(text, len), hex) &&
	            fprintf(out, TIMELINE_SEAL "%s\n", hex) > 0;
	if (out && fclose(out) != 0)
		good = false;
	if (good)
		return text;
	key_text_free(text);
	return NULL;
}
