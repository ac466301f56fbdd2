/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's part of the shortcut, which stands in the program as rules/shortcut.bpf.c is
 * compiled: where clang and libbpf were there when it was made. */
#ifndef NETFILTER_SHORTCUT_LOAD_H
#define NETFILTER_SHORTCUT_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/complaint.h"

/* The name by which the program is pinned: see shortcut_pin(). */
#define SHORTCUT_PROGRAM "shortcut_program"

/* False when this program was made without it. */
bool shortcut_load_is_built(void);

/* Loads it, to set `mark_bit` (a mask), and pins it and its maps in `directory`, which is on a bpf
 * file system. Maps that are there already stay, so that a worker that has them open goes on.
 * Returns 0, or -errno with a sentence in `why`. */
int shortcut_load(const char *directory, uint32_t mark_bit, struct complaint *why);

#endif
