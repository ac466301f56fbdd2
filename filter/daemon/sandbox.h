/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon gives these up for good before it reads anything from the network, besides its
 * privileges (daemon/privileges.h): files (daemon/landlock.h) and system calls (daemon/seccomp.h).
 * A kernel or a build that cannot do it is no failure: the log and `sealgate ctl status` say what
 * is in force. Private to daemon/. */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include "config/config.h"
#include "daemon/seccomp.h"

/* The directories in which the keys of a signer's zones are. */
struct key_directories {
	const char **paths; /* each once, or NULL; the paths are borrowed */
	unsigned count;
};

/* For the main thread before it starts another: all threads can open only the files that the daemon
 * needs. Does nothing, as all functions here, if the configuration says so. `file` is that of the
 * configuration; NULL: the default. `keys`: NULL for none. */
void sandbox_begin(const struct config *c, const char *file, const struct key_directories *keys);

/* For the main thread once the workers run, and before it starts other threads. */
void sandbox_main(const struct config *c);

/* For another thread, at its start. A keeper that runs outside the sandbox, as in a test, stays
 * so. */
void sandbox_worker(const struct config *c);
void sandbox_keeper(enum seccomp_kind kind);

/* The parts of the sandbox of a process. */
enum { SANDBOX_CALLS = 1, SANDBOX_FILES = 2 };

/* For the process of the guard. Returns its parts that are in force. */
unsigned sandbox_guard(const struct config *c);

/* Logs what is in force. */
void sandbox_log(void);

/* Returns what is in force, as words with commas in between; "none" if nothing is. Names each kind
 * of thread that is less restricted than the main thread. `guard_parts`: those of the guard, all of
 * them if there is no guard. For the main thread; valid until the next call. */
const char *sandbox_words(unsigned guard_parts);

#endif
