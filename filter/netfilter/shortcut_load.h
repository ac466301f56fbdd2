/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the kernel's part of the shortcut. rules/shortcut.bpf.c is compiled and embedded in
 * sealgate, if clang and libbpf were there at build time. */
#ifndef NETFILTER_SHORTCUT_LOAD_H
#define NETFILTER_SHORTCUT_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/complaint.h"

/* The name under which the program is pinned: see shortcut_pin(). */
#define SHORTCUT_PROGRAM "shortcut_program"

/* False if sealgate was built without the shortcut. */
bool shortcut_load_is_built(void);

/* Loads the program, which will set `mark_bit` (a mask) in packet marks. Pins the program and its
 * maps in `directory`, which is on a BPF file system. Existing maps are used again, so that workers
 * that have them open can go on. Returns 0, or -errno with a complaint. */
int shortcut_load(const char *directory, uint32_t mark_bit, struct complaint *why);

#endif
