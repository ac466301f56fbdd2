/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONFIG_INTERFACE_NAME_H
#define CONFIG_INTERFACE_NAME_H

#include <stdbool.h>

/* True if `text` can be the name of an interface, and is safe in packet filter rules and file
 * names: letters, digits, '.', '_' and '-' only, and neither '.' nor '-' first. `text` may be
 * NULL. */
bool interface_name_is_safe(const char *text);

#endif
