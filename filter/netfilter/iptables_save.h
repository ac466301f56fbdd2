/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is ours in the output of iptables-save: chains whose names start with SEALGATE_, and the
 * jumps to them from other chains. All else is the operator's and is never written. Text in, text
 * out. */
#ifndef NETFILTER_IPTABLES_SAVE_H
#define NETFILTER_IPTABLES_SAVE_H

#include <stdbool.h>
#include <stdio.h>

#define SAVED_PREFIX "SEALGATE_"

/* True if something of ours stands in the table. */
bool saved_has(const char *save, const char *table);

/* True if our chain of this name stands in the table. */
bool saved_has_chain(const char *save, const char *table, const char *chain);

/* Writes the lines of iptables-restore that take out of the table what is ours. */
void saved_write_removal(const char *save, const char *table, FILE *out);

/* Writes the lines of iptables-restore that put it into the table again. */
void saved_write_again(const char *save, const char *table, FILE *out);

#endif
