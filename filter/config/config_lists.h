/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of configuration keys whose value is a list. Private to config/. */
#ifndef CONFIG_CONFIG_LISTS_H
#define CONFIG_CONFIG_LISTS_H

#include "config/config_kinds.h"

extern const struct config_kind kind_resolvers;  /* struct config_servers, with ports */
extern const struct config_kind kind_servers;    /* struct config_servers, without ports */
extern const struct config_kind kind_networks;   /* struct config_networks */
extern const struct config_kind kind_words;      /* uint32_t, a bit for each of the key's `words` */
extern const struct config_kind kind_prefixes;   /* struct config_networks, prefixes of NAT64s */
extern const struct config_kind kind_names;      /* struct namelist * */
extern const struct config_kind kind_interfaces; /* struct config_interfaces */

#endif
