/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/packet.h"

#include "base/cursor.h"

#define PROTOCOL_UDP 17

#define IPV4_HEADER_SIZE    20
#define IPV4_LENGTH_AT      2
#define IPV4_CHECKSUM_AT    10
#define IPV4_OFFSET_MASK    0x1fff /* of the field that has the flags too */
#define IPV4_MORE_FRAGMENTS 0x2000

#define IPV6_HEADER_SIZE    40
#define IPV6_LENGTH_AT      4
#define IPV6_OFFSET_MASK    0xfff8
#define IPV6_MORE_FRAGMENTS 0x0001

enum { IPV6_HOP_BY_HOP = 0, IPV6_ROUTING = 43, IPV6_FRAGMENT = 44, IPV6_DESTINATION = 60 };

#define UDP_LENGTH_AT   4
#define UDP_CHECKSUM_AT 6

/* Reads the ports and the length; the UDP datagram must fill what IP carries. */
static enum packet_kind read_udp(struct packet *p, struct cursor *c)
{
	struct cursor peek = *c;

	p->udp = cursor_rest(&peek);
	p->source_port = cursor_u16(c);
	p->destination_port = cursor_u16(c);
	uint16_t length = cursor_u16(c);
	p->has_checksum = cursor_u16(c) != 0;
	if (c->bad || length != p->udp.len)
		return PACKET_MALFORMED;
	p->payload = cursor_rest(c);
	return PACKET_UDP;
}

static enum packet_kind read_ipv4(struct packet *p, struct span octets)
{
	struct cursor c = cursor_over(octets);
	size_t header_size = (size_t)(cursor_u8(&c) & 0x0f) * 4;

	cursor_u8(&c); /* type of service */
	uint16_t total = cursor_u16(&c);
	if (c.bad || header_size < IPV4_HEADER_SIZE || total < header_size || total > octets.len)
		return PACKET_MALFORMED;
	c.end = c.base + total;
	cursor_u16(&c); /* identification */
	uint16_t fragment = cursor_u16(&c);
	cursor_u8(&c); /* time to live */
	uint8_t protocol = cursor_u8(&c);
	cursor_u16(&c); /* header checksum: the kernel has checked it */
	p->source = cursor_take(&c, 4);
	p->destination = cursor_take(&c, 4);
	cursor_take(&c, header_size - IPV4_HEADER_SIZE);
	p->header = span_of(octets.base, header_size);
	if (c.bad)
		return PACKET_MALFORMED;
	if (fragment & (IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return PACKET_FRAGMENT;
	return protocol == PROTOCOL_UDP ? read_udp(p, &c) : PACKET_NOT_UDP;
}

/* Moves past one extension header whose type is `*next`, and sets `*next` to the one that follows.
 * With segments left in a routing header the destination is not yet the one that the checksum
 * covers, so such a packet cannot be inspected. */
static enum packet_kind skip_extension(struct cursor *c, uint8_t *next)
{
	uint8_t type = *next;

	*next = cursor_u8(c);
	uint8_t length = cursor_u8(c); /* in units of 8 octets, the first not counted */
	if (type == IPV6_FRAGMENT) {
		uint16_t fragment = cursor_u16(c);
		cursor_u32(c); /* identification */
		if (fragment & (IPV6_OFFSET_MASK | IPV6_MORE_FRAGMENTS))
			return PACKET_FRAGMENT;
	} else {
		struct span rest = cursor_take(c, (size_t)length * 8 + 6);
		if (type == IPV6_ROUTING && rest.len && rest.base[1] != 0)
			return PACKET_MALFORMED;
	}
	return c->bad ? PACKET_MALFORMED : PACKET_UDP;
}

static bool is_extension(uint8_t next)
{
	return next == IPV6_HOP_BY_HOP || next == IPV6_ROUTING || next == IPV6_FRAGMENT ||
	       next == IPV6_DESTINATION;
}

static enum packet_kind read_ipv6(struct packet *p, struct span octets)
{
	struct cursor c = cursor_over(octets);

	cursor_u32(&c); /* version, traffic class, flow label */
	size_t length = cursor_u16(&c);
	uint8_t next = cursor_u8(&c);
	cursor_u8(&c); /* hop limit */
	p->source = cursor_take(&c, 16);
	p->destination = cursor_take(&c, 16);
	if (c.bad || length > cursor_left(&c))
		return PACKET_MALFORMED;
	c.end = c.at + length;
	for (unsigned i = 0; is_extension(next); i++) {
		if (i == PACKET_EXTENSIONS)
			return PACKET_MALFORMED;
		enum packet_kind kind = skip_extension(&c, &next);
		if (kind != PACKET_UDP)
			return kind;
	}
	p->header = span_of(octets.base, cursor_offset(&c));
	return next == PROTOCOL_UDP ? read_udp(p, &c) : PACKET_NOT_UDP;
}

enum packet_kind packet_parse(struct packet *p, struct span octets)
{
	struct cursor c = cursor_over(octets);

	*p = (struct packet){ .version = cursor_u8(&c) >> 4 };
	switch (p->version) {
	case 4:
		return read_ipv4(p, octets);
	case 6:
		return read_ipv6(p, octets);
	default:
		return PACKET_MALFORMED;
	}
}

/* RFC 1071. The sum does not depend on the order of octets, so it is taken over the machine's own
 * words; `s` must begin at an even offset of what is summed. */
static uint64_t sum_add(uint64_t sum, struct span s)
{
	size_t i = 0;
	uint32_t word;
	uint8_t last[4] = { 0 };

	for (; i + sizeof(word) <= s.len; i += sizeof(word)) {
		memcpy(&word, s.base + i, sizeof(word));
		sum += word;
	}
	if (i < s.len) {
		memcpy(last, s.base + i, s.len - i);
		memcpy(&word, last, sizeof(word));
		sum += word;
	}
	return sum;
}

/* Folds to 16 bits, in network order as they stand in memory. */
static uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The sum over the pseudo-header (RFC 768; RFC 8200, 8.1) and `udp`. */
static uint16_t udp_sum(const struct packet *p, struct span udp)
{
	uint8_t pseudo[8] = { [7] = PROTOCOL_UDP };

	put_u32(pseudo, (uint32_t)udp.len);
	uint64_t sum = sum_add(0, span_of(pseudo, sizeof(pseudo)));
	sum = sum_add(sum, p->source);
	sum = sum_add(sum, p->destination);
	return sum_fold(sum_add(sum, udp));
}

bool packet_checksum_ok(const struct packet *p)
{
	if (!p->has_checksum)
		return p->version == 4;
	return udp_sum(p, p->udp) == 0xffff;
}

static void put_checksum(uint8_t *at, uint16_t checksum)
{
	memcpy(at, &checksum, sizeof(checksum));
}

/* Sets the length, and IPv4's checksum, in a copy of the IP header. */
static void mend_ip(uint8_t *header, const struct packet *p, size_t total)
{
	if (p->version == 6) {
		put_u16(header + IPV6_LENGTH_AT, (uint16_t)(total - IPV6_HEADER_SIZE));
		return;
	}
	put_u16(header + IPV4_LENGTH_AT, (uint16_t)total);
	put_u16(header + IPV4_CHECKSUM_AT, 0);
	uint16_t sum = sum_fold(sum_add(0, span_of(header, p->header.len)));
	put_checksum(header + IPV4_CHECKSUM_AT, (uint16_t)~sum);
}

static void mend_udp(uint8_t *udp, const struct packet *p, size_t len)
{
	put_u16(udp + UDP_LENGTH_AT, (uint16_t)len);
	put_u16(udp + UDP_CHECKSUM_AT, 0);
	uint16_t checksum = (uint16_t)~udp_sum(p, span_of(udp, len));
	/* Zero would say that there is none: RFC 768. */
	put_checksum(udp + UDP_CHECKSUM_AT, checksum ? checksum : 0xffff);
}

void packet_write(struct writer *out, const struct packet *p, struct span payload)
{
	size_t header_size = p->header.len;
	size_t total = header_size + UDP_HEADER_SIZE + payload.len;
	uint8_t *at = total <= PACKET_MAX ? writer_room(out, total) : NULL;

	if (!at) {
		out->full = true;
		return;
	}
	memcpy(at, p->header.base, header_size);
	memcpy(at + header_size, p->udp.base, UDP_HEADER_SIZE);
	if (payload.len)
		memcpy(at + header_size + UDP_HEADER_SIZE, payload.base, payload.len);
	mend_ip(at, p, total);
	mend_udp(at + header_size, p, UDP_HEADER_SIZE + payload.len);
}
