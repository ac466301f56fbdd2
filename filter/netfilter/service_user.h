/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As which user the program runs. A mark alone does not tell its sockets from others: since
 * Linux 5.17 CAP_NET_RAW is enough to set one. */
#ifndef NETFILTER_SERVICE_USER_H
#define NETFILTER_SERVICE_USER_H

#include <stdint.h>

#include "config/config.h"

/* Returns whom the directory of the control socket belongs to, since the program makes that socket
 * itself: the user of the service, whom systemd gives it before the rules are applied. Root where
 * it is not there yet, since then root makes it. */
uint32_t user_of_service(const struct config *c);

/* Warns in the log where this process runs as a user whom the rules would not know. Then its own
 * questions are judged like anybody's, and no keys are had. */
void user_check(const struct config *c);

#endif
