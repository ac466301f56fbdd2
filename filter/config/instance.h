/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of an instance. Two instances can run on one machine: one that signs for the DNS server
 * on it, and one that does anything else. They must not share queues, ports, marks, sockets or
 * files, so these follow the name. */
#ifndef CONFIG_INSTANCE_H
#define CONFIG_INSTANCE_H

#include "config/config.h"

/* True for 1 to CONFIG_INSTANCE_MAX letters, digits and "-", the first of which is no "-". */
bool instance_name_is_good(const char *name);

/* True if it signs for the DNS server on this machine. Such an instance and one of any other role
 * can run beside each other, because their rules take different packets. */
static inline bool instance_is_at_server(const struct config *c)
{
	return c->role == ROLE_SIGNER && c->sign_place == PLACE_SERVER;
}

/* Returns 0 for the instance without a name, 2 for a named one that signs for the DNS server on
 * this machine, and 1 for any other named one. Numbers that the kernel must not mix up are derived
 * from it. */
unsigned instance_number(const struct config *c);

/* Writes "the default instance" or "instance NAME". */
#define INSTANCE_TEXT_MAX (CONFIG_INSTANCE_MAX + 32)
const char *instance_text(const char *name, char text[static INSTANCE_TEXT_MAX]);

/* Writes the path of the control socket that the instance has by default. */
void instance_socket(const char *name, char path[static CONFIG_PATH_MAX]);

/* Writes the path of the file that `--instance NAME` stands for. */
void instance_file(const char *name, char path[static CONFIG_PATH_MAX]);

#endif
