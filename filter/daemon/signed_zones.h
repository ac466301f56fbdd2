/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctl zones` of a signer. Private to daemon/. */
#ifndef DAEMON_SIGNED_ZONES_H
#define DAEMON_SIGNED_ZONES_H

struct control_reply;
struct service;

/* Lists the zones of the configuration, and the zone cuts that servers showed to the workers, at
 * and below a name: text, or NULL for all. */
void signed_zones_list(struct service *s, const char *top_text, struct control_reply *reply);

#endif
