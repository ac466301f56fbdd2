/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lets one process at a time change the rules of a network namespace: `sealgate rules` of the
 * operator and the guard of the daemon must not undo half of what the other does. */
#ifndef NETFILTER_RULES_LOCK_H
#define NETFILTER_RULES_LOCK_H

#define RULES_LOCK_WAIT_MS 2000

/* Waits for the lock, and at most RULES_LOCK_WAIT_MS: any user of the machine can hold it (flock(2)
 * of the file of the namespace), and must not keep the rules away. What such a user gains is this
 * delay, at a moment when the rules are gone. Returns what rules_unlock() takes. */
int rules_lock(void);

void rules_unlock(int lock);

#endif
