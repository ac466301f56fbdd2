/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command that root gives, and that goes on as the user of a service. */
#ifndef CMD_BECOME_H
#define CMD_BECOME_H

#include <stdbool.h>

#include "base/complaint.h"

/* Root becomes the owner of the directory for good, with the groups of this user, no capability,
 * and no way to gain any by a program: what the process loads or starts afterwards cannot be root
 * again. It keeps root's terminal, in which a program can type by TIOCSTI, so start what others
 * wrote in a session of its own (keeper/vault_process.c does so). If the owner is root, or the
 * process is not root's, nothing changes. Returns false with a complaint if the directory cannot be
 * looked at, or if the process cannot become its owner; then end the process, whose groups may have
 * changed. */
bool become_owner_of(const char *directory, struct complaint *error);

#endif
