/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver that this host uses. */
#ifndef CONFIG_NAMESERVER_H
#define CONFIG_NAMESERVER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/complaint.h"

/* Reads the first "nameserver" from a file like /etc/resolv.conf. The complaint names the last line
 * before it whose address cannot be used, or is "". Returns false if there is none. */
bool nameserver_read(const char *path, struct sockaddr_storage *server, struct complaint *skipped);

#endif
