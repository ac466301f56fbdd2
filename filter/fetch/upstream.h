/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the servers that clients ask: whether they take EDNS, and whether they send
 * signatures. The table has a fixed size. A server that was evicted is unknown again. */
#ifndef FETCH_UPSTREAM_H
#define FETCH_UPSTREAM_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "base/table.h"

#define UPSTREAMS_MAX    1024
#define UPSTREAM_EDNS_MS 600000 /* how long a server counts as taking EDNS after a response */

/* A server that does not take EDNS answers queries with EDNS by an error, or not at all. An
 * attacker can forge the error, and on the path can cause the silence. While sealgate asks without
 * EDNS, signed names from the server are refused, unless `assist` and `resolver` give the
 * signatures. So sealgate probes the server after UPSTREAM_DOUBT_MS, and each further time after
 * twice as long, up to UPSTREAM_PLAIN_MS. After an error, client queries have EDNS again from then
 * on. After silence, they have none until a probe is answered. */
#define UPSTREAM_DOUBT_MS 2000
#define UPSTREAM_PLAIN_MS 60000

/* A server that answers a query with options of the client (a cookie, a subnet) by an error, and
 * the same query without them well, gets no such options for this long. The error may be forged, so
 * it is a short time, and the query is asked both ways before. */
#define UPSTREAM_BARE_MS 60000

/* After this many responses without signatures, and none with, a server counts as stripping. A
 * response that says nothing (gate/silent.h) is counted, but does not show stripping alone: the
 * server may block names. */
#define UPSTREAM_LACKING 3

/* The same name again within this time is a client that asks again, and not counted. */
#define UPSTREAM_RETRY_MS 1000

/* A server that sent signatures counts as stripping after this many responses in a row without
 * them, over at least this time. An attacker who cannot stop the server's own responses cannot
 * cause this: signed ones arrive in between. */
#define UPSTREAM_LACKING_NOW    8
#define UPSTREAM_LACKING_NOW_MS 5000

/* A server may be a DNS64 that makes nothing up if a query has DO. A query without DO shows it, but
 * not for a name without A records. After this many such queries in vain sealgate sends none for
 * this time: few, because each is one query more; some, because a client may ask for such names on
 * purpose. If a server is known as a DNS64, that stays. */
#define UPSTREAM_MADE_TRIES 8
#define UPSTREAM_MADE_MS    600000

enum edns_habit {
	EDNS_UNKNOWN,
	EDNS_TAKEN,   /* it answers queries with EDNS */
	EDNS_REFUSED, /* a query that has EDNS gets an error */
	EDNS_DROPPED, /* it answers only queries without EDNS */
};

struct upstream {
	struct sockaddr_storage server; /* without a scope */
	enum edns_habit edns;
	uint64_t edns_until_ms;      /* when `edns` expires; EDNS_DROPPED: when to probe */
	uint32_t plain_ms;           /* the last period without EDNS; see UPSTREAM_DOUBT_MS */
	bool signs;                  /* it sends signatures */
	unsigned lacking;            /* responses in a row without a signature */
	bool lacking_silent;         /* one of them says nothing */
	bool lacking_tells;          /* one of them says something */
	uint64_t lacking_from_ms;    /* when that row began */
	uint64_t lacking_until_ms;   /* when its last response came */
	uint32_t lacking_name;       /* a hash of the name that it was about */
	bool changes_letters;        /* of questions */
	bool said_edns, said_strips; /* logged, once each */
	bool said_blocks, said_options, said_letters;
	bool makes_up;         /* a DNS64: it made AAAA records up when it was asked without DO */
	unsigned made_nothing; /* times in a row that it did not */
	uint64_t makes_none_until_ms;
	uint64_t bare_until_ms;          /* when options of clients may go on again */
	uint64_t options_taken_until_ms; /* until when an error does not change that */
	bool is_admitted;                /* to the shortcut */
	/* When the shortcut sent the first query after the last response; 0: none. */
	uint64_t asked_since_ms;
};

struct upstreams {
	struct table table;
	struct hash_key key;
	struct upstream *last; /* the last one found: mostly it is the next one too */
};

/* Takes the memory. Returns 0 or a negative errno. */
int upstreams_init(struct upstreams *u);
void upstreams_fini(struct upstreams *u);

/* Returns the server's entry, and adds one if there is none. Sets `*evicted` if the new entry
 * replaced another one. The entry is valid until the next call. */
struct upstream *upstreams_get(
        struct upstreams *u, const struct sockaddr_storage *server, bool *evicted);

/* Return the server that was used last, and the one that was used before `up`; NULL if there is
 * none. */
struct upstream *upstreams_newest(const struct upstreams *u);
struct upstream *upstreams_older(const struct upstreams *u, struct upstream *up);

/* True if queries to the server should have no EDNS. */
bool upstream_is_plain(const struct upstream *up, uint64_t now_ms);

/* True if the server did not take EDNS, and it is time to probe again. */
bool upstream_is_stale(const struct upstream *up, uint64_t now_ms);

/* Notes a habit. Ignores EDNS_REFUSED while the server counts as EDNS_TAKEN: otherwise one forged
 * response would make sealgate ask the server without EDNS, so that signatures are missing. */
void upstream_note_edns(struct upstream *up, enum edns_habit habit, uint64_t now_ms);

/* Notes whether the server takes the options that clients put into their OPT. Ignores a refusal
 * within UPSTREAM_EDNS_MS after options were taken, because it may be forged. */
void upstream_note_options(struct upstream *up, bool are_taken, uint64_t now_ms);

/* True if queries to the server should have an OPT without options. */
bool upstream_is_bare(const struct upstream *up, uint64_t now_ms);

/* Notes a response with a signature. */
void upstream_note_signature(struct upstream *up);

/* A response that should have had a signature: a hash of its name, and whether it says nothing. */
struct lacking_response {
	uint32_t name;
	bool is_silent;
};

/* Notes such a response, unless it is about the name of the one before, right after it. */
void upstream_note_lacking(struct upstream *up, struct lacking_response response, uint64_t now_ms);

/* Notes whether the server made AAAA records up when it was asked without DO. */
void upstream_note_made(struct upstream *up, bool made, uint64_t now_ms);

/* True if the server may be a DNS64 that makes nothing up if a query has DO. */
static inline bool upstream_may_make(const struct upstream *up, uint64_t now_ms)
{
	return up->makes_up || now_ms >= up->makes_none_until_ms;
}

/* True if upstream_note_signature() would change anything. */
static inline bool upstream_lacks_signature(const struct upstream *up)
{
	return !up->signs || up->lacking > 0;
}

/* True if the server leaves out signatures, as far as is known. */
bool upstream_strips(const struct upstream *up);

/* True if it is at least as likely that the server blocks names: each of the last UPSTREAM_LACKING
 * responses or more that lack signatures says nothing. */
bool upstream_blocks(const struct upstream *up);

#endif
