/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network as an operator writes it: "192.0.2.0/24", "2001:db8::/32", or one address. */
#ifndef CONFIG_NETWORK_TEXT_H
#define CONFIG_NETWORK_TEXT_H

#include <arpa/inet.h>

#include "wire/network.h"

/* Room for the longest text that network_write() writes. */
#define NETWORK_TEXT_SIZE (INET6_ADDRSTRLEN + 4)

/* Reads a network. Without a prefix length `text` is one address. False if `text` is no network. */
bool network_read(const char *text, struct network *network);

/* Writes a network with its prefix length, or one address without. Returns `text`. */
const char *network_write(
        const struct network *network, bool with_prefix, char text[static NETWORK_TEXT_SIZE]);

#endif
