/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "base/sockaddr.h"
#include "config/interface_name.h"

#define DNS_PORT 53

#define HOST_MAX (INET6_ADDRSTRLEN + IF_NAMESIZE) /* fe80::1%eth0 */

static bool port_read(const char *text, uint16_t *port)
{
	unsigned long n;

	if (strlen(text) > strlen("65535") || !decimal_read(text, UINT16_MAX, &n) || n == 0)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* Splits `text` into the host, without brackets, and the text of the port, NULL if there is none.
 * The port of an IPv6 address needs brackets, because the address has colons itself. */
static bool address_split(const char *text, char *host, size_t host_size, const char **port)
{
	const char *start = text, *end = text + strlen(text), *colon = strchr(text, ':');

	*port = NULL;
	if (text[0] == '[') {
		start = text + 1;
		end = strchr(text, ']');
		if (!end || (end[1] != '\0' && end[1] != ':'))
			return false;
		if (end[1] == ':')
			*port = end + 2;
	} else if (colon && !strchr(colon + 1, ':')) {
		end = colon;
		*port = colon + 1;
	}
	if ((size_t)(end - start) >= host_size)
		return false;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	return true;
}

/* Cuts the interface off the host, and returns it; NULL if there is none. */
static const char *cut_interface(char *host)
{
	char *percent = strchr(host, '%');

	if (!percent)
		return NULL;
	*percent = '\0';
	return percent + 1;
}

static bool is_link_local(const struct sockaddr_storage *address)
{
	struct sockaddr_in6 in6;

	memcpy(&in6, address, sizeof(in6));
	return address->ss_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr);
}

bool address_lacks_interface(const struct sockaddr_storage *address)
{
	return is_link_local(address) && !sockaddr_interface(address)[0];
}

bool address_read(const char *text, struct sockaddr_storage *address)
{
	char host[HOST_MAX];
	const char *port_text;
	uint16_t port = DNS_PORT;
	uint8_t octets[sizeof(struct in6_addr)];
	size_t len = 0;

	if (!address_split(text, host, sizeof(host), &port_text))
		return false;
	if (port_text && !port_read(port_text, &port))
		return false;
	const char *interface = cut_interface(host);

	if (text[0] != '[' && inet_pton(AF_INET, host, octets) == 1)
		len = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, host, octets) == 1)
		len = sizeof(struct in6_addr);
	if (len == 0)
		return false;
	*address = sockaddr_of(span_of(octets, len), port, 0);
	if (!interface)
		return true;
	if (!is_link_local(address) || !interface_name_is_safe(interface))
		return false;
	sockaddr_set_interface(address, interface);
	return true;
}

void address_write(const struct sockaddr_storage *address, char text[static ADDRESS_TEXT_MAX])
{
	char host[HOST_MAX] = "";
	const char *interface = sockaddr_interface(address);
	bool is_v6 = address->ss_family == AF_INET6;
	unsigned port;

	if (is_v6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, INET6_ADDRSTRLEN);
		if (interface[0])
			snprintf(host + strlen(host), sizeof(host) - strlen(host), "%%%.*s",
			        IF_NAMESIZE - 1, interface);
		port = ntohs(in6.sin6_port);
	} else {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
		port = ntohs(in.sin_port);
	}
	if (port == DNS_PORT)
		snprintf(text, ADDRESS_TEXT_MAX, "%s", host);
	else
		snprintf(text, ADDRESS_TEXT_MAX, is_v6 ? "[%s]:%u" : "%s:%u", host, port);
}
