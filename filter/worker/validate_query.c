/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/validate_query.h"

#include "base/sockaddr.h"
#include "worker/many_questions.h"
#include "worker/oddity.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/worker.h"

int query_intake_init(struct query_intake *in)
{
	int result = scratch_init(&in->scratch);

	return result < 0 ? result : senders_init(&in->senders);
}

void query_intake_fini(struct query_intake *in)
{
	senders_fini(&in->senders);
	scratch_fini(&in->scratch);
}

static uint64_t *query_counter(const struct query_intake *in, enum query_kind kind)
{
	struct stats *stats = in->stats;

	switch (kind) {
	case QUERY_JUDGED:
		return &stats->queries_judged;
	case QUERY_CD:
		return &stats->queries_cd;
	case QUERY_SIGNED:
		return &stats->queries_signed;
	case QUERY_UNJUDGED:
		return &stats->queries_unjudged;
	case QUERY_TRANSFER:
		return in->config->tcp.refuses_transfers ? &stats->transfers_refused
		                                         : &stats->transfers;
	case QUERY_OPCODE:
		return &stats->queries_opcode;
	case QUERY_EMPTY:
		return &stats->queries_empty;
	case QUERY_QUESTIONS:
		return &stats->queries_questions;
	case QUERY_MALFORMED:
		break;
	}
	return &stats->queries_malformed;
}

/* True for a query to a server that rejects EDNS: the query goes on as it came. */
static bool goes_plainly(struct query_intake *in, const struct sockaddr_storage *server,
        const struct client_query *asked)
{
	server_fallback_watch(in->fallback, server, asked);
	if (!server_fallback_is_plain(in->fallback, server))
		return false;
	stats_count(&in->stats->queries_plain);
	return true;
}

/* Notes how the client asks, and in `asked` whether it iterates. */
static void note_sender(struct query_intake *in, const struct query_way *way, enum query_kind kind,
        struct client_query *asked)
{
	const struct sent sent = { .client = way->client,
		.server = sockaddr_octets(way->server),
		.over_tcp = way->over_tcp };

	if (senders_note_query(&in->senders, sent, kind, asked, in->turn->now_ms))
		report_always_cd(way->client);
	/* another worker may have seen that the client asks this server for more: then it is no
	 * secondary */
	if (way->over_tcp && in->config->has_peers)
		asked->precedes_transfer = false;
}

/* Reads the first question alone. In a pause and in monitor mode the query is left to the
 * server. */
static bool has_many_questions(struct query_intake *in, struct span octets, struct message *query,
        struct client_query *asked)
{
	struct writer out = scratch_writer(&in->scratch);

	if (in->turn->is_paused || in->config->monitors || !many_questions_cut(octets, &out) ||
	        !message_parse(query, writer_span(&out), in->scratch.rrs, MESSAGE_RRS_MAX))
		return false;
	query_note(query, asked);
	asked->passes_unjudged = true;
	return true;
}

static enum query_kind read_query(struct query_intake *in, const struct query_way *way,
        struct span octets, struct message *query, struct client_query *asked)
{
	const struct odd_way odd = { way->client, sockaddr_octets(way->server) };
	enum query_kind kind = QUERY_MALFORMED;
	const struct query_ends ends = { way->client, sockaddr_octets(way->server) };

	query->octets = octets;
	if (scratch_parse(&in->scratch, octets, query))
		kind = query_read(query, in->config->policy, &ends, asked);
	else if (has_many_questions(in, octets, query, asked))
		kind = QUERY_QUESTIONS;
	if (kind == QUERY_MALFORMED)
		oddity_note(in->oddities, octets, &odd);
	else if (kind == QUERY_QUESTIONS)
		oddity_note_questions(in->oddities, &odd);
	else
		oddity_note_trailing(in->oddities, octets, query, &odd);
	return kind;
}

enum query_kind validate_query_sent_on(struct query_intake *in, const struct query_way *way,
        struct span octets, struct client_query *asked)
{
	struct message query;
	enum query_kind kind = read_query(in, way, octets, &query, asked);

	if (kind == QUERY_JUDGED)
		note_sender(in, way, kind, asked);
	return kind;
}

/* Writes the query that goes on to the server. */
static bool decorate(struct query_intake *in, const struct query_way *way,
        const struct message *query, struct client_query *asked, struct writer *out)
{
	if (!asked->has_extras || !server_fallback_is_bare(in->fallback, way->server))
		return query_decorate(query, out);
	asked->has_extras = false;
	stats_count(&in->stats->queries_bare);
	return query_strip(query, out);
}

enum query_kind validate_query_take(struct query_intake *in, const struct query_way *way,
        struct span octets, struct client_query *asked, struct span *sent)
{
	struct message query;
	struct writer out = scratch_writer(&in->scratch);
	enum query_kind kind = read_query(in, way, octets, &query, asked);
	bool is_paused = in->turn->is_paused;
	bool goes_as_it_came = is_paused || in->config->monitors;

	*sent = kind == QUERY_MALFORMED ? octets : query.octets;
	if (kind == QUERY_JUDGED || kind == QUERY_CD)
		note_sender(in, way, kind, asked);
	asked->sent_plain =
	        goes_as_it_came || kind != QUERY_JUDGED || goes_plainly(in, way->server, asked);
	if (!asked->sent_plain) {
		if (!decorate(in, way, &query, asked, &out))
			kind = QUERY_MALFORMED;
		else if (!span_equal(writer_span(&out), octets))
			*sent = writer_span(&out);
	}
	bool is_refused = kind == QUERY_TRANSFER && in->config->tcp.refuses_transfers;
	stats_count(&in->stats->queries);
	stats_count(
	        is_paused && !is_refused ? &in->stats->queries_paused : query_counter(in, kind));
	return kind;
}
