/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address of a DNS server as people write it. */
#ifndef CONFIG_ADDRESS_H
#define CONFIG_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Room for the longest that address_write() writes. */
#define ADDRESS_TEXT_MAX 64

/* Reads "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353"; the port is 53
 * otherwise. No names, no scopes. Returns false when the text is nothing of that. */
bool address_read(const char *text, struct sockaddr_storage *address);

/* Writes an address that address_read() gave, with its port unless that is 53. */
void address_write(const struct sockaddr_storage *address, char text[static ADDRESS_TEXT_MAX]);

#endif
