/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the servers that clients ask: whether they take EDNS, and send signatures. A
 * table of a fixed size; what was learned expires, and a server that was forgotten is met as a new
 * one. */
#ifndef FETCH_UPSTREAM_H
#define FETCH_UPSTREAM_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "base/table.h"

#define UPSTREAMS_MAX    1024
#define UPSTREAM_EDNS_MS 600000 /* how long it is believed that a server takes EDNS */

/* That it does not take EDNS an error says, which nobody signs, or silence, which anybody on the
 * way can make. It has all signed names of that server refused. So it is believed for a moment at
 * first, and each time that it shows again for twice as long, up to a minute: an attacker who is
 * gone leaves no more behind than that, and a server of this habit is asked with EDNS once a
 * minute. */
#define UPSTREAM_DOUBT_MS 2000
#define UPSTREAM_PLAIN_MS 60000

#define UPSTREAM_LACKING 3 /* answers without a signature, and none with, that show stripping */

/* So many in a row, over so long, show that a server which sent signatures does so no more. Whoever
 * races it with forgeries does not come by that: in between its own signatures follow. */
#define UPSTREAM_LACKING_NOW    8
#define UPSTREAM_LACKING_NOW_MS 5000

enum edns_habit {
	EDNS_UNKNOWN,
	EDNS_TAKEN,   /* it has answered a query with an OPT */
	EDNS_REFUSED, /* it answers such a query with an error */
	EDNS_DROPPED, /* it does not answer such a query, but one without */
};

struct upstream {
	struct sockaddr_storage server; /* without a scope */
	enum edns_habit edns;
	uint64_t edns_until_ms;      /* until when that is believed */
	uint32_t plain_ms;           /* for how long it was believed last that it takes none */
	bool signs;                  /* signatures come from it */
	unsigned lacking;            /* answers that should have had one, and none with one since */
	uint64_t lacking_from_ms;    /* the first of these */
	bool said_edns, said_strips; /* logged, once each */
	bool is_admitted;            /* to the shortcut */
	uint64_t asked_since_ms;     /* by which queries go to it, and nothing came back; 0: no */
};

struct upstreams {
	struct table table;
	struct hash_key key;
	struct upstream *last; /* that was looked for: mostly it is the next one too */
};

/* Returns 0 or a negative errno. */
int upstreams_init(struct upstreams *u);
void upstreams_fini(struct upstreams *u);

/* Returns the server's entry, made if there is none; `*evicted` says that another one gave way to
 * it. It is good until the next call. */
struct upstream *upstreams_get(
        struct upstreams *u, const struct sockaddr_storage *server, bool *evicted);

/* True while it is known that the server does not take EDNS. */
bool upstream_is_plain(const struct upstream *up, uint64_t now_ms);

/* True when that was known and should be looked into again. */
bool upstream_is_stale(const struct upstream *up, uint64_t now_ms);

/* Notes a habit: EDNS_REFUSED of one that is known to take EDNS is not believed, for whoever can
 * answer once could have it asked for nothing but unsigned answers. */
void upstream_note_edns(struct upstream *up, enum edns_habit habit, uint64_t now_ms);

/* Notes an answer with a signature, or one that should have had some. */
void upstream_note_signature(struct upstream *up);
void upstream_note_lacking(struct upstream *up, uint64_t now_ms);

/* True where the first of these would change anything. */
static inline bool upstream_lacks_signature(const struct upstream *up)
{
	return !up->signs || up->lacking > 0;
}

/* True for one that leaves signatures out, as far as is known. */
bool upstream_strips(const struct upstream *up);

#endif
