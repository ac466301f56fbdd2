/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration as text. */
#ifndef CONFIG_CONFIG_SHOW_H
#define CONFIG_CONFIG_SHOW_H

#include "config/config.h"

/* Writes `c` as a file that config_load() reads back to the same values. */
void config_show(const struct config *c, FILE *out);

/* Writes the example file: every key with its explanation, and its default commented out. Returns 0
 * or -ENOMEM. */
int config_example(FILE *out);

#endif
