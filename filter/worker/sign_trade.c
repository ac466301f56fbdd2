/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/sign_trade.h"

#include "base/sockaddr.h"
#include "flow/refusals.h"
#include "sign/sign_query.h"
#include "sign/sign_response.h"
#include "worker/many_questions.h"
#include "worker/oddity.h"
#include "worker/own_answers.h"
#include "worker/report.h"
#include "worker/worker.h"

#define LOG_BURST      20
#define LOG_PER_SECOND 5

#define RENEWED_A_TURN 4 /* some 100 us */

int sign_trade_init(struct sign_trade *t)
{
	const struct signing_config *config = &t->config->signing;

	t->log_unsigned = (struct log_limit){ .burst = LOG_BURST, .per_second = LOG_PER_SECOND };
	if (scratch_init(&t->queries) < 0 || scratch_init(&t->responses) < 0)
		return -ENOMEM;
	t->signer = signer_new(t->crypto, config->policy, &config->limits);
	if (!t->signer)
		return -ENOMEM;
	signer_believe_clock(t->signer, t->turn->clock != CLOCK_NOT_SET);
	return 0;
}

void sign_trade_fini(struct sign_trade *t)
{
	signer_free(t->signer);
	scratch_fini(&t->queries);
	scratch_fini(&t->responses);
}

/* ---- Counting and logging ---- */

static const size_t query_counters[SIGN_QUERY_COUNT] = {
	[SIGN_QUERY_ASKED] = offsetof(struct stats, sign_queries_asked),
	[SIGN_QUERY_PASSED_PLAIN] = offsetof(struct stats, sign_queries_plain),
	[SIGN_QUERY_PASSED_OUTSIDE] = offsetof(struct stats, sign_queries_outside),
	[SIGN_QUERY_PASSED_ELSEWHERE] = offsetof(struct stats, sign_queries_elsewhere),
	[SIGN_QUERY_PASSED_UNSIGNED] = offsetof(struct stats, sign_queries_unsigned),
	[SIGN_QUERY_PASSED_OTHER] = offsetof(struct stats, sign_queries_other),
	[SIGN_QUERY_PASSED_TSIG] = offsetof(struct stats, sign_queries_tsig),
	[SIGN_QUERY_PASSED_TRANSFER] = offsetof(struct stats, sign_queries_transfer),
	[SIGN_QUERY_MALFORMED] = offsetof(struct stats, queries_malformed),
};

/* The counter of each outcome, and the sentence that is logged; NULL: none is. What helps, if
 * anything does, ends the line. */
static const struct {
	size_t counter;
	const char *sentence, *help;
} outcomes[SIGN_OUTCOME_COUNT] = {
	[SIGN_OUTCOME_ANSWER] = { offsetof(struct stats, sign_answers), NULL },
	[SIGN_OUTCOME_NODATA] = { offsetof(struct stats, sign_nodata), NULL },
	[SIGN_OUTCOME_NXDOMAIN] = { offsetof(struct stats, sign_nxdomain), NULL },
	[SIGN_OUTCOME_REFERRAL] = { offsetof(struct stats, sign_referrals), NULL },
	[SIGN_OUTCOME_BELOW_CUT] = { offsetof(struct stats, sign_below_cut), NULL },
	[SIGN_OUTCOME_APEX] = { offsetof(struct stats, sign_apex), NULL },
	[SIGN_OUTCOME_REFUSED] = { offsetof(struct stats, sign_refused), NULL },
	[SIGN_OUTCOME_ERROR] = { offsetof(struct stats, sign_errors), NULL },
	[SIGN_OUTCOME_CUT] = { offsetof(struct stats, sign_cut), NULL },
	[SIGN_OUTCOME_TRUNCATED] = { offsetof(struct stats, sign_truncated), NULL },
	[SIGN_OUTCOME_LIMITED] = { offsetof(struct stats, sign_limited), NULL },
	[SIGN_OUTCOME_LEARNING] = { offsetof(struct stats, sign_learning), NULL },
	[SIGN_OUTCOME_SIGNED] = { offsetof(struct stats, sign_signed),
	        "it has signatures already and passed as it came",
	        "; if its server signs by itself, take the zone out of sign.zones" },
	[SIGN_OUTCOME_NO_SOA] = { offsetof(struct stats, sign_no_soa),
	        "it has neither records nor a SOA, so it denies nothing",
	        "; if that is how the server denies, see `empty` in sign.zones" },
	[SIGN_OUTCOME_UNEXPECTED] = { offsetof(struct stats, sign_unexpected),
	        "malformed or contradictory response" },
	[SIGN_OUTCOME_EDNS] = { offsetof(struct stats, sign_edns),
	        "the server rejects EDNS and is asked without it from now on" },
	[SIGN_OUTCOME_EXHAUSTED] = { offsetof(struct stats, sign_exhausted),
	        "too many new signatures", "; see sign.signatures_per_s" },
	[SIGN_OUTCOME_KEYS] = { offsetof(struct stats, sign_keys),
	        "no pre-made signature of the KSK is valid now", "; see `sealgate keys sign`" },
	[SIGN_OUTCOME_BROKEN] = { offsetof(struct stats, sign_broken),
	        "the zone is broken, and has no keys", "; the log of the last reload says why" },
	[SIGN_OUTCOME_CLOCK] = { offsetof(struct stats, sign_clock),
	        NULL }, /* daemon/timekeeper.c logs it */
	[SIGN_OUTCOME_FAILED] = { offsetof(struct stats, sign_failed), "signing failed" },
	[SIGN_OUTCOME_STRAY] = { offsetof(struct stats, sign_strays), NULL },
};

/* the server denied www.example. since it answered for it: ... Said once a zone and worker. */
static void log_contradiction(const struct signer_query *asked)
{
	char text[NAME_TEXT_SIZE];
	struct cursor c = cursor_over(span_of(asked->client.question, asked->client.question_len));
	struct name name;

	name_read_plain(&c, &name);
	log_warning(
	        "the server denied a name that exists, in an answer about %.255s: from now on an "
	        "NXDOMAIN of this zone denies the type alone, as with nxdomain = \"type\" "
	        "(docs/signing.md)",
	        name_text(&name, text));
}

static void log_new_cut(const struct name *cut, const struct sign_peers *peers)
{
	char text[NAME_TEXT_SIZE], server[INET6_ADDRSTRLEN];

	log_info("the server %s shows a zone cut at %.255s: nothing at or below that name is "
	         "signed; "
	         "learn_cuts = false in sign.zones prevents this",
	        address_text(peers->server, server), name_text(cut, text));
}

/* not signed: www.example. A from 192.0.2.53 to 192.0.2.7: it has signatures already and passed as
 * it came (signed); if its server signs by itself, take the zone out of sign.zones */
static void log_unsigned(
        const struct signer_query *asked, const struct sign_peers *peers, enum sign_outcome outcome)
{
	char text[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
	char server[INET6_ADDRSTRLEN], client[INET6_ADDRSTRLEN];
	struct cursor c = cursor_over(span_of(asked->client.question, asked->client.question_len));
	struct name name;

	name_read_plain(&c, &name);
	type_text(cursor_u16(&c), type);
	log_warning("not signed: %.255s %s from %s to %s: %s (%s)%s", name_text(&name, text), type,
	        address_text(peers->server, server), address_text(peers->client, client),
	        outcomes[outcome].sentence, sign_outcome_word(outcome),
	        outcomes[outcome].help ? outcomes[outcome].help : "");
}

static void report_signing(struct sign_trade *t, const struct signer_query *asked,
        const struct sign_peers *peers, const struct sign_result *result)
{
	struct stats *stats = t->stats;

	stats_count(stats_at(stats, outcomes[result->outcome].counter));
	stats_add(&stats->responses_recalled, result->is_recalled);
	stats_add(&stats->sign_made, result->made);
	stats_add(&stats->sign_found, result->found);
	if (result->is_servfail && t->refusals)
		refusals_note(t->refusals,
		        &(struct refused_response){ .asked = &asked->client,
		                .client = peers->client,
		                .server = peers->server,
		                .status = "unsigned",
		                .reason = sign_outcome_word(result->outcome) },
		        t->turn->now_s);
	if (result->contradicts)
		log_contradiction(asked);
	if (result->new_cut && report_may_log(&t->log_unsigned, t->turn->now_ms))
		log_new_cut(result->new_cut, peers);
	if (outcomes[result->outcome].sentence && report_may_log(&t->log_unsigned, t->turn->now_ms))
		log_unsigned(asked, peers, result->outcome);
}

/* ---- Queries ---- */

static struct sign_context sign_context_of(
        const struct sign_trade *t, const struct sign_peers *peers, bool is_stream)
{
	return (struct sign_context){ peers, is_stream, t->turn->now_s, t->turn->now_ms };
}

/* The list may be empty on the servers' own machine: the rules bring only what comes to it. */
static bool is_signed_for(const struct sign_trade *t, struct span server)
{
	const struct signing_config *config = &t->config->signing;

	for (unsigned i = 0; i < config->server_count; i++) {
		if (span_equal(sockaddr_octets(&config->servers[i]), server))
			return true;
	}
	return config->server_count == 0;
}

/* A server that asks others (`peers` is NULL) is not told of. */
static void note_odd_query(struct sign_trade *t, struct span octets, const struct sign_peers *peers)
{
	if (peers)
		oddity_note(t->oddities, octets, &(struct odd_way){ peers->client, peers->server });
}

bool sign_trade_parse_response(struct sign_trade *t, struct span octets,
        const struct sign_peers *peers, struct message *response)
{
	const struct odd_way odd = { peers->server, peers->client };

	if (!scratch_parse(&t->responses, octets, response)) {
		stats_count(&t->stats->responses_malformed);
		oddity_note(t->oddities, octets, &odd);
		return false;
	}
	oddity_note_trailing(t->oddities, octets, response, &odd);
	return true;
}

/* The server answers such a query by itself: worker/many_questions.h. */
static bool passes_many_questions(struct sign_trade *t, struct span octets,
        const struct sign_peers *peers, struct signer_query *asked)
{
	struct writer out = scratch_writer(&t->queries);
	struct message query;

	if (t->turn->is_paused || !many_questions_cut(octets, &out) ||
	        !message_parse(&query, writer_span(&out), t->queries.rrs, MESSAGE_RRS_MAX))
		return false;
	stats_count(&t->stats->queries_questions);
	if (peers)
		oddity_note_questions(
		        t->oddities, &(struct odd_way){ peers->client, peers->server });
	query_note(&query, &asked->client);
	asked->client.passes_unjudged = true;
	return true;
}

enum sign_query sign_trade_query(struct sign_trade *t, struct span octets,
        const struct sign_peers *peers, bool is_stream, struct signer_query *asked,
        struct span *sent)
{
	struct message query;
	struct writer out = scratch_writer(&t->queries);
	struct stats *stats = t->stats;
	enum sign_query result = SIGN_QUERY_PASSED_OUTSIDE;

	*sent = octets;
	*asked = (struct signer_query){ 0 };
	stats_count(&stats->queries);
	if (passes_many_questions(t, octets, peers, asked))
		return SIGN_QUERY_PASSED_OTHER;
	if (!scratch_parse(&t->queries, octets, &query) || (query.flags & FLAG_QR)) {
		stats_count(&stats->queries_malformed);
		note_odd_query(t, octets, peers);
		return SIGN_QUERY_MALFORMED;
	}
	if (query.octets.len < octets.len)
		note_odd_query(t, octets, peers);
	*sent = query.octets;
	if (t->turn->is_paused) {
		stats_count(&stats->queries_paused);
	} else if (!peers || !is_signed_for(t, peers->server)) {
		stats_count(&stats->sign_queries_elsewhere);
	} else {
		const struct sign_context context = sign_context_of(t, peers, is_stream);
		result = sign_query(t->signer, &query, &context, asked, &out);
		stats_count(stats_at(stats, query_counters[result]));
	}
	if (result == SIGN_QUERY_ASKED) {
		*sent = writer_span(&out);
		return result;
	}
	query_note(&query, &asked->client);
	asked->client.passes_unjudged = true;
	return result;
}

/* A query of odd form goes the usual way, which knows them all. */
bool sign_trade_at_once(struct sign_trade *t, struct span octets, const struct sign_peers *peers,
        bool is_stream, struct span *answer)
{
	struct writer sent = scratch_writer(&t->queries), out = scratch_writer(&t->responses);
	struct message query;
	struct signer_query asked;
	struct sign_result result;

	if (!asks_of_policy(octets) || t->turn->is_paused || !peers ||
	        !is_signed_for(t, peers->server) ||
	        !message_parse(&query, octets, t->queries.rrs, MESSAGE_RRS_MAX))
		return false;
	const struct sign_context context = sign_context_of(t, peers, is_stream);
	if (sign_query(t->signer, &query, &context, &asked, &sent) != SIGN_QUERY_ASKED ||
	        !sign_at_once(t->signer, &asked, &context, &out, &result) ||
	        (!is_stream && result.octets.len > OWN_ANSWER_MAX))
		return false;
	stats_count(&t->stats->queries);
	stats_count(&t->stats->sign_queries_at_once);
	report_signing(t, &asked, peers, &result);
	*answer = result.octets;
	return true;
}

/* ---- Responses ---- */

bool sign_trade_matches(const struct message *response, const struct signer_query *asked)
{
	if (!asked->client.passes_unjudged)
		return sign_matches(response, asked);
	/* An error may come without the question, and with other records: a TSIG perhaps. */
	return response->question_count == 0
	               ? (response->flags & FLAG_QR) && response->id == asked->client.id
	               : gate_matches_in_any_case(response, &asked->client);
}

struct sign_result sign_trade_response(struct sign_trade *t, const struct signer_query *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream)
{
	struct writer out = scratch_writer(&t->responses);
	struct sign_result result = { .verdict = SIGN_VERDICT_ACCEPT };

	if (asked->client.passes_unjudged) {
		stats_count(&t->stats->sign_untouched);
		return result;
	}
	const struct sign_context context = sign_context_of(t, peers, is_stream);
	sign_response(t->signer, asked, &context, response, &out, &result);
	report_signing(t, asked, peers, &result);
	return result;
}

void sign_trade_unanswered(struct sign_trade *t, const struct signer_query *asked,
        const struct sign_peers *peers, bool is_stream)
{
	const struct sign_context context = sign_context_of(t, peers, is_stream);

	sign_unanswered(t->signer, asked, &context);
}

void sign_trade_renew(struct sign_trade *t)
{
	if (t->signer)
		stats_add(&t->stats->sign_renewed, signer_renew(t->signer, RENEWED_A_TURN));
}
