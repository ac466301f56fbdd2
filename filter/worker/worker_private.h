/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a worker, for its own sources: the files of this folder and no other. */
#ifndef WORKER_WORKER_PRIVATE_H
#define WORKER_WORKER_PRIVATE_H

#include <netinet/in.h>

#include "base/log.h"
#include "fetch/fetch.h"
#include "fetch/reask.h"
#include "flow/flow.h"
#include "flow/grace.h"
#include "flow/park.h"
#include "flow/senders.h"
#include "flow/watched.h"
#include "gate/gate.h"
#include "queue/nfqueue.h"
#include "queue/pace.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/connection.h"
#include "worker/server_fallback.h"
#include "worker/worker.h"
#include "worker/worker_orders.h"

struct worker {
	struct worker_config config;
	enum watched queue_watched, wake_watched;
	int epoll_fd, wake_fd;
	bool stopping;
	uint64_t now_ms; /* the clocks, read once a turn of the loop */
	int64_t now_s;
	struct orders orders; /* what others want; see worker_orders.h */
	bool is_paused;       /* everything passes unjudged, at present */
	enum clock_state clock;
	uint32_t forgotten;           /* of the orders to forget */
	struct parked_list clockless; /* parked until the clock is set */

	struct nfqueue queue;
	unsigned received;       /* messages that came out of it in this turn */
	uint64_t queries_handed; /* out of the queue of queries, before this turn */
	struct pace pace;
	struct flow_table flows;
	struct park park;
	struct grace grace;
	struct parked_list ready; /* parked, and their fetch is over: to be judged again */
	struct fetcher fetcher;
	struct reasks reasks;
	struct remedy remedy;
	struct senders senders;
	struct relay relay;
	struct shortcut shortcut;

	struct crypto *crypto;
	const struct anchors *anchors_used;         /* read by others */
	const struct sign_policy *sign_policy_used; /* likewise */
	struct store store;
	struct gate gate;
	/* What is judged without dates while the clock may be wrong learns apart. */
	struct {
		struct policy policy;
		struct store store;
		struct gate gate;
		uint8_t *octets; /* of the message that it writes, EXCHANGE_ANSWER_MAX of them */
	} dateless;
	struct rr *rrs;        /* of the message that is looked at */
	uint8_t *octets;       /* of the message that is written, EXCHANGE_ANSWER_MAX of them */
	struct signer *signer; /* NULL: it validates */
	/* A flood of one must not hide the others. */
	struct log_limit log_bogus, log_indeterminate, log_unjudged, log_unsigned, log_rival;
	struct stats stats;
};

/* The way of a query: by whom, to whom. Borrows both. */
struct query_way {
	struct span client; /* an address, of 4 or 16 octets */
	const struct sockaddr_storage *server;
	bool over_tcp;
};

/* Reads a query out of `octets`, counts it, and sets `sent` to what is to go on in its place: the
 * octets themselves, or the query with DO, which is in the worker's buffer, where they are not the
 * same. What is QUERY_MALFORMED must not go on but in a pause, nor a QUERY_TRANSFER where these are
 * refused. */
enum query_kind query_take(struct worker *w, const struct query_way *way, struct span octets,
        struct asked *asked, struct span *sent);

/* A datagram of DNS that the kernel holds. */
struct datagram {
	const struct queued *queued;
	const struct packet *packet;
	struct flow_key key; /* of the flow that it begins, or ends */
};

/* Gives a query its verdict. */
void query_side(struct worker *w, const struct datagram *d);

/* Remembers the queries that took the shortcut, which are on their way already. To be called before
 * a response is looked at that came meanwhile. */
void query_side_drain(struct worker *w);

/* Gives a response its verdict, or parks it. */
void response_side(struct worker *w, const struct datagram *d);

/* Says whose answers are judged or learned next: what one server cannot prove is its own failing,
 * but where resolvers are configured all keys come from them. */
void worker_set_source(struct worker *w, const struct sockaddr_storage *server);

/* What the fetcher calls: struct fetch_owner. */
bool worker_learn(void *worker, struct fetch *fetch, struct span answer, bool last_try);
void worker_unlearned(void *worker, const struct fetch *fetch);
void worker_fetched(void *worker, struct parked_list *waiting);

/* Does what was ordered; once a turn, when nothing points into the store. */
void orders_take(struct worker *w);

/* Accepts `packet` with another payload; drops it when that is too long for a packet. */
void accept_with(
        struct worker *w, uint64_t packet_id, const struct packet *packet, struct span payload);

/* Lets a packet pass that nobody judges, and counts it. */
void exempt_packet(struct worker *w, uint64_t packet_id, enum exemption exemption);

/* Counts what was concluded, and logs it if it is Bogus or Indeterminate. */
void report(struct worker *w, const struct arrival *a, const struct gate_result *result);

/* Lets a response go on unjudged, as far as `exemption`, PASS_ALL or PASS_NAMED, lets it. */
void arrival_pass(struct worker *w, struct arrival *a, enum exemption exemption);

/* Delivers what a judgement without dates has kept of one. */
void arrival_excuse(struct worker *w, struct arrival *a, const struct gate_result *result);

/* Has it wait for what the gate wants, or refuses it. */
void arrival_wait(struct worker *w, struct arrival *a, const struct gate_result *result);

/* Refuses one that cannot be judged; after its grace, unless nothing better can follow. */
void arrival_refuse(struct worker *w, struct arrival *a, enum reason reason);

/* Parks one. Returns false when that cannot be. */
bool arrival_park(struct worker *w, struct arrival *a);

/* While the clock is not set: lets the response of a time server pass, and has others wait or
 * refuses them. Returns false when it is to be judged. */
bool clock_takes(struct worker *w, struct arrival *a);

/* While the clock may be wrong, of a time server that is refused for a signature's dates: judges
 * the response again without them. Returns false when it is refused then, too. */
bool clock_excuses(struct worker *w, struct arrival *a, const struct gate_result *result);

/* The address that `octets` and a port are. Of a link-local one the interface is needed too. */
struct sockaddr_storage address_of_packet(
        const struct packet *packet, struct span octets, uint16_t port, uint32_t interface);

/* Writes the server's address for people. */
void report_server(const struct sockaddr_storage *server, char text[static INET6_ADDRSTRLEN]);

/* Counts and logs a query that shares its addresses, ports and id with another one in flight. */
void report_rival(struct worker *w, const struct flow_key *key, const struct asked *asked);

/* Logs a client that sets CD in every query, which passes. */
void report_always_cd(struct span client);

/* Logs a response that came, or would leave, by another interface than its query tells. */
void report_stray(struct worker *w, const struct flow_key *key, const struct message *response);

/* Logs that it goes on without a full judgement, and by which exemption. */
void report_unjudged(struct worker *w, const struct arrival *a, enum exemption exemption);

#endif
