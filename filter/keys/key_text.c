/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/key_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/complaint.h"
#include "base/encoding.h"
#include "keys/record_text.h"

#define FORMAT_LINE "Private-key-format: v1.3"
#define PART_MAX    1024 /* octets of one number of a private key */

static const char *const rsa_labels[RSA_PARTS] = {
	[RSA_N] = "Modulus",
	[RSA_E] = "PublicExponent",
	[RSA_D] = "PrivateExponent",
	[RSA_P] = "Prime1",
	[RSA_Q] = "Prime2",
	[RSA_DP] = "Exponent1",
	[RSA_DQ] = "Exponent2",
	[RSA_QINV] = "Coefficient",
};

const char *key_name(const struct keypair *k, char text[static KEY_NAME_SIZE])
{
	char zone[NAME_TEXT_SIZE];

	snprintf(text, KEY_NAME_SIZE, "K%s+%03u+%05u", name_text(&k->zone, zone), k->algorithm,
	        k->tag);
	return text;
}

void key_text_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* ---- Writing ---- */

static struct key_times times_of_now(int64_t now_s)
{
	return (struct key_times){ .created_s = now_s, .publish_s = now_s, .activate_s = now_s };
}

char *key_text_public(const struct keypair *k, int64_t now_s)
{
	const struct key_times times = times_of_now(now_s);

	return key_text_public_timed(k, &times);
}

char *key_text_private(const struct keypair *k, int64_t now_s)
{
	const struct key_times times = times_of_now(now_s);

	return key_text_private_timed(k, &times);
}

char *key_text_public_timed(const struct keypair *k, const struct key_times *times)
{
	char zone[NAME_TEXT_SIZE], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, "; This is a %s-signing key, keyid %u, for %s\n",
	        keypair_is_ksk(k) ? "key" : "zone", k->tag, name_text(&k->zone, zone));
	key_times_write(out, times, "; ");
	fprintf(out, "%s IN DNSKEY ", zone);
	char public[BASE64_SIZE(PUBLIC_KEY_MAX_OCTETS)];
	fprintf(out, "%u %u %u %s\n", k->flags, DNSKEY_PROTOCOL, k->algorithm,
	        base64_encode(span_of(k->rdata + 4, k->rdata_len - 4), public));
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void write_key_part(FILE *out, const char *label, const struct writer *part)
{
	char text[BASE64_SIZE(PART_MAX)];

	fprintf(out, "%s: %s\n", label, part->full ? "" : base64_encode(writer_span(part), text));
	explicit_bzero(text, sizeof(text));
}

static void write_key_parts(FILE *out, const struct signkey *key)
{
	uint8_t octets[PART_MAX];
	struct writer w;

	if (signkey_algorithm(key) != ALGORITHM_RSASHA256) {
		w = writer_over(octets, sizeof(octets));
		signkey_write_secret(key, &w);
		write_key_part(out, "PrivateKey", &w);
	}
	for (unsigned i = 0; i < RSA_PARTS && signkey_algorithm(key) == ALGORITHM_RSASHA256; i++) {
		w = writer_over(octets, sizeof(octets));
		signkey_write_rsa(key, i, &w);
		write_key_part(out, rsa_labels[i], &w);
	}
	explicit_bzero(octets, sizeof(octets));
}

char *key_text_private_timed(const struct keypair *k, const struct key_times *times)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, FORMAT_LINE "\nAlgorithm: %u (%s)\n", k->algorithm,
	        algorithm_text(k->algorithm));
	write_key_parts(out, k->key);
	key_times_write(out, times, "");
	if (fclose(out) == 0)
		return text;
	key_text_free(text);
	return NULL;
}

/* ---- Reading ---- */

/* Decodes the value behind "label: " into `out`. Returns false if there is none, or it is no
 * base64. */
static bool find_key_part(
        const char *text, const char *label, uint8_t out[static PART_MAX], struct span *part)
{
	char value[BASE64_SIZE(PART_MAX)];
	size_t label_len = strlen(label), len;
	const char *line = text;

	while (strncmp(line, label, label_len) != 0 || line[label_len] != ':') {
		line = strchr(line, '\n');
		if (!line)
			return false;
		line++;
	}
	line += label_len + 1;
	line += strspn(line, " ");
	len = strcspn(line, "\r\n");
	if (len >= sizeof(value))
		return false;
	memcpy(value, line, len);
	value[len] = '\0';
	bool good = base64_decode(value, out, PART_MAX, &part->len);
	part->base = out;
	explicit_bzero(value, sizeof(value));
	return good && part->len > 0;
}

static struct signkey *read_private_key(uint8_t algorithm, const char *text)
{
	uint8_t octets[RSA_PARTS][PART_MAX];
	struct span parts[RSA_PARTS];
	struct signkey *key = NULL;
	bool good = true;

	if (algorithm == ALGORITHM_RSASHA256) {
		for (unsigned i = 0; i < RSA_PARTS; i++)
			good = good && find_key_part(text, rsa_labels[i], octets[i], &parts[i]);
		key = good ? signkey_from_rsa(algorithm, parts) : NULL;
	} else if (find_key_part(text, "PrivateKey", octets[0], &parts[0])) {
		key = signkey_from_secret(algorithm, parts[0]);
	}
	explicit_bzero(octets, sizeof(octets));
	return key;
}

bool key_text_read_private(
        struct keypair *k, const char *text, const char *path, struct complaint *error)
{
	const char *algorithm = strstr(text, "\nAlgorithm: ");
	struct signkey *key = NULL;
	const char *what = NULL;

	if (strncmp(text, "Private-key-format: v1.", strlen("Private-key-format: v1.")) != 0)
		what = "this is not a private key file of dnssec-keygen";
	else if (!algorithm ||
	         strtoul(algorithm + strlen("\nAlgorithm: "), NULL, 10) != k->algorithm)
		what = "the algorithm differs from that of the DNSKEY";
	else if (!signkey_is_supported(k->algorithm))
		what = "unsupported algorithm: only 8, 13 and 15 can sign zones";
	else if (!(key = read_private_key(k->algorithm, text)))
		what = "the private key is malformed";
	else if (!span_equal(signkey_public(key), span_of(k->rdata + 4, k->rdata_len - 4)))
		what = "the private key does not belong to the DNSKEY";
	if (!what) {
		k->key = key;
		return true;
	}
	complaint_set(error, "%s: %s", path, what);
	signkey_free(key);
	return false;
}
