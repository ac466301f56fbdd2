/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds our lines in the output of iptables-save: chains whose names start with SEALGATE_, and the
 * jumps to them from other chains. All other lines are the operator's and are never written. Text
 * in, text out. */
#ifndef NETFILTER_IPTABLES_SAVE_H
#define NETFILTER_IPTABLES_SAVE_H

#include <stdbool.h>
#include <stdio.h>

#define SAVED_PREFIX "SEALGATE_"

/* True if the table has a line of ours. */
bool saved_has(const char *save, const char *table);

/* True if the table has our chain of this name. */
bool saved_has_chain(const char *save, const char *table, const char *chain);

/* Writes the lines for iptables-restore that remove our lines from the table. */
void saved_write_removal(const char *save, const char *table, FILE *out);

/* Writes the lines for iptables-restore that put our lines into the table again. */
void saved_write_again(const char *save, const char *table, FILE *out);

#endif
