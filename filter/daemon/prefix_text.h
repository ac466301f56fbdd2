/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of the log and the status about prefixes of NAT64s that were found. Private to daemon/. */
#ifndef DAEMON_PREFIX_TEXT_H
#define DAEMON_PREFIX_TEXT_H

#include "config/config.h"
#include "trust/found_prefixes.h"

/* Room for the longest text of an origin. */
#define PREFIX_ORIGIN_SIZE 128

/* Writes who told a prefix: "ipv4only.arpa at 192.0.2.1", "router fe80::1 on eth0". Returns
 * `text`. */
const char *prefix_origin_text(
        const struct config *c, const struct found_prefix *p, char text[static PREFIX_ORIGIN_SIZE]);

/* Logs that a prefix was learned, or was refused. */
void prefix_log_news(const struct config *c, const struct found_prefix *p);

/* Logs that a prefix is forgotten. */
void prefix_log_ended(const struct config *c, const struct found_prefix *p);

/* Room for the longest text of all prefixes, in octets. */
#define PREFIX_LIST_SIZE ((CONFIG_NETWORKS_MAX + FOUND_PREFIXES_MAX) * 192)

/* Writes the prefixes that count, or those that do not, with the origin of each. Returns `text`. */
const char *prefix_list_text(const struct config *c, const struct found_prefixes *found,
        bool that_count, char text[static PREFIX_LIST_SIZE]);

#endif
