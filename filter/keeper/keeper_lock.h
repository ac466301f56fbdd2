/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One keeper at a time works in a directory: two would each write a state, and each undo what the
 * other began. */
#ifndef KEEPER_KEEPER_LOCK_H
#define KEEPER_KEEPER_LOCK_H

#include "base/complaint.h"

/* Locks the directory itself, and no file in it: a file can be removed, and made anew by another
 * keeper. Returns what keeper_unlock() takes. If another process has the lock, returns -EWOULDBLOCK
 * and says which one; if the directory cannot be locked, returns another -errno. Does not wait. The
 * kernel ends the lock together with the process, so no lock is left behind by a crash. */
int keeper_lock(const char *directory, struct complaint *error);

void keeper_unlock(int lock);

#endif
