/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/network_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"

static bool prefix_read(const char *text, unsigned max, uint8_t *prefix)
{
	unsigned long n;
	bool ok = decimal_read(text, max, &n);

	*prefix = (uint8_t)n;
	return ok;
}

bool network_read(const char *text, struct network *network)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	*network = (struct network){ 0 };
	if (inet_pton(AF_INET, address, network->octets) == 1)
		network->len = 4;
	else if (inet_pton(AF_INET6, address, network->octets) == 1)
		network->len = 16;
	network->prefix = (uint8_t)(network->len * 8);
	return network->len > 0 &&
	       (!text[len] || prefix_read(text + len + 1, network->len * 8u, &network->prefix));
}

const char *network_write(
        const struct network *network, bool with_prefix, char text[static NETWORK_TEXT_SIZE])
{
	size_t len;

	inet_ntop(network->len == 4 ? AF_INET : AF_INET6, network->octets, text, INET6_ADDRSTRLEN);
	len = strlen(text);
	if (with_prefix)
		snprintf(text + len, NETWORK_TEXT_SIZE - len, "/%u", network->prefix);
	return text;
}
