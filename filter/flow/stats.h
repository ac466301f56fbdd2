/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one worker counts. Each counter has one writer, the worker's thread, so adding needs no lock
 * and no atomic addition; it only ever grows and starts at zero. Any thread may read a counter with
 * stats_read(): it gets a value that stood there at some moment, but two counters read one after
 * the other need not fit together. */
#ifndef FLOW_STATS_H
#define FLOW_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "gate/exempt.h"

/* One line a counter: member, and what it counts, as a metrics page says it. */
#define STATS(X)                                                                                   \
	X(queries, "Queries seen")                                                                 \
	X(queries_judged, "Queries that were sent on with DO set")                                 \
	X(queries_cd, "Queries passed untouched: the client checks for itself (CD)")               \
	X(queries_signed, "Queries passed untouched: signed with TSIG or SIG(0)")                  \
	X(queries_opcode, "Queries passed untouched: another opcode than QUERY")                   \
	X(queries_malformed, "Queries dropped: malformed")                                         \
	X(queries_paused, "Queries passed untouched: judging was paused")                          \
	X(queries_shortcut, "Queries that the kernel sent on with DO set, past the queue")         \
	X(shortcut_left, "Queries at the shortcut that were left to the queue")                    \
	X(shortcut_full, "Queries at the shortcut that were left to the queue: its ring was full") \
	X(shortcut_rests, "Times the shortcut was closed for a moment: too much was asked")        \
	X(queries_rival, "Queries that share addresses, ports and id with another in flight")      \
	X(flows_evicted, "Questions in flight that were forgotten because the table was full")     \
	X(flows_share, "Queries dropped: their client, or interface, had its share of questions")  \
	X(flows_expired, "Questions in flight that were never answered")                           \
	X(responses, "Responses seen")                                                             \
	X(responses_unsolicited, "Responses dropped: nobody asked")                                \
	X(responses_strayed, "Responses dropped: not by the interfaces that their query took")     \
	X(responses_malformed, "Responses dropped: malformed")                                     \
	X(packets_checksum, "Packets dropped: wrong UDP checksum")                                 \
	X(responses_recalled, "Responses treated like one that was judged, or signed, before")     \
	X(responses_clockless, "Responses refused: the clock was not set")                         \
	X(responses_accepted, "Responses accepted as they were")                                   \
	X(responses_rewritten, "Responses accepted rewritten")                                     \
	X(responses_servfail, "Responses replaced by SERVFAIL")                                    \
	X(responses_dropped, "Responses dropped by the gate")                                      \
	X(status_secure, "Responses judged Secure")                                                \
	X(status_insecure, "Responses judged Insecure")                                            \
	X(status_indeterminate, "Responses judged Indeterminate")                                  \
	X(status_bogus, "Responses judged Bogus")                                                  \
	X(parked, "Responses that waited for keys")                                                \
	X(parked_full, "Responses that found no room to wait for keys")                            \
	X(parked_rivals, "Responses of these whose own question had as many waiting as may be")    \
	X(parked_share,                                                                            \
	        "Responses that could not wait: their client or question had its share already")   \
	X(fetches_full, "Responses refused: too many keys are being fetched already")              \
	X(parked_timeouts, "Responses refused: the keys did not arrive in time")                   \
	X(grace_held, "Responses held back, Bogus or a failure, in case a better one followed")    \
	X(grace_won, "Responses held back and dropped, because a better one followed")             \
	X(grace_rivals, "Responses dropped because one as bad was held back already")              \
	X(grace_yielded,                                                                           \
	        "Responses dropped because a better one waits for keys, or found no room")         \
	X(grace_full, "Responses dropped, Bogus or a failure: too many were held back already")    \
	X(wholes, "Responses that were cut, and asked for over TCP")                               \
	X(whole_failures, "Responses that were cut, and could not be had over TCP")                \
	X(plain_asked, "Responses of servers without EDNS, which were asked again without")        \
	X(signed_asked, "Responses without signatures, which a resolver was asked for")            \
	X(reask_failures, "Questions asked again for these that were not answered")                \
	X(assisted, "Responses proved with the signatures of a resolver")                          \
	X(upstreams_evicted, "Servers forgotten because the table of them was full")               \
	X(queries_plain, "Queries sent on as they came: the server does not take EDNS")            \
	X(probes, "Servers asked whether they answer at all, and to EDNS")                         \
	X(tcp_connections, "TCP connections relayed")                                              \
	X(tcp_unreachable, "TCP connections reset: their server could not be reached")             \
	X(tcp_idle, "TCP connections closed: no whole message moved for too long")                 \
	X(tcp_evicted, "TCP connections closed, the idlest, to make room for another")             \
	X(tcp_share, "TCP connections that came when their client had its share already")          \
	X(tcp_refused, "TCP connections reset, of these: they came too fast")                      \
	X(tcp_strangers, "TCP connections closed: not brought here by the rules")                  \
	X(transfers, "Zone transfers passed")                                                      \
	X(transfers_refused, "Zone transfers refused")                                             \
	X(fetches, "Fetches of DS and DNSKEY sets begun")                                          \
	X(fetch_tries, "Queries sent for fetches")                                                 \
	X(fetch_tcp, "Fetches that went on over TCP")                                              \
	X(fetch_timeouts, "Queries sent for fetches that were not answered in time")               \
	X(fetch_mismatched, "Octets received for a fetch that were no response to it")             \
	X(fetch_failures, "Fetches given up")                                                      \
	X(anchors_proved, "Times the keys of a zone with a trust anchor were proved")              \
	X(walks, "Fetches that went on from the root down")                                        \
	X(walks_lost, "Walks from the root down that found nothing of use")                        \
	X(sign_queries_asked, "Queries whose response is to be signed")                            \
	X(sign_queries_plain, "Queries passed untouched: without DO")                              \
	X(sign_queries_outside, "Queries passed untouched: in no zone that is signed here")        \
	X(sign_queries_other, "Queries passed untouched: another class, opcode, or no question")   \
	X(sign_queries_tsig, "Queries passed untouched: signed with TSIG or SIG(0)")               \
	X(sign_queries_transfer, "Queries passed untouched: zone transfers to a secondary")        \
	X(sign_queries_elsewhere, "Queries passed untouched: to a server that is not signed for, " \
	                          "or not for this zone")                                          \
	X(sign_untouched, "Responses passed untouched, as their queries were")                     \
	X(sign_answers, "Responses signed: an answer")                                             \
	X(sign_nodata, "Responses signed: no such type")                                           \
	X(sign_nxdomain, "Responses signed: no such name")                                         \
	X(sign_referrals, "Responses signed: a referral")                                          \
	X(sign_below_cut, "Responses passed unsigned: of an unsigned child on the same server")    \
	X(sign_apex, "Responses made of the pre-signed sets: DNSKEY, CDS, CDNSKEY, DS")            \
	X(sign_refused, "Responses made without records: RRSIG, transfers, type 128, BADVERS")     \
	X(sign_errors, "Responses with the RCODE that the server sent")                            \
	X(sign_cut, "Responses with TC: the server sent it")                                       \
	X(sign_truncated, "Responses with TC: the signatures did not fit")                         \
	X(sign_limited, "Responses with TC: too many new signatures")                              \
	X(sign_learning, "Responses with TC: the SOA had to be learned first")                     \
	X(sign_signed, "Responses passed: the server signs by itself")                             \
	X(sign_no_soa, "Responses replaced by SERVFAIL: empty, and no SOA known")                  \
	X(sign_unexpected, "Responses replaced by SERVFAIL: nothing that a server should say")     \
	X(sign_edns, "Responses with TC: the server cannot bear EDNS, which was tried")            \
	X(sign_exhausted, "Responses replaced by SERVFAIL: too many new signatures")               \
	X(sign_keys, "Responses replaced by SERVFAIL: no pre-signed set is valid")                 \
	X(sign_clock, "Responses replaced by SERVFAIL: the clock is not set")                      \
	X(sign_failed, "Responses replaced by SERVFAIL: signing failed")                           \
	X(sign_strays, "Responses dropped: not what was asked, or not from where it was asked")    \
	X(sign_made, "Signatures made")                                                            \
	X(sign_found, "Signatures used again")                                                     \
	X(sign_renewed, "Signatures made before they were wanted")                                 \
	X(sign_datagrams, "TCP connections carried on by UDP: their server takes no TCP")          \
	X(sign_silent, "Questions over TCP answered SERVFAIL: their server was silent")            \
	X(packets_fragment, "Packets dropped: a fragment")                                         \
	X(packets_malformed, "Packets dropped: malformed IP or UDP header")                        \
	X(packets_not_udp, "Packets dropped: not UDP")                                             \
	X(queue_overruns, "Times the kernel lost packets because the socket buffer was full")      \
	X(queue_shortened, "Times the queue of queries was made shorter: too much was asked")      \
	X(verdict_errors, "Verdicts that the kernel did not take")

struct stats {
#define X(name, help) uint64_t name;
	STATS(X)
#undef X
	uint64_t passed[EXEMPT_COUNT]; /* responses, by the exemption that let them pass */
};

struct stats_field {
	const char *name, *help;
	size_t offset; /* of the uint64_t in struct stats */
};

extern const struct stats_field stats_fields[];
extern const size_t stats_field_count;

/* Adds `n`, or one; for the counter's one writer. */
static inline void stats_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline void stats_count(uint64_t *counter)
{
	stats_add(counter, 1);
}

/* Sets one to what somebody else has counted; for its one writer too. */
static inline void stats_set(uint64_t *counter, uint64_t count)
{
	__atomic_store_n(counter, count, __ATOMIC_RELAXED);
}

/* Returns the counter at `offset` of struct stats, for tables of counters. */
static inline uint64_t *stats_at(struct stats *s, size_t offset)
{
	return (uint64_t *)(void *)((char *)s + offset);
}

/* Reads one counter, from any thread. */
uint64_t stats_read(const struct stats *s, const struct stats_field *field);

#endif
