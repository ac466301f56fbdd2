/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that has the PKCS#11 module, seen from the keeper. A module is somebody else's code:
 * it may crash, and it may hang for ever, for nothing in PKCS#11 times out. So it runs in a program
 * of its own, sealgate-vault, which is killed after a limit. */
#ifndef KEEPER_VAULT_PROCESS_H
#define KEEPER_VAULT_PROCESS_H

#include <limits.h>
#include <sys/types.h>

#include "keeper/vault_message.h"
#include "keeper/vault_wait.h"

struct vault_process {
	pid_t pid;   /* 0: none */
	int channel; /* to the process; -1: none */
};

#define VAULT_PROCESS_NONE ((struct vault_process){ .pid = 0, .channel = -1 })

/* True if this build has the program: it needs p11-kit. */
bool vault_process_is_built(void);

/* Finds sealgate-vault: beside the running program (as in build/), else where `make install` puts
 * it, in ../libexec/sealgate. Returns false, with a complaint, if it is in neither. */
bool vault_process_program(char path[static PATH_MAX], struct complaint *why);

/* Starts the program, in a process group of its own. It inherits the environment, which modules
 * read. Its descriptors are the channel, stderr, and those of the keeper that exec does not close,
 * which it closes itself. It is killed when the thread that called this ends. */
enum vault_fault vault_process_start(
        struct vault_process *process, const char *program, struct complaint *why);

/* Sends the request and waits for the reply, at most `limit_ms`, and VAULT_PARTING_MS at most once
 * the work is to end. Returns VAULT_GOOD if there is a reply, whatever the reply says; VAULT_HANGS,
 * VAULT_AWAY (the process ended), VAULT_SETTING (it is of another version) or VAULT_BROKEN (no
 * well-formed reply) otherwise. */
enum vault_fault vault_process_ask(struct vault_process *process,
        const struct vault_request *request, unsigned limit_ms, const struct vault_wait *wait,
        struct vault_reply *reply);

/* Ends the process, if there is one: it is asked to close its session, since tokens have few of
 * them, and killed if it has not ended within `patience_ms`. What it has started in its process
 * group is killed with it. */
void vault_process_end(struct vault_process *process, unsigned patience_ms);

#endif
