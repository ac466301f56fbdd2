/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/client_subnet.h"

enum { OPTION_CLIENT_SUBNET = 8 };

_Static_assert(sizeof(struct client_subnet) == 20, "no holes");

static unsigned address_octets(const struct client_subnet *subnet)
{
	return (subnet->source + 7u) / 8;
}

bool client_subnet_is_valid(const struct client_subnet *subnet)
{
	static const uint8_t longest[] = { 0, 32, 128 };

	if (subnet->family >= sizeof(longest) || subnet->source > longest[subnet->family] ||
	        subnet->scope > longest[subnet->family])
		return false;
	for (unsigned bit = subnet->source; bit < 8 * sizeof(subnet->address); bit++) {
		if (subnet->address[bit / 8] & 0x80u >> bit % 8)
			return false;
	}
	return true;
}

/* Reads the content of the option. */
static bool read_subnet(struct span content, struct client_subnet *subnet)
{
	struct cursor c = cursor_over(content);
	uint16_t family = cursor_u16(&c);

	*subnet = (struct client_subnet){ .is_given = true, .family = (uint8_t)family };
	subnet->source = cursor_u8(&c);
	subnet->scope = cursor_u8(&c);
	struct span address = cursor_rest(&c);
	if (c.bad || family > UINT8_MAX || address.len > sizeof(subnet->address) ||
	        address.len != address_octets(subnet))
		return false;
	if (address.len > 0)
		memcpy(subnet->address, address.base, address.len);
	return client_subnet_is_valid(subnet);
}

/* An option takes at least four octets, so an OPT of 65535 octets bounds this loop. */
bool client_subnet_read(struct span options, struct client_subnet *subnet)
{
	struct cursor c = cursor_over(options);

	*subnet = (struct client_subnet){ 0 };
	while (!cursor_done(&c)) {
		uint16_t code = cursor_u16(&c);
		struct span content = cursor_take(&c, cursor_u16(&c));
		if (c.bad)
			return false;
		if (code == OPTION_CLIENT_SUBNET &&
		        (subnet->is_given || !read_subnet(content, subnet)))
			return false;
	}
	return true;
}

void client_subnet_write(const struct client_subnet *subnet, uint8_t scope, struct writer *out)
{
	unsigned octets = address_octets(subnet);

	writer_u16(out, OPTION_CLIENT_SUBNET);
	writer_u16(out, (uint16_t)(4 + octets));
	writer_u16(out, subnet->family);
	writer_u8(out, subnet->source);
	writer_u8(out, scope);
	writer_put(out, span_of(subnet->address, octets));
}

bool client_subnet_answers(const struct client_subnet *given, const struct client_subnet *asked)
{
	return (asked->family == 0 || given->family == asked->family) &&
	       given->source == asked->source &&
	       memcmp(given->address, asked->address, sizeof(asked->address)) == 0;
}
