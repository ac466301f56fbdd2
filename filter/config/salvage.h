/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a configuration file that has become wrong or is gone: enough to reach the daemon that has
 * started with it, and to remove its rules. */
#ifndef CONFIG_SALVAGE_H
#define CONFIG_SALVAGE_H

#include "config/config.h"

/* The caller wants to know this for sure. */
enum salvage_need {
	SALVAGE_INSTANCE, /* all that is the instance's */
	SALVAGE_SOCKET,   /* only the path of the control socket */
};

/* Fills `c` with what can be known although config_load() fails for `path`: the values that are
 * right, and for other keys the defaults of the instance. `instance` is the name that the operator
 * gives, or NULL if the file must tell it. Returns 0, or -ENOMEM; or -EINVAL if the file does not
 * tell for sure what the caller needs, or is of another instance than `instance`. Not 0: the
 * complaint says what to do, and `c` owns nothing. */
int config_salvage(struct config *c, const char *path, const char *instance, enum salvage_need need,
        struct complaint *why);

#endif
