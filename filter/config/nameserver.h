/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver that this host asks. */
#ifndef CONFIG_NAMESERVER_H
#define CONFIG_NAMESERVER_H

#include <stdbool.h>
#include <sys/socket.h>

/* Reads the first "nameserver" of a file like /etc/resolv.conf that is an address without a scope.
 * Returns false when there is none. */
bool nameserver_read(const char *path, struct sockaddr_storage *server);

#endif
