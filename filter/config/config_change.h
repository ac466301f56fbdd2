/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells which keys of a new configuration differ from those in force, and when they take effect. */
#ifndef CONFIG_CONFIG_CHANGE_H
#define CONFIG_CONFIG_CHANGE_H

#include <stdbool.h>

#include "config/config.h"

/* Paths of keys with ", " in between; "" for none. A list that is too long ends with "...". */
#define CHANGED_KEYS_MAX 400

struct config_changes {
	bool rules; /* the rules depend on a key that changes now */
	char now[CHANGED_KEYS_MAX];
	char at_restart[CHANGED_KEYS_MAX]; /* differ from what was in force at the start */
};

/* Compares a new configuration with that of the reload before (`current`), or, for keys that take
 * effect only at a start, with that of the start. `bound` is the path of one more such key, whose
 * new value this process cannot use, or NULL. Returns 0 or -ENOMEM. */
int config_compare(const struct config *next, const struct config *current,
        const struct config *started, const char *bound, struct config_changes *changes);

/* Exchanges the keys on which only the rules depend. */
void config_take_rules(struct config *to, struct config *from);

#endif
