/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver that this host uses. */
#ifndef CONFIG_NAMESERVER_H
#define CONFIG_NAMESERVER_H

#include <stdbool.h>
#include <sys/socket.h>

/* Reads the first "nameserver" with an address without a scope from a file like /etc/resolv.conf.
 * Returns false if there is none. */
bool nameserver_read(const char *path, struct sockaddr_storage *server);

#endif
