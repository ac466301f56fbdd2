/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the control socket. Private to daemon/. */
#ifndef DAEMON_SERVICE_COMMANDS_H
#define DAEMON_SERVICE_COMMANDS_H

#include "daemon/control.h"

/* The table for control_open(). The context of each command is the struct service. */
extern const struct control_command service_commands[];

#endif
