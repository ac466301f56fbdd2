/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user as which sealgate runs. The rules know its sockets by their mark and their user. A mark
 * alone is not enough: since Linux 5.17 any process with CAP_NET_RAW can set one. */
#ifndef NETFILTER_SERVICE_USER_H
#define NETFILTER_SERVICE_USER_H

#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

/* Returns the number of the user that `user` in the configuration names. If there is no such user:
 * the owner of the directory of the control socket, in which sealgate makes that socket; root if
 * that directory does not exist yet, because then root makes it. */
uint32_t service_user(const struct config *c);

/* Returns the group of that user; root's if it has none. */
gid_t service_group(const struct config *c);

/* Logs an error if this process runs as a user that the rules do not know. Then the fetches of
 * sealgate are judged like the queries of any client, and no keys can be fetched. */
void service_user_check(const struct config *c);

#endif
