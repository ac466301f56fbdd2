/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands about negative trust anchors, for the table of service_commands.c. Private to
 * daemon/. */
#ifndef DAEMON_NTA_COMMANDS_H
#define DAEMON_NTA_COMMANDS_H

#include "daemon/control.h"

void nta_command_add(void *context, char *const words[], struct control_reply *reply);
void nta_command_remove(void *context, char *const words[], struct control_reply *reply);
void nta_command_list(void *context, char *const words[], struct control_reply *reply);

struct service;

/* Adds to a status how many are in force, and which: the first few of them. */
void nta_add_status(const struct service *s, struct control_reply *reply);

#endif
