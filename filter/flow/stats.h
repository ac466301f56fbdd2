/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of one worker. The worker's thread is the only writer, so counting needs no lock and
 * no atomic addition. A counter starts at zero and never falls. Any thread may read a counter with
 * stats_read(). Two counters that are read one after the other need not fit together. */
#ifndef FLOW_STATS_H
#define FLOW_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "gate/exempt.h"

/* One line a counter: the member, and what it counts. */
#define STATS(X)                                                                                   \
	X(queries, "Queries seen")                                                                 \
	X(queries_judged, "Queries whose response is to be judged; they go on with DO if the "     \
	                  "server takes EDNS")                                                     \
	X(queries_cd, "Queries passed unchanged: the client validates by itself (CD)")             \
	X(queries_signed, "Queries passed unchanged: signed with TSIG or SIG(0)")                  \
	X(queries_unjudged, "Queries passed unchanged: to a server of unjudged_servers")           \
	X(queries_opcode, "Queries passed unchanged: the opcode is not QUERY")                     \
	X(queries_malformed, "Queries dropped: malformed")                                         \
	X(queries_empty, "Queries passed unchanged: for a DNS cookie, without a question")         \
	X(queries_questions, "Queries answered by FORMERR: more than one question")                \
	X(odd_short, "Messages dropped: shorter than a DNS header")                                \
	X(odd_questions, "Messages dropped: more than one question")                               \
	X(odd_records, "Messages dropped: records and length do not fit, so perhaps no DNS")       \
	X(odd_place, "Messages dropped: a response for a query, or a query with records")          \
	X(odd_trailing, "Messages that went on without the octets after their end")                \
	X(queries_paused, "Queries passed unchanged: judging is paused")                           \
	X(queries_shortcut, "Queries that the kernel sent on with DO set, without the queue")      \
	X(shortcut_left, "Queries that the shortcut left to the queue")                            \
	X(shortcut_full, "Queries that the shortcut left to the queue because its ring was full")  \
	X(shortcut_rests, "Times the shortcut was closed for a moment because of overload")        \
	X(queries_rival, "Queries with the addresses, ports and id of another query in flight")    \
	X(flows_evicted, "Queries in flight that were forgotten to make room for newer ones")      \
	X(flows_share, "Queries dropped: their client or interface had its share of the queries "  \
	               "in flight")                                                                \
	X(flows_expired, "Queries in flight that timed out")                                       \
	X(responses, "Responses seen")                                                             \
	X(responses_letters, "Responses whose question had other letters than the query")          \
	X(letters_dropped,                                                                         \
	        "Responses dropped: they had other letters, and the server did not tell")          \
	X(responses_unsolicited, "Responses dropped: they answer no query in flight")              \
	X(responses_strayed, "Responses dropped: they took other interfaces than their query")     \
	X(responses_malformed, "Responses dropped: malformed")                                     \
	X(packets_checksum, "Packets dropped: wrong UDP checksum")                                 \
	X(responses_recalled,                                                                      \
	        "Responses treated like an equal one that was judged or signed before")            \
	X(responses_filtered, "Responses whose server says that it filters the name (EDE 4, 15 "   \
	                      "to 18)")                                                            \
	X(responses_clockless, "Responses refused: the clock is not set")                          \
	X(responses_accepted, "Responses accepted unchanged")                                      \
	X(responses_rewritten, "Responses accepted rewritten")                                     \
	X(responses_servfail, "Responses replaced by SERVFAIL")                                    \
	X(responses_formerr, "Responses replaced by FORMERR: the query had several questions")     \
	X(responses_dropped, "Responses dropped by the gate")                                      \
	X(status_secure, "Responses judged Secure")                                                \
	X(status_insecure, "Responses judged Insecure")                                            \
	X(status_indeterminate, "Responses judged Indeterminate")                                  \
	X(status_bogus, "Responses judged Bogus")                                                  \
	X(parked, "Responses that waited for keys, the clock, or the query asked again")           \
	X(parked_full, "Responses that found no room to wait for keys")                            \
	X(parked_rivals,                                                                           \
	        "Responses that could not wait: their query had too many waiting already")         \
	X(parked_share,                                                                            \
	        "Responses that could not wait: their client or question had used up its share")   \
	X(renewals, "Times a zone's DS and DNSKEY were fetched once more, because a response "     \
	            "contradicted them")                                                           \
	X(fetches_full, "Responses refused: too many fetches were in flight")                      \
	X(parked_timeouts, "Responses refused: what they waited for did not come in time")         \
	X(grace_held, "Responses held back, Bogus or a failure, in case a better one follows")     \
	X(grace_won, "Responses held back and then dropped because a better one followed")         \
	X(grace_rivals, "Responses dropped because one to the same query was held back already")   \
	X(grace_yielded,                                                                           \
	        "Responses dropped because a better one waits for keys, or found no room to wait") \
	X(grace_full, "Responses dropped, Bogus or a failure: too many were held back already")    \
	X(wholes, "Truncated responses whose query was asked again for the whole answer")          \
	X(whole_failures, "Truncated responses whose whole answer did not come")                   \
	X(whole_large, "Of the truncated ones, asked again over UDP: the server gives no TCP")     \
	X(whole_unproved, "Of these, passed truncated: the whole answer was not Secure")           \
	X(plain_asked, "Queries asked again without EDNS, because the server rejects it")          \
	X(bare_asked, "Queries asked again without the options of the client, which the server "   \
	              "rejected")                                                                  \
	X(queries_bare, "Queries sent on without the options of the client, which the server "     \
	                "rejects")                                                                 \
	X(once_more_asked, "Queries asked once more, because the response was Bogus and another "  \
	                   "may not be")                                                           \
	X(once_more_helped, "Queries asked once more whose new response proved itself")            \
	X(once_more_limited, "Bogus responses whose query was not asked once more: a limit")       \
	X(signed_asked, "Queries asked again at a resolver, because signatures were missing")      \
	X(letters_asked, "Queries asked again because the letters of the question had changed")    \
	X(reask_failures, "Queries asked again that were not answered; truncated responses are "   \
	                  "counted by whole_failures")                                             \
	X(reask_share, "Queries not asked again: their client had its share of these already")     \
	X(assisted, "Responses completed with signatures from a resolver")                         \
	X(upstreams_evicted, "Servers forgotten because the table of servers was full")            \
	X(queries_plain, "Queries sent on as they came because the server does not take EDNS")     \
	X(monitor_would_pass, "Monitor: responses that enforce would have let pass")               \
	X(monitor_would_refuse, "Monitor: responses that enforce would have refused")              \
	X(monitor_would_drop, "Monitor: packets and messages that enforce would have dropped")     \
	X(monitor_differs,                                                                         \
	        "Monitor: responses without signatures unlike the signed answer of their server, " \
	        "which may be rotation or forgery")                                                \
	X(monitor_unknown, "Monitor: responses that could not be judged")                          \
	X(monitor_asked, "Monitor: queries without DO that sealgate asked again with DO")          \
	X(monitor_known, "Monitor: responses judged like an equal one before")                     \
	X(probes, "Servers asked whether they answer at all, and with EDNS")                       \
	X(tcp_connections, "TCP connections relayed")                                              \
	X(tcp_unreachable, "TCP connections reset: the server could not be reached")               \
	X(tcp_broken, "TCP connections reset for another reason: an end, a message, or memory")    \
	X(tcp_idle, "TCP connections closed: no whole message moved for too long")                 \
	X(tcp_evicted, "TCP connections closed to make room for another, the idlest first")        \
	X(tcp_share, "TCP connections whose client had used up its share already")                 \
	X(tcp_refused, "TCP connections of these that were reset because they came too fast")      \
	X(tcp_strangers, "TCP connections closed: the rules did not bring them here")              \
	X(transfers, "Zone transfers passed")                                                      \
	X(transfers_refused, "Zone transfers refused")                                             \
	X(fetches, "Fetches of DS and DNSKEY RRsets begun")                                        \
	X(fetches_ahead, "Of these, begun before the gate wanted them")                            \
	X(fetch_tries, "Queries sent by fetches over UDP")                                         \
	X(fetch_tcp, "Queries of fetches repeated over TCP")                                       \
	X(fetch_timeouts, "Queries of fetches that were not answered in time")                     \
	X(fetch_mismatched, "Datagrams received by fetches that answer none of their queries")     \
	X(fetch_failures, "Fetches that failed")                                                   \
	X(anchors_proved, "Times the keys of a zone with a trust anchor were proved")              \
	X(sockets_short, "Sockets not opened: too few descriptors, or too little memory")          \
	X(walks, "Fetches that walked from the root servers down")                                 \
	X(walks_lost, "Walks from the root servers down that found no answer")                     \
	X(sign_queries_asked, "Queries whose response is to be signed")                            \
	X(sign_queries_at_once, "Queries that were answered without asking the server")            \
	X(sign_unsent, "Answers without the server that the kernel did not send")                  \
	X(sign_queries_plain, "Queries passed unchanged: without DO")                              \
	X(sign_queries_outside, "Queries passed unchanged: in no zone that is signed here")        \
	X(sign_queries_unsigned, "Queries passed unchanged: the zone is not signed (yet)")         \
	X(sign_queries_other, "Queries passed unchanged: another class or opcode, or no question") \
	X(sign_queries_tsig, "Queries passed unchanged: signed with TSIG or SIG(0)")               \
	X(sign_queries_transfer, "Queries passed unchanged: zone transfers to a secondary")        \
	X(sign_queries_elsewhere,                                                                  \
	        "Queries passed unchanged: their server is not one of this zone")                  \
	X(sign_untouched, "Responses passed unchanged because their query was")                    \
	X(sign_answers, "Responses signed: an answer")                                             \
	X(sign_nodata, "Responses signed: no such type")                                           \
	X(sign_nxdomain, "Responses signed: no such name")                                         \
	X(sign_referrals, "Responses signed: a referral")                                          \
	X(sign_below_cut,                                                                          \
	        "Responses passed unsigned: of an unsigned child zone on the same server")         \
	X(sign_apex, "Responses made of the pre-made signatures: DNSKEY, CDS, CDNSKEY, DS")        \
	X(sign_refused, "Responses made without records: RRSIG, transfers, type 128, BADVERS")     \
	X(sign_errors, "Responses with the RCODE that the server sent")                            \
	X(sign_cut, "Responses with TC: the server sent it")                                       \
	X(sign_truncated, "Responses with TC: the signatures did not fit")                         \
	X(sign_limited, "Responses with TC: too many new signatures")                              \
	X(sign_learning,                                                                           \
	        "Answers that had to wait for a question about an SOA or NS; over UDP with TC")    \
	X(sign_signed, "Responses passed: the server signs by itself")                             \
	X(sign_no_soa, "Responses replaced by SERVFAIL: empty, and no SOA is known")               \
	X(sign_unexpected, "Responses replaced by SERVFAIL: malformed or contradictory")           \
	X(sign_edns,                                                                               \
	        "Responses with TC: the server rejects EDNS, and is asked without from now on")    \
	X(sign_exhausted, "Responses replaced by SERVFAIL: too many new signatures")               \
	X(sign_keys, "Responses replaced by SERVFAIL: no pre-made signature of the zone is valid") \
	X(sign_broken, "Responses replaced by SERVFAIL: the zone is broken, and has no keys")      \
	X(sign_clock, "Responses replaced by SERVFAIL: the clock is not set")                      \
	X(sign_failed, "Responses replaced by SERVFAIL: signing failed")                           \
	X(sign_strays,                                                                             \
	        "Responses dropped: they do not answer the query, or another server sent them")    \
	X(sign_made, "Signatures made")                                                            \
	X(sign_found, "Signatures used again")                                                     \
	X(sign_renewed, "Signatures made ahead of the next query for them")                        \
	X(sign_datagrams, "TCP connections carried on by UDP: their server takes no TCP")          \
	X(sign_anew,                                                                               \
	        "TCP connections to servers made anew: the server closed with questions open")     \
	X(sign_silent, "Queries over TCP answered SERVFAIL: their server was silent")              \
	X(packets_fragment, "Packets dropped: a fragment")                                         \
	X(packets_malformed, "Packets dropped: malformed IP or UDP header")                        \
	X(packets_not_udp, "Packets dropped: not UDP")                                             \
	X(packets_long, "Packets dropped: the message to be sent is too long for one")             \
	X(queue_overruns, "Times the kernel lost packets because the socket buffer was full")      \
	X(queue_shortened, "Times the queue of queries was made shorter because of overload")      \
	X(verdict_errors, "Verdicts that the kernel did not take")

struct stats {
#define X(name, help) uint64_t name;
	STATS(X)
#undef X
	/* responses passed, by exemption; [0]: after a full judgement */
	uint64_t passed[EXEMPT_COUNT];
};

struct stats_field {
	const char *name, *help;
	size_t offset; /* of the uint64_t in struct stats */
};

extern const struct stats_field stats_fields[];
extern const size_t stats_field_count;

/* Adds `n` to a counter. Only for its writer. */
static inline void stats_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* Adds 1 to a counter. Only for its writer. */
static inline void stats_count(uint64_t *counter)
{
	stats_add(counter, 1);
}

/* Sets a counter that is kept elsewhere (by the kernel). Only for its writer. */
static inline void stats_set(uint64_t *counter, uint64_t count)
{
	__atomic_store_n(counter, count, __ATOMIC_RELAXED);
}

/* Returns the counter at `offset` of struct stats, for tables of counters. */
static inline uint64_t *stats_at(struct stats *s, size_t offset)
{
	return (uint64_t *)(void *)((char *)s + offset);
}

/* Returns the value of a counter. Any thread may call it. */
uint64_t stats_read(const struct stats *s, const struct stats_field *field);

#endif
