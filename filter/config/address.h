/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address of a DNS server as an operator writes it. */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Room for the longest text that address_write() writes. */
#define ADDRESS_TEXT_MAX 80

/* Reads "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353". A link-local address
 * may have the name of its interface: "fe80::1%eth0", "[fe80::1%eth0]:5353" (base/sockaddr.h).
 * Without a port the port is 53. Returns false for any other text, such as a host name. */
bool address_read(const char *text, struct sockaddr_storage *address);

/* True for a link-local address without an interface, which no socket can be connected to. */
bool address_lacks_interface(const struct sockaddr_storage *address);

/* Writes an address so that address_read() reads it back; the port only if it is not 53. */
void address_write(const struct sockaddr_storage *address, char text[static ADDRESS_TEXT_MAX]);

#endif
