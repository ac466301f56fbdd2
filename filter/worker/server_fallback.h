/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done about servers that are not clean of old habits: they refuse EDNS or drop it, or
 * leave out signatures. Private to worker/. */
#ifndef WORKER_SERVER_FALLBACK_H
#define WORKER_SERVER_FALLBACK_H

#include "fetch/probe.h"
#include "fetch/upstream.h"
#include "worker/arrival.h"

struct gate_result;
struct message;
struct worker;

struct server_fallback {
	struct upstreams upstreams;
	struct probes probes;
};

/* Takes the memory, when epoll and the fetcher are there. Returns 0 or -errno. */
int server_fallback_init(struct worker *w);
void server_fallback_fini(struct worker *w);

/* A client asks `server`: returns true when its query is to go on as it came. */
bool server_fallback_is_plain(struct worker *w, const struct sockaddr_storage *server);

/* Such a query went on, with EDNS. */
void server_fallback_watch(
        struct worker *w, const struct sockaddr_storage *server, const struct asked *asked);

/* Learns from a response, before it is judged. Returns true when the arrival is taken: the server
 * does not take EDNS, and is asked again without. */
bool server_fallback_takes(struct worker *w, struct arrival *a, const struct message *response);

/* Looks at what was judged. Returns true when the arrival is taken: signatures are had for it from
 * elsewhere, or it is refused for the lack of them. */
bool server_fallback_judged(struct worker *w, struct arrival *a, const struct gate_result *result);

/* A query to `server` took the shortcut. */
void server_fallback_sent_on(
        struct worker *w, const struct sockaddr_storage *server, uint64_t at_ms);

/* True when signatures can be had from elsewhere. */
bool server_fallback_can_assist(const struct worker *w);

/* Puts the signatures that were had to the records that came. */
void server_fallback_prove(struct worker *w, struct arrival *a);

#endif
