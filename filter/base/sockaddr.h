/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a socket address of IPv4 or IPv6. */
#ifndef BASE_SOCKADDR_H
#define BASE_SOCKADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/span.h"

/* Returns the 4 or 16 octets of the address, in network order; borrows. */
static inline struct span sockaddr_octets(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;

	return address->ss_family == AF_INET ? span_of(&in->sin_addr, sizeof(in->sin_addr))
	                                     : span_of(&in6->sin6_addr, sizeof(in6->sin6_addr));
}

#endif
