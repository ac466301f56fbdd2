/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A local name as an operator writes it: "lan", "10.0.0.0/8" (the reverse zones of this network),
 * "*" (every name of one label that the root denies); each may end in " from 10.8.0.1" or " from
 * 10.8.0.0/24", the servers that answer for it. */
#ifndef CONFIG_LOCAL_TEXT_H
#define CONFIG_LOCAL_TEXT_H

#include "trust/local.h"

#define LOCAL_TEXT_SIZE (NAME_TEXT_SIZE + 64)

/* Returns false if `text` is not a local name. */
bool local_read(const char *text, struct local_name *local);

/* Writes `local` so that local_read() reads it back. */
void local_write(const struct local_name *local, char text[static LOCAL_TEXT_SIZE]);

#endif
