/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/explain_words.h"

#include <stdio.h>

#include "base/cursor.h"
#include "base/when.h"

const char *words_name(const struct name *n, unsigned width, char text[static NAME_TEXT_SIZE])
{
	name_text(n, text);
	size_t len = strlen(text);
	if (len <= width)
		return text;
	size_t head = width / 3, tail = width - head - strlen("...");
	memcpy(text + head, "...", strlen("..."));
	memmove(text + head + strlen("..."), text + len - tail, tail + 1);
	return text;
}

const char *words_algorithm(uint8_t algorithm, char text[static WORDS_SIZE])
{
	const char *known = algorithm_text(algorithm);

	if (strcmp(known, "unknown") == 0)
		snprintf(text, WORDS_SIZE, "algorithm %u", algorithm);
	else
		snprintf(text, WORDS_SIZE, "%s", known);
	return text;
}

const char *words_digest(uint8_t digest_type, char text[static WORDS_SIZE])
{
	static const char *const known[] = { [DIGEST_SHA1] = "SHA-1",
		[DIGEST_SHA256] = "SHA-256",
		[3] = "GOST",
		[DIGEST_SHA384] = "SHA-384" };

	if (digest_type < sizeof(known) / sizeof(known[0]) && known[digest_type])
		snprintf(text, WORDS_SIZE, "%s", known[digest_type]);
	else
		snprintf(text, WORDS_SIZE, "digest %u", digest_type);
	return text;
}

const char *words_role(const struct shown_zone *z, const struct shown_key *key)
{
	if (key->flags & DNSKEY_REVOKE)
		return "revoked";
	if (!(key->flags & DNSKEY_ZONE))
		return "no zone bit";
	if (key->protocol != DNSKEY_PROTOCOL)
		return "protocol not 3";
	if (!(key->flags & DNSKEY_SEP))
		return "ZSK";
	return z->key_count == 1 ? "CSK" : "KSK";
}

static const char *signature_state(const struct shown_signature *s)
{
	if (!s->is_checked)
		return "not checked";
	switch (s->reason) {
	case REASON_NONE:
		return "holds";
	case REASON_RRSIG_FAILED:
		return "FAILS";
	case REASON_RRSIG_NO_KEY:
		return s->by_revoked ? "KEY IS REVOKED" : "NO SUCH KEY";
	case REASON_KEY_SIZE:
		return "KEY SIZE";
	case REASON_RRSIG_SIGNER:
		return "WRONG SIGNER";
	case REASON_RRSIG_LABELS:
		return "WRONG LABELS";
	case REASON_RRSIG_TIMES:
		return "NEVER VALID";
	case REASON_MALFORMED:
		return "MALFORMED";
	case REASON_RRSIG_EXPIRED:
	case REASON_RRSIG_NOT_YET:
		return ""; /* the time tells it */
	default:
		return "not checked";
	}
}

const char *words_signature(
        const struct shown_signature *s, int64_t now_s, char text[static WORDS_SIZE])
{
	const char *state = signature_state(s);
	char time_text[WHEN_SIZE];

	if (s->reason == REASON_RRSIG_EXPIRED || s->expiration_s < now_s)
		snprintf(text, WORDS_SIZE, "%.16s%sEXPIRED %.16s ago", state, *state ? ", " : "",
		        when_span(now_s - s->expiration_s, time_text));
	else if (s->reason == REASON_RRSIG_NOT_YET || s->inception_s > now_s)
		snprintf(text, WORDS_SIZE, "%.16s%sVALID IN %.16s", state, *state ? ", " : "",
		        when_span(s->inception_s - now_s, time_text));
	else
		snprintf(text, WORDS_SIZE, "%.16s, %.16s left", state,
		        when_span(s->expiration_s - now_s, time_text));
	return text;
}

const char *words_types(struct span bitmap, char *text, size_t size)
{
	struct cursor c = cursor_over(bitmap);
	size_t len = 0;

	text[0] = '\0';
	while (cursor_left(&c) > 0) {
		unsigned window = cursor_u8(&c);
		struct span bits = cursor_take(&c, cursor_u8(&c));
		for (unsigned bit = 0; bit < bits.len * 8; bit++) {
			char type[TYPE_TEXT_SIZE];
			if (!(bits.base[bit / 8] & (0x80 >> (bit % 8))))
				continue;
			type_text((uint16_t)(window << 8 | bit), type);
			if (len + 1 + strlen(type) + sizeof(" ...") > size) {
				snprintf(text + len, size - len, " ...");
				return text;
			}
			len += (size_t)snprintf(
			        text + len, size - len, "%s%s", len ? " " : "", type);
		}
	}
	return text;
}

/* Five bits a digit: RFC 4648, 7. */
const char *words_hash(struct span hash, char text[static WORDS_SIZE])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	size_t count = 0;

	for (size_t bit = 0; bit < hash.len * 8 && count < WORDS_SIZE - 1; bit += 5) {
		unsigned octet = hash.base[bit / 8];
		unsigned next = bit / 8 + 1 < hash.len ? hash.base[bit / 8 + 1] : 0;
		text[count++] = digits[(octet << 8 | next) >> (11 - bit % 8) & 31];
	}
	text[count] = '\0';
	return text;
}

const char *words_reason(enum reason reason, char *text, size_t size)
{
	int ede = reason_ede(reason);
	size_t len = (size_t)snprintf(
	        text, size, "%s (%s", reason_sentence(reason), reason_word(reason));

	if (len < size && ede != EDE_NONE)
		snprintf(text + len, size - len, ", EDE %d)", ede);
	else if (len < size)
		snprintf(text + len, size - len, ")");
	return text;
}

const char *words_mark(enum shown_mark mark)
{
	static const char *const words[] = { [MARK_NONE] = "",
		[MARK_SECURE] = "secure",
		[MARK_INSECURE] = "INSECURE",
		[MARK_MISSING] = "BROKEN",
		[MARK_BROKEN] = "BROKEN" };
	return words[mark];
}
