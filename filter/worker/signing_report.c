/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/signing_report.h"

#include <inttypes.h>

#include "base/sockaddr.h"
#include "worker/udp_sign.h"

#define RENEWED_A_TURN 4 /* some 100 us */

static const size_t query_counters[SIGN_QUERY_COUNT] = {
	[SIGN_QUERY_ASKED] = offsetof(struct stats, sign_queries_asked),
	[SIGN_QUERY_PASSED_PLAIN] = offsetof(struct stats, sign_queries_plain),
	[SIGN_QUERY_PASSED_OUTSIDE] = offsetof(struct stats, sign_queries_outside),
	[SIGN_QUERY_PASSED_ELSEWHERE] = offsetof(struct stats, sign_queries_elsewhere),
	[SIGN_QUERY_PASSED_OTHER] = offsetof(struct stats, sign_queries_other),
	[SIGN_QUERY_PASSED_TSIG] = offsetof(struct stats, sign_queries_tsig),
	[SIGN_QUERY_PASSED_TRANSFER] = offsetof(struct stats, sign_queries_transfer),
	[SIGN_QUERY_MALFORMED] = offsetof(struct stats, queries_malformed),
};

/* How each outcome is counted, and the sentence with which it is logged, or NULL. */
static const struct {
	size_t counter;
	const char *sentence;
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
	        "it has signatures already, and passed" },
	[SIGN_OUTCOME_NO_SOA] = { offsetof(struct stats, sign_no_soa),
	        "it is empty and without SOA, which denies nothing" },
	[SIGN_OUTCOME_UNEXPECTED] = { offsetof(struct stats, sign_unexpected),
	        "no server should say so" },
	[SIGN_OUTCOME_EDNS] = { offsetof(struct stats, sign_edns),
	        "the server cannot bear EDNS, and is asked without from now on" },
	[SIGN_OUTCOME_EXHAUSTED] = { offsetof(struct stats, sign_exhausted),
	        "too many new signatures" },
	[SIGN_OUTCOME_KEYS] = { offsetof(struct stats, sign_keys),
	        "no signature of the KSK is valid now" },
	[SIGN_OUTCOME_CLOCK] = { offsetof(struct stats, sign_clock),
	        NULL }, /* daemon/ has said so */
	[SIGN_OUTCOME_FAILED] = { offsetof(struct stats, sign_failed), "signing failed" },
	[SIGN_OUTCOME_STRAY] = { offsetof(struct stats, sign_strays), NULL },
};

static void count_at(struct stats *stats, size_t offset, uint64_t n)
{
	uint64_t *counter = (uint64_t *)(void *)((char *)stats + offset);
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

void signing_count_query(struct worker *w, enum sign_query query)
{
	count_at(&w->stats, query_counters[query], 1);
}

/* not signed: www.example. A from 192.0.2.53: it has signatures already, and passed (signed) */
static void log_unsigned(
        const struct signer_query *asked, const struct sign_peers *peers, enum sign_outcome outcome)
{
	char text[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], server[INET6_ADDRSTRLEN];
	struct cursor c = cursor_over(span_of(asked->client.question, asked->client.question_len));
	struct name name;

	name_read_plain(&c, &name);
	type_text(cursor_u16(&c), type);
	log_warning("not signed: %.255s %s from %s: %s (%s)", name_text(&name, text), type,
	        address_text(peers->server, server), outcomes[outcome].sentence,
	        sign_outcome_word(outcome));
}

void signing_report(struct worker *w, const struct signer_query *asked,
        const struct sign_peers *peers, const struct sign_result *result)
{
	uint64_t withheld;

	count_at(&w->stats, outcomes[result->outcome].counter, 1);
	count_at(&w->stats, offsetof(struct stats, responses_recalled), result->is_recalled);
	count_at(&w->stats, offsetof(struct stats, sign_made), result->made);
	count_at(&w->stats, offsetof(struct stats, sign_found), result->found);
	if (!outcomes[result->outcome].sentence ||
	        !log_limit_allows(&w->log_unsigned, w->now_ms, &withheld))
		return;
	if (withheld > 0)
		log_warning("%" PRIu64 " lines like the next were withheld", withheld);
	log_unsigned(asked, peers, result->outcome);
}

void signing_renew(struct worker *w)
{
	if (w->signer)
		count_at(&w->stats, offsetof(struct stats, sign_renewed),
		        signer_renew(w->signer, RENEWED_A_TURN));
}
