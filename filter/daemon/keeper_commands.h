/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the keeper's control socket, which `sealgate keys` sends. */
#ifndef DAEMON_KEEPER_COMMANDS_H
#define DAEMON_KEEPER_COMMANDS_H

#include "daemon/control.h"
#include "keeper/keeper.h"

/* Their context is a `struct keeper **`: the keeper at work while control_serve() runs. */
extern const struct control_command keeper_commands[];

#endif
