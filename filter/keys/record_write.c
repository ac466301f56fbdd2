/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/record_write.h"

#include <stdlib.h>

#include "base/encoding.h"
#include "keys/record_text.h"
#include "wire/protocol.h"

static void write_record_owner(FILE *out, const struct name *owner, uint32_t ttl_s)
{
	char name[NAME_TEXT_SIZE];

	fprintf(out, "%s %u IN ", name_text(owner, name), ttl_s);
}

static void write_record_base64(FILE *out, struct span octets)
{
	char *text = malloc(BASE64_SIZE(octets.len));

	if (text)
		fprintf(out, "%s\n", base64_encode(octets, text));
	free(text);
}

/* Writes the three numbers. Returns the RDATA behind them. */
static struct span write_record_numbers(FILE *out, struct span rdata)
{
	struct cursor c = cursor_over(rdata);
	unsigned first = cursor_u16(&c), second = cursor_u8(&c), third = cursor_u8(&c);

	fprintf(out, "%u %u %u ", first, second, third);
	return cursor_rest(&c);
}

void key_ds_write(FILE *out, struct span rdata)
{
	char hex[2 * UINT8_MAX + 1];
	struct span digest = write_record_numbers(out, rdata);

	fputs(digest.len <= UINT8_MAX ? hex_encode(digest, hex) : "", out);
}

void key_record_write(
        FILE *out, const struct name *owner, uint32_t ttl_s, uint16_t type, struct span rdata)
{
	char known[TYPE_TEXT_SIZE];

	write_record_owner(out, owner, ttl_s);
	fprintf(out, "%s ", type_text(type, known));
	if (key_record_is_digest(type)) {
		key_ds_write(out, rdata);
		fputc('\n', out);
	} else {
		write_record_base64(out, write_record_numbers(out, rdata));
	}
}

void key_rrsig_write(FILE *out, const struct name *owner, uint32_t ttl_s, struct span rdata)
{
	char known[TYPE_TEXT_SIZE], signer_text[NAME_TEXT_SIZE];
	char expires[DIGITS_TIME_SIZE], begins[DIGITS_TIME_SIZE];
	struct cursor c = cursor_over(rdata);
	uint16_t type = cursor_u16(&c);
	unsigned algorithm = cursor_u8(&c), labels = cursor_u8(&c), original_s = cursor_u32(&c);
	uint32_t expiration = cursor_u32(&c), inception = cursor_u32(&c);
	unsigned tag = cursor_u16(&c);
	struct name signer;

	name_read_plain(&c, &signer);
	write_record_owner(out, owner, ttl_s);
	fprintf(out, "RRSIG %s %u %u %u %s %s %u %s ", type_text(type, known), algorithm, labels,
	        original_s, digits_time_write(expiration, expires),
	        digits_time_write(inception, begins), tag, name_text(&signer, signer_text));
	write_record_base64(out, cursor_rest(&c));
}
