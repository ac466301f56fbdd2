/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/ip.h"

#include "base/cursor.h"

#define IPV4_HEADER_SIZE    20
#define IPV4_OFFSET_MASK    0x1fff /* in the field that also has the flags; in units of 8 octets */
#define IPV4_MORE_FRAGMENTS 0x2000

#define IPV6_OFFSET_MASK    0xfff8 /* the field is shifted by three bits, so this is in octets */
#define IPV6_MORE_FRAGMENTS 0x0001

enum { IPV6_HOP_BY_HOP = 0, IPV6_ROUTING = 43, IPV6_FRAGMENT = 44, IPV6_DESTINATION = 60 };

static enum ip_kind read_ipv4(struct ip *ip, struct span octets)
{
	struct cursor c = cursor_over(octets);
	size_t header_size = (size_t)(cursor_u8(&c) & 0x0f) * 4;

	cursor_u8(&c); /* type of service */
	size_t total = cursor_u16(&c);
	ip->id = cursor_u16(&c);
	uint16_t fragment = cursor_u16(&c);
	cursor_u8(&c); /* time to live */
	ip->protocol = cursor_u8(&c);
	cursor_u16(&c); /* header checksum */
	ip->source = cursor_take(&c, 4);
	ip->destination = cursor_take(&c, 4);
	if (total == 0 && ip->protocol == IP_TCP)
		total = octets.len;
	if (c.bad || header_size < IPV4_HEADER_SIZE || total < header_size)
		return IP_MALFORMED;
	if (total > octets.len)
		return IP_CUT;
	c.end = c.base + total;
	cursor_take(&c, header_size - IPV4_HEADER_SIZE);
	ip->payload = cursor_rest(&c);
	ip->offset = (uint16_t)((fragment & IPV4_OFFSET_MASK) * 8);
	ip->more = fragment & IPV4_MORE_FRAGMENTS;
	return ip->offset || ip->more ? IP_FRAGMENT : IP_WHOLE;
}

/* Skips one extension header of type `ip->protocol`, and sets `ip->protocol` to the type of the
 * next header. If a routing header has segments left, the destination address is not the final one,
 * which the UDP or TCP checksum covers: such a packet cannot be inspected. */
static enum ip_kind skip_extension(struct ip *ip, struct cursor *c)
{
	uint8_t type = ip->protocol;

	ip->protocol = cursor_u8(c);
	uint8_t length = cursor_u8(c); /* in units of 8 octets, without the first 8 */
	if (type == IPV6_FRAGMENT) {
		uint16_t fragment = cursor_u16(c);
		ip->id = cursor_u32(c);
		ip->offset = fragment & IPV6_OFFSET_MASK;
		ip->more = fragment & IPV6_MORE_FRAGMENTS;
		if (ip->offset || ip->more)
			return c->bad ? IP_MALFORMED : IP_FRAGMENT;
	} else {
		struct span rest = cursor_take(c, (size_t)length * 8 + 6);
		if (type == IPV6_ROUTING && rest.len && rest.base[1] != 0)
			return IP_MALFORMED;
	}
	return c->bad ? IP_MALFORMED : IP_WHOLE;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == IPV6_HOP_BY_HOP || protocol == IPV6_ROUTING ||
	       protocol == IPV6_FRAGMENT || protocol == IPV6_DESTINATION;
}

/* Finds the payload after the extension headers. */
static enum ip_kind read_extensions(struct ip *ip, struct cursor *c)
{
	enum ip_kind kind = IP_WHOLE;

	for (unsigned i = 0; kind == IP_WHOLE && is_extension(ip->protocol); i++)
		kind = i < IP_EXTENSIONS ? skip_extension(ip, c) : IP_MALFORMED;
	ip->payload = cursor_rest(c);
	return kind;
}

static enum ip_kind read_ipv6(struct ip *ip, struct span octets)
{
	struct cursor c = cursor_over(octets);

	cursor_u32(&c); /* version, traffic class, flow label */
	size_t length = cursor_u16(&c);
	ip->protocol = cursor_u8(&c);
	cursor_u8(&c); /* hop limit */
	ip->source = cursor_take(&c, 16);
	ip->destination = cursor_take(&c, 16);
	if (c.bad)
		return IP_MALFORMED;
	if (length == 0 && ip->protocol == IP_TCP)
		length = cursor_left(&c);
	if (length > cursor_left(&c))
		return IP_CUT;
	c.end = c.at + length;
	return read_extensions(ip, &c);
}

enum ip_kind ip_parse(struct ip *ip, struct span octets)
{
	struct cursor c = cursor_over(octets);

	*ip = (struct ip){ .version = cursor_u8(&c) >> 4 };
	switch (ip->version) {
	case 4:
		return read_ipv4(ip, octets);
	case 6:
		return read_ipv6(ip, octets);
	default:
		return IP_MALFORMED;
	}
}

enum ip_kind ip_reassembled(struct ip *ip, uint8_t protocol, struct span payload)
{
	struct cursor c = cursor_over(payload);

	ip->protocol = protocol;
	ip->payload = payload;
	ip->offset = 0;
	ip->more = false;
	if (ip->version == 4)
		return IP_WHOLE;
	return read_extensions(ip, &c) == IP_WHOLE ? IP_WHOLE : IP_MALFORMED;
}
