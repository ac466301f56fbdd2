/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link.h"

#include <pcap/dlt.h>

#include "base/cursor.h"

#define MAC_ADDRESSES_SIZE     12
#define COOKED_PROTOCOL_AT     14 /* of 16 octets */
#define COOKED2_AFTER_PROTOCOL 18

/* EtherTypes. */
enum {
	ETHER_IPV4 = 0x0800,
	ETHER_IPV6 = 0x86dd,
	ETHER_VLAN = 0x8100,       /* 802.1Q */
	ETHER_VLAN_OUTER = 0x88a8, /* 802.1ad */
	ETHER_VLAN_OLD = 0x9100,   /* for 802.1ad, before the standard */
};

/* Reads the header before the IP packet and VLAN tags. Returns the EtherType, or 0. */
typedef uint16_t link_reader(struct cursor *c);

struct link_type {
	int number;
	link_reader *read;
	bool is_cooked;
};

static uint16_t read_ethernet(struct cursor *c)
{
	cursor_take(c, MAC_ADDRESSES_SIZE);
	return cursor_u16(c);
}

static uint16_t read_cooked(struct cursor *c)
{
	cursor_take(c, COOKED_PROTOCOL_AT);
	return cursor_u16(c);
}

static uint16_t read_cooked2(struct cursor *c)
{
	uint16_t protocol = cursor_u16(c);
	cursor_take(c, COOKED2_AFTER_PROTOCOL);
	return protocol;
}

static uint16_t read_nothing(struct cursor *c)
{
	struct cursor peek = *c;

	switch (cursor_u8(&peek) >> 4) {
	case 4:
		return ETHER_IPV4;
	case 6:
		return ETHER_IPV6;
	default:
		return 0;
	}
}

/* The header is the address family, in the byte order of the capturing machine (DLT_NULL) or of the
 * network (DLT_LOOP). Each system has its own number for IPv6. */
static uint16_t read_loopback(struct cursor *c)
{
	uint32_t family = cursor_u32(c);

	if (family & 0xffff0000)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return ETHER_IPV4;
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return ETHER_IPV6;
	default:
		return 0;
	}
}

/* OpenBSD writes DLT_RAW as 14. */
static const struct link_type link_types[] = {
	{ DLT_EN10MB, read_ethernet, false },
	{ DLT_LINUX_SLL, read_cooked, true },
	{ DLT_LINUX_SLL2, read_cooked2, true },
	{ DLT_RAW, read_nothing, false },
	{ DLT_IPV4, read_nothing, false },
	{ DLT_IPV6, read_nothing, false },
	{ 14, read_nothing, false },
	{ DLT_NULL, read_loopback, false },
	{ DLT_LOOP, read_loopback, false },
};

const struct link_type *link_type_find(int number)
{
	for (size_t i = 0; i < sizeof(link_types) / sizeof(link_types[0]); i++)
		if (link_types[i].number == number)
			return &link_types[i];
	return NULL;
}

static bool is_tag(uint16_t type)
{
	return type == ETHER_VLAN || type == ETHER_VLAN_OUTER || type == ETHER_VLAN_OLD;
}

/* If the kernel left a tag in a frame captured on "any", the cooked header has the protocol from
 * behind the tag. The rest of the tag follows: priority and VLAN, then that protocol again. */
static void skip_half_tag(struct cursor *c, uint16_t protocol)
{
	struct cursor peek = *c;
	uint8_t version = protocol == ETHER_IPV4 ? 4 : 6;
	bool is_ip = cursor_u8(&peek) >> 4 == version;

	cursor_u8(&peek);
	bool is_repeated = cursor_u16(&peek) == protocol;
	if (!is_ip && is_repeated && cursor_u8(&peek) >> 4 == version)
		cursor_take(c, 4);
}

bool link_ip(const struct link_type *type, struct span frame, struct span *ip)
{
	struct cursor c = cursor_over(frame);
	uint16_t protocol = type->read(&c);

	for (unsigned i = 0; i < LINK_TAGS && is_tag(protocol); i++) {
		cursor_u16(&c); /* priority and VLAN */
		protocol = cursor_u16(&c);
	}
	if (type->is_cooked)
		skip_half_tag(&c, protocol);
	*ip = cursor_rest(&c);
	return !c.bad && ip->len > 0 && (protocol == ETHER_IPV4 || protocol == ETHER_IPV6);
}
