/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/packet.h"

#include "base/cursor.h"
#include "wire/ip.h"

#define IPV4_HEADER_SIZE 20
#define IPV4_LENGTH_AT   2
#define IPV4_CHECKSUM_AT 10
#define IPV6_HEADER_SIZE 40
#define IPV6_LENGTH_AT   4

#define UDP_LENGTH_AT   4
#define UDP_CHECKSUM_AT 6

/* Reads the ports and the length; the UDP datagram must fill the payload of the IP packet. */
static enum packet_kind read_udp(struct packet *p)
{
	struct cursor c = cursor_over(p->udp);

	p->source_port = cursor_u16(&c);
	p->destination_port = cursor_u16(&c);
	uint16_t length = cursor_u16(&c);
	p->has_checksum = cursor_u16(&c) != 0;
	if (c.bad || length != p->udp.len)
		return PACKET_MALFORMED;
	p->payload = cursor_rest(&c);
	return PACKET_UDP;
}

enum packet_kind packet_parse(struct packet *p, struct span octets)
{
	struct ip ip;

	switch (ip_parse(&ip, octets)) {
	case IP_WHOLE:
		break;
	case IP_FRAGMENT:
		return PACKET_FRAGMENT;
	case IP_CUT:
	case IP_MALFORMED:
		return PACKET_MALFORMED;
	}
	if (ip.protocol != IP_UDP)
		return PACKET_NOT_UDP;
	*p = (struct packet){ .version = ip.version,
		.header = span_of(octets.base, (size_t)(ip.payload.base - octets.base)),
		.source = ip.source,
		.destination = ip.destination,
		.udp = ip.payload };
	return read_udp(p);
}

/* The sum does not depend on the octet order (RFC 1071), so it adds 32-bit words of the machine in
 * 64 bits. An IP packet has too few words to overflow the sum. `s` must begin at an even offset of
 * the summed data. */
static uint64_t sum_add(uint64_t sum, struct span s)
{
	uint64_t other = 0; /* a second sum, which the processor adds in parallel */
	uint32_t words[2];
	size_t i = 0;

	for (; i + sizeof(words) <= s.len; i += sizeof(words)) {
		memcpy(words, s.base + i, sizeof(words));
		sum += words[0];
		other += words[1];
	}
	if (i < s.len) {
		memset(words, 0, sizeof(words));
		memcpy(words, s.base + i, s.len - i);
		sum += (uint64_t)words[0] + words[1];
	}
	return sum + other;
}

/* Folds the sum to 16 bits, which are in network order in memory. */
static uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Returns the sum over the pseudo-header (RFC 768; RFC 8200, 8.1) and `udp`. */
static uint16_t udp_sum(const struct packet *p, struct span udp)
{
	uint8_t pseudo[8] = { [7] = IP_UDP };

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

/* Sets the length, and the checksum of IPv4, in a copy of the IP header. */
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
	/* A checksum of zero means no checksum (RFC 768). */
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

/* Neither 0, which means none, nor 0xffff, which in a sum is the same. */
void packet_write_spoiled(struct writer *out, const struct packet *p)
{
	size_t start = out->len;

	packet_write(out, p, p->payload);
	if (out->full)
		return;
	uint8_t *last = out->base + start + p->header.len + UDP_CHECKSUM_AT + 1;
	uint8_t spoiled = *last ^ 1;
	bool is_none = last[-1] == 0 && spoiled == 0;
	*last = is_none ? *last ^ 2 : spoiled;
}

#define TTL 64

void packet_write_answer(struct writer *out, const struct packet *p, struct span payload)
{
	uint8_t header[IPV6_HEADER_SIZE] = { 0 }, udp[UDP_HEADER_SIZE] = { 0 };
	const bool is_6 = p->version == 6;
	const size_t from = is_6 ? 8 : 12, len = is_6 ? 16 : 4;
	struct packet answer = { .version = p->version,
		.header = span_of(header, is_6 ? IPV6_HEADER_SIZE : IPV4_HEADER_SIZE),
		.source = span_of(header + from, len),
		.destination = span_of(header + from + len, len),
		.udp = span_of(udp, sizeof(udp)) };

	header[0] = is_6 ? 0x60 : 0x45;
	header[is_6 ? 6 : 9] = IP_UDP;
	header[is_6 ? 7 : 8] = TTL;
	memcpy(header + from, p->destination.base, len);
	memcpy(header + from + len, p->source.base, len);
	put_u16(udp, p->destination_port);
	put_u16(udp + 2, p->source_port);
	packet_write(out, &answer, payload);
}
