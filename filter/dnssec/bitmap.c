/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/bitmap.h"

#include "base/cursor.h"
#include "wire/protocol.h"

#define WINDOW_OCTETS_MAX 32

bool bitmap_is_valid(struct span bitmap)
{
	struct cursor c = cursor_over(bitmap);
	int last_window = -1;

	while (cursor_left(&c) > 0) {
		int window = cursor_u8(&c);
		uint8_t len = cursor_u8(&c);
		cursor_take(&c, len);
		if (c.bad || window <= last_window || len == 0 || len > WINDOW_OCTETS_MAX)
			return false;
		last_window = window;
	}
	return !c.bad;
}

bool bitmap_has(struct span bitmap, uint16_t type)
{
	struct cursor c = cursor_over(bitmap);

	while (cursor_left(&c) > 0) {
		uint8_t window = cursor_u8(&c);
		struct span bits = cursor_take(&c, cursor_u8(&c));
		unsigned octet = (type & 0xff) / 8;
		if (window == type >> 8)
			return octet < bits.len && (bits.base[octet] & (0x80 >> (type % 8)));
	}
	return false;
}

static bool is_of_denial(unsigned type)
{
	return type == TYPE_RRSIG || type == TYPE_NSEC || type == TYPE_NXNAME;
}

bool bitmap_is_bare(struct span bitmap)
{
	struct cursor c = cursor_over(bitmap);

	while (cursor_left(&c) > 0) {
		unsigned window = cursor_u8(&c);
		struct span bits = cursor_take(&c, cursor_u8(&c));
		for (unsigned bit = 0; bit < bits.len * 8; bit++) {
			bool is_set = bits.base[bit / 8] & (0x80 >> (bit % 8));
			if (is_set && !is_of_denial(window << 8 | bit))
				return false;
		}
	}
	return true;
}
