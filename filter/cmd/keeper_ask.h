/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the keeper that runs, for the commands that need it. */
#ifndef CMD_KEEPER_ASK_H
#define CMD_KEEPER_ASK_H

#include "cmd/options.h"
#include "daemon/control_client.h"

/* Sends the request to the keeper of the configuration that `o` names, and waits: a keeper that
 * looks at servers, or that waits for its vault, takes a while. If the reply is a list that goes
 * on, gets all of it. Returns the reply, whose code is CONTROL_FINE, for the caller to free.
 * Otherwise returns NULL after logging why, with the exit code. */
struct control_answer *keeper_ask(
        const struct options *o, const char *request, enum exit_code *code);

#endif
