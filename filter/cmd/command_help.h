/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what the tables of a subcommand say of it. */
#ifndef CMD_COMMAND_HELP_H
#define CMD_COMMAND_HELP_H

#include "cmd/command.h"

/* Writes the help of a subcommand to standard output, at most 80 columns wide. */
void command_help_print(const struct command *c);

#endif
