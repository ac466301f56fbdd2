/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/nsec3.h"

#include "dnssec/bitmap.h"

#define HASH_SHA1     1
#define BASE32_DIGITS 32 /* for a SHA-1 hash */

/* Returns the value of a base32hex digit (RFC 4648, 7), in lower case as names are kept; -1 for any
 * other octet. */
static int digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'v')
		return c - 'a' + 10;
	return -1;
}

/* Eight digits make five octets. */
static bool decode_hash(const uint8_t *digits, uint8_t out[static NSEC3_HASH_OCTETS])
{
	for (unsigned group = 0; group < BASE32_DIGITS / 8; group++) {
		uint64_t bits = 0;
		for (unsigned i = 0; i < 8; i++) {
			int value = digit_value(digits[group * 8 + i]);
			if (value < 0)
				return false;
			bits = bits << 5 | (uint64_t)value;
		}
		for (unsigned i = 0; i < 5; i++)
			out[group * 5 + i] = (uint8_t)(bits >> (8 * (4 - i)));
	}
	return true;
}

static bool nsec3_read_owner(const struct message *m, const struct rr *rr, const struct name *zone,
        uint8_t hash[static NSEC3_HASH_OCTETS])
{
	struct name owner, parent;

	if (!message_owner(m, rr, &owner) || owner.labels == 0 || owner.octets[0] != BASE32_DIGITS)
		return false;
	name_parent(&owner, &parent);
	return name_equal(&parent, zone) && decode_hash(owner.octets + 1, hash);
}

bool nsec3_read(
        const struct message *m, const struct rr *rr, const struct name *zone, struct nsec3 *nsec3)
{
	struct cursor c = cursor_over(message_rdata(m, rr));

	uint8_t algorithm = cursor_u8(&c);
	nsec3->flags = cursor_u8(&c);
	nsec3->iterations = cursor_u16(&c);
	nsec3->salt = cursor_take(&c, cursor_u8(&c));
	nsec3->next_hash = cursor_take(&c, cursor_u8(&c));
	nsec3->bitmap = cursor_rest(&c);
	return !c.bad && algorithm == HASH_SHA1 && nsec3->flags <= NSEC3_OPT_OUT &&
	       nsec3->next_hash.len == NSEC3_HASH_OCTETS && bitmap_is_valid(nsec3->bitmap) &&
	       nsec3_read_owner(m, rr, zone, nsec3->owner_hash);
}

bool nsec3_matches(const struct nsec3 *n, const uint8_t hash[static NSEC3_HASH_OCTETS])
{
	return memcmp(n->owner_hash, hash, NSEC3_HASH_OCTETS) == 0;
}

bool nsec3_spans(const struct nsec3 *n, const uint8_t hash[static NSEC3_HASH_OCTETS])
{
	bool after_owner = memcmp(n->owner_hash, hash, NSEC3_HASH_OCTETS) < 0;
	bool before_next = memcmp(hash, n->next_hash.base, NSEC3_HASH_OCTETS) < 0;
	bool is_last = memcmp(n->owner_hash, n->next_hash.base, NSEC3_HASH_OCTETS) >= 0;

	if (nsec3_matches(n, hash))
		return false;
	return is_last ? after_owner || before_next : after_owner && before_next;
}

bool nsec3_same_parameters(const struct nsec3 *a, const struct nsec3 *b)
{
	return a->iterations == b->iterations && span_equal(a->salt, b->salt);
}
