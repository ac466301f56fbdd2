/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for a key in the text of a configuration file that libconfig cannot read. Text in, a
 * finding out. What it finds must be sure, because a command that goes to another instance does
 * harm: if the text has anything that could hide the key, or give it another value, the finding is
 * that nothing is known. */
#ifndef CONFIG_SKETCH_H
#define CONFIG_SKETCH_H

#include "config/config.h"

enum sketch {
	SKETCH_NONE, /* the text does not have the key */
	SKETCH_ONE,  /* it has it once, or several times with the same value, which is a string */
	/* it includes another file, or is not closed, or has the key in another form */
	SKETCH_UNSURE,
};

/* Writes the value if SKETCH_ONE. */
enum sketch sketch_find(const char *text, const char *key, char value[static CONFIG_PATH_MAX]);

/* True if `name` is no key, and probably the mistyped key `key`. */
bool sketch_is_mistyped(const char *name, const char *key);

#endif
