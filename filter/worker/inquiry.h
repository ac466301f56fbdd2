/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question of another thread to a worker, such as which zones it knows. The worker answers at its
 * next turn (worker_orders.h), in its own thread, so nothing that it knows is shared. A worker that
 * hangs does not answer, so an inquiry belongs to both sides, and the last one that lets it go
 * frees it. */
#ifndef WORKER_INQUIRY_H
#define WORKER_INQUIRY_H

#include <stdatomic.h>

#include "fetch/upstream.h"
#include "flow/refusals.h"
#include "trust/zone_view.h"

/* A worker answers with so many rows at most, the newest ones. */
#define INQUIRY_ROWS 512

/* The facts that a worker looks at for an answer, at most: packets wait meanwhile. */
#define INQUIRY_LOOKS 65536

enum inquiry_kind {
	INQUIRY_FORGET,  /* no question: the worker forgets what it learned of `top` and below it */
	INQUIRY_ZONES,   /* zones at and below `top` */
	INQUIRY_CUTS,    /* zone cuts at and below `top` that a signer learned */
	INQUIRY_SERVERS, /* servers */
	INQUIRY_RECENT,  /* refusals of names at and below `top` */
};

/* The habits of a server, as words that live as long as the program; NULL: not known of it. */
struct server_view {
	struct sockaddr_storage address;
	const char *edns;       /* "unknown", "taken", "refused" or "dropped" */
	const char *signatures; /* "unknown", "sent", "stripped" or "blocks" */
	const char *options;    /* of clients: "taken" or "left-out" */
	const char *letters;    /* of questions: "kept" or "changed" */
	const char *tcp;        /* "unknown" or "none" */
	bool is_dns64;
	uint32_t round_trip_ms; /* 0: unknown */
};

/* A zone cut that a server showed. */
struct cut_view {
	struct name name;
	int64_t until_s;
};

union inquiry_row {
	struct zone_view zone;
	struct cut_view cut;
	struct server_view server;
	struct refusal refusal;
};

struct inquiry {
	enum inquiry_kind kind;
	struct name top;

	/* The answer: */
	unsigned count, left_out; /* rows that are here, and that had no room */
	unsigned not_looked_at;   /* facts, forgotten ones included */
	union inquiry_row rows[INQUIRY_ROWS];

	atomic_uint owners;
	atomic_bool is_answered;
};

struct worker;

/* Makes an inquiry, which the caller owns. Returns NULL if memory is short. */
struct inquiry *inquiry_new(enum inquiry_kind kind, const struct name *top);

/* Lets it go. NULL is fine. */
void inquiry_release(struct inquiry *q);

/* True once the answer is there. Does not become false again. */
bool inquiry_is_answered(const struct inquiry *q);

/* Returns room for a row; NULL, and counts it as left out, if there is none. */
union inquiry_row *inquiry_row(struct inquiry *q);

#endif
