/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room for connections, of which each client has a share. */
#ifndef WORKER_RELAY_ROOM_H
#define WORKER_RELAY_ROOM_H

#include <stdbool.h>
#include <sys/socket.h>

struct connection;
struct worker;

/* Makes room for a connection of `client` where there is too little. Whose connections give way is
 * a matter of shares (share.h): who has its share makes room for its own, and the greediest for who
 * has not. Of one client the idlest gives way, one without a question in flight before one with.
 * Returns false when the new one is to be refused: its client has its share, and none of its own is
 * found to give way, or RELAY_REPLACED_A_SECOND were replaced already, of all clients together. */
bool relay_make_room(struct worker *w, const struct sockaddr_storage *client);

/* The same where it is not known yet for whom: for want of descriptors. Returns false when there is
 * no connection to close. */
bool relay_make_room_for_any(struct worker *w);

/* Counts a connection for its client, which is known; notes that it was active; counts it no more.
 */
void relay_enter(struct worker *w, struct connection *c);
void relay_touch(struct worker *w, struct connection *c);
void relay_leave(struct worker *w, struct connection *c);

#endif
