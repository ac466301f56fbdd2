/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that show what the workers know, or have them forget it, for the table of
 * service_commands.c. Private to daemon/. */
#ifndef DAEMON_KNOWN_COMMANDS_H
#define DAEMON_KNOWN_COMMANDS_H

#include "daemon/control.h"

void known_command_flush(void *context, char *const words[], struct control_reply *reply);
void known_command_zones(void *context, char *const words[], struct control_reply *reply);
void known_command_servers(void *context, char *const words[], struct control_reply *reply);
void known_command_recent(void *context, char *const words[], struct control_reply *reply);

#endif
