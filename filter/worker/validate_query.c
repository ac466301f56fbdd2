/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/validate_query.h"

#include "base/sockaddr.h"
#include "worker/report.h"
#include "worker/worker_private.h"

static uint64_t *counter_of(struct worker *w, enum query_kind kind)
{
	struct stats *stats = &w->stats;

	switch (kind) {
	case QUERY_JUDGED:
		return &stats->queries_judged;
	case QUERY_CD:
		return &stats->queries_cd;
	case QUERY_SIGNED:
		return &stats->queries_signed;
	case QUERY_TRANSFER:
		return w->config.tcp.refuses_transfers ? &stats->transfers_refused
		                                       : &stats->transfers;
	case QUERY_OPCODE:
		return &stats->queries_opcode;
	case QUERY_MALFORMED:
		break;
	}
	return &stats->queries_malformed;
}

/* As it came, for a server that does not take EDNS; it is looked into whether others do. */
static bool goes_plainly(
        struct worker *w, const struct sockaddr_storage *server, const struct client_query *asked)
{
	server_fallback_watch(&w->fallback, server, asked);
	if (!server_fallback_is_plain(&w->fallback, server))
		return false;
	stats_count(&w->stats.queries_plain);
	return true;
}

void validate_query_note_habits(struct worker *w, const struct query_way *way, enum query_kind kind,
        struct client_query *asked)
{
	const struct sent sent = { .client = way->client,
		.server = sockaddr_octets(way->server),
		.over_tcp = way->over_tcp };

	if (senders_note_query(&w->senders, sent, kind, asked, w->now_ms))
		report_always_cd(way->client);
}

enum query_kind validate_query_read(struct worker *w, struct span client, struct span octets,
        struct message *query, struct client_query *asked)
{
	if (!message_parse(query, octets, w->rrs, MESSAGE_RRS_MAX))
		return QUERY_MALFORMED;
	return query_read(query, w->config.policy, client, asked);
}

enum query_kind validate_query_take(struct worker *w, const struct query_way *way,
        struct span octets, struct client_query *asked, struct span *sent)
{
	struct message query;
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	enum query_kind kind = validate_query_read(w, way->client, octets, &query, asked);

	*sent = octets;
	if (kind == QUERY_JUDGED || kind == QUERY_CD)
		validate_query_note_habits(w, way, kind, asked);
	asked->sent_plain =
	        w->is_paused || kind != QUERY_JUDGED || goes_plainly(w, way->server, asked);
	if (!asked->sent_plain) {
		if (!query_decorate(&query, &out))
			kind = QUERY_MALFORMED;
		else if (!span_equal(writer_span(&out), octets))
			*sent = writer_span(&out);
	}
	stats_count(&w->stats.queries);
	stats_count(w->is_paused ? &w->stats.queries_paused : counter_of(w, kind));
	return kind;
}
