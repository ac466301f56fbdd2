/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The EDNS option by which a resolver tells a server the network of its client, and the server
 * tells for which network its answer is (RFC 7871, 6). */
#ifndef WIRE_CLIENT_SUBNET_H
#define WIRE_CLIENT_SUBNET_H

#include "base/cursor.h"
#include "base/writer.h"

#define SUBNET_OPTION_MAX 24 /* octets of the option */

/* Has no holes, because it is hashed. */
struct client_subnet {
	bool is_given;
	uint8_t family; /* 1: IPv4, 2: IPv6, 0: the client shall stay unknown, so `source` is 0 */
	uint8_t source, scope;
	uint8_t address[16]; /* zero behind the first `source` bits */
};

/* True if the family is known, the lengths of both prefixes fit it, and the address has no bit
 * behind the source prefix. */
bool client_subnet_is_valid(const struct client_subnet *subnet);

/* Reads the option among the options of an OPT. If there is none, subnet->is_given is false.
 * Returns false if the options are cut short, if the option is there twice, or if it is not
 * valid. */
bool client_subnet_read(struct span options, struct client_subnet *subnet);

/* Writes the option, with this scope: at most SUBNET_OPTION_MAX octets. */
void client_subnet_write(const struct client_subnet *subnet, uint8_t scope, struct writer *out);

/* True if the option of a response is for the query with the option `asked` (RFC 7871, 7.3). */
bool client_subnet_answers(const struct client_subnet *given, const struct client_subnet *asked);

#endif
