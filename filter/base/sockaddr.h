/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes socket addresses of IPv4 and IPv6, and the interface of a link-local one; the
 * longest path of a UNIX socket. */
#ifndef BASE_SOCKADDR_H
#define BASE_SOCKADDR_H

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/span.h"

/* The longest path of a UNIX socket, in octets, without the terminating zero. */
#define SOCKET_PATH_MAX ((int)sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

/* Returns the 4 or 16 octets of the address, in network order; borrows from `address`. */
static inline struct span sockaddr_octets(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	return address->ss_family == AF_INET ? span_of(&in->sin_addr, sizeof(in->sin_addr))
	                                     : span_of(&in6->sin6_addr, sizeof(in6->sin6_addr));
}

/* Returns the size of a socket address of this family. */
static inline socklen_t sockaddr_size(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
	                                     : sizeof(struct sockaddr_in6);
}

/* Returns the socket address for an address of 4 or 16 octets, in network order, and a port.
 * `interface` is used for link-local addresses only. */
static inline struct sockaddr_storage sockaddr_of(
        struct span octets, uint16_t port, uint32_t interface)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;

	if (octets.len == sizeof(in->sin_addr)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, octets.base, sizeof(in->sin_addr));
		return address;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, octets.base, sizeof(in6->sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
		in6->sin6_scope_id = interface;
	return address;
}

/* The operator names the interface of a link-local server (fe80::1%eth0). Interfaces come and go
 * while sealgate runs, so the name stays with the address, in octets of struct sockaddr_storage
 * behind struct sockaddr_in6. The interface is looked up when a socket is connected. */
static inline void sockaddr_set_interface(struct sockaddr_storage *address, const char *name)
{
	char *at = (char *)address + sizeof(struct sockaddr_in6);

	strncpy(at, name, IF_NAMESIZE - 1);
}

/* Returns that name, or "". Borrows from `address`. */
static inline const char *sockaddr_interface(const struct sockaddr_storage *address)
{
	const char *at = (const char *)address + sizeof(struct sockaddr_in6);

	return address->ss_family == AF_INET6 ? at : "";
}

/* Writes an address of 4 or 16 octets as text. Returns `text`. */
static inline const char *address_text(struct span address, char text[static INET6_ADDRSTRLEN])
{
	inet_ntop(address.len == sizeof(struct in_addr) ? AF_INET : AF_INET6, address.base, text,
	        INET6_ADDRSTRLEN);
	return text;
}

#endif
