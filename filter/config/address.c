/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "base/sockaddr.h"

#define DNS_PORT 53

static bool port_read(const char *text, uint16_t *port)
{
	unsigned long n;

	if (strlen(text) > strlen("65535") || !decimal_read(text, UINT16_MAX, &n) || n == 0)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* Splits `text` into the host, without brackets, and the text of the port, NULL if there is none. The
 * port of an IPv6 address needs brackets, because the address has colons itself. */
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

bool address_read(const char *text, struct sockaddr_storage *address)
{
	char host[INET6_ADDRSTRLEN];
	const char *port_text;
	uint16_t port = DNS_PORT;
	uint8_t octets[sizeof(struct in6_addr)];
	size_t len = 0;

	if (!address_split(text, host, sizeof(host), &port_text))
		return false;
	if (port_text && !port_read(port_text, &port))
		return false;

	if (text[0] != '[' && inet_pton(AF_INET, host, octets) == 1)
		len = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, host, octets) == 1)
		len = sizeof(struct in6_addr);
	if (len > 0)
		*address = sockaddr_of(span_of(octets, len), port, 0);
	return len > 0;
}

void address_write(const struct sockaddr_storage *address, char text[static ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "";
	bool is_v6 = address->ss_family == AF_INET6;
	unsigned port;

	if (is_v6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
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
