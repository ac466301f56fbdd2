/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every way past a full judgement, in one table: what opens it, who can open it, what may pass at
 * most, and what is logged. Code that lets a message pass without a full judgement names the entry;
 * no other code lets one pass. docs/security.md prints this table, and a unit test compares the
 * two. */
#ifndef GATE_EXEMPT_H
#define GATE_EXEMPT_H

#include <stdbool.h>
#include <stdint.h>

/* The most that may pass. */
enum may_pass {
	PASS_JUDGED, /* what the judgement keeps; by most entries some records unsigned */
	PASS_MADE,   /* what the judgement keeps, and what a DNS64 made of it (gate/dns64.h) */
	PASS_ALL,    /* every record; AD only if the answer was judged Secure nevertheless */
	PASS_WHOLE,  /* every octet, an unchecked AD included */
	PASS_NONE,   /* the header and the question, no record */
	PASS_NAMED,  /* records at and below the names in `before_clock` */
	PASS_SOA,    /* SOA records of the question's name and of names above it */
	PASS_SILENT, /* the header and the question, and the addresses 0.0.0.0 and :: */
	PASS_CLASS,  /* records of the question's class, which is not IN */
	PASS_UNSEEN, /* messages that sealgate never sees */
};

/* The lines that are logged. */
enum exempt_log {
	EXEMPT_SILENT, /* nothing; it is counted */
	EXEMPT_EACH,   /* a line for each response, at a limited rate */
	EXEMPT_ONCE,   /* a line for each client */
};

/* The longest TTL, in seconds, of a record that passed by the name of a time server: long enough to
 * ask the server for the time, short enough that a cache soon asks again. */
#define EXEMPT_TTL_S 300

/* The longest TTL, in seconds, of a part of an answer whose rest is left to a client that may not
 * ask for it. A forwarder that sends on queries without RD (dnsmasq) takes the missing rest for a
 * denial, for as long as the part lives. */
#define EXEMPT_PART_TTL_S 5

/* The longest TTL, in seconds, of what passes although it was refused. The TTL of a primary's SOA
 * does not matter to a secondary. */
#define EXEMPT_SOA_TTL_S     5
#define EXEMPT_BLOCKED_TTL_S 10

/* One line for each entry: enumerator; word, for the counter passed_WORD and the log; enum
 * may_pass; the longest TTL, 0 for no limit; enum exempt_log; what opens it; who can open it; what
 * an attacker gains at most. */
#define EXEMPTIONS(X)                                                                              \
	X(CLOCK, "clock", PASS_NAMED, EXEMPT_TTL_S, EXEMPT_EACH,                                   \
	        "a question for a name in `before_clock`, while the clock is not set",             \
	        "a client that asks; an attacker who blocks NTP keeps it open",                    \
	        "forged records at and below these names, as long as the clock is not set")        \
	X(DATES, "dates", PASS_NAMED, EXEMPT_TTL_S, EXEMPT_EACH,                                   \
	        "a question for such a name whose answer is refused only because of the "          \
	        "dates of signatures, while the kernel says that the clock is not "                \
	        "synchronised",                                                                    \
	        "a client that asks; an attacker who blocks NTP keeps it open",                    \
	        "records that their zone signed once, if the signature expired after this "        \
	        "program was built; in unsigned zones addresses of time servers")                  \
	X(CD, "cd", PASS_ALL, 0, EXEMPT_ONCE,                                                      \
	        "a query with CD, from a client that `checking_disabled` or `validators` allows",  \
	        "that client", "all answers to that client, which should validate them itself")    \
	X(TSIG, "tsig", PASS_WHOLE, 0, EXEMPT_SILENT,                                              \
	        "a query with TSIG or SIG(0), and a response with either", "a client that asks",   \
	        "responses that the client refuses by its own key")                                \
	X(TRANSFER, "transfer", PASS_WHOLE, 0, EXEMPT_SILENT,                                      \
	        "AXFR or IXFR, unless `zone_transfer` refuses them", "a client that asks",         \
	        "the zone, if a secondary uses no TSIG")                                           \
	X(SOA, "soa", PASS_SOA, EXEMPT_SOA_TTL_S, EXEMPT_SILENT,                                   \
	        "a refused answer with AA to a question for an SOA without RD, from a client "     \
	        "that asked this server for nothing else within half a day, unless "               \
	        "`zone_transfer` refuses transfers",                                               \
	        "a client that asks; a server, or an attacker who forges its response",            \
	        "that a secondary begins a transfer or believes that its copy is fresh; the name " \
	        "of a primary, for seconds")                                                       \
	X(SERVER, "server", PASS_ALL, 0, EXEMPT_SILENT,                                            \
	        "a query to a server of `unjudged_servers`", "the operator",                       \
	        "forged answers to those who ask that server")                                     \
	X(BLOCKED, "blocked", PASS_SILENT, EXEMPT_BLOCKED_TTL_S, EXEMPT_EACH,                      \
	        "with `blocked = \"pass\"`, a refused answer that says nothing, to a question "    \
	        "with RD for A, AAAA, SVCB or HTTPS, of a name without underscore labels",         \
	        "a server, or an attacker who forges its response",                                \
	        "that a name seems to have no address, or no SVCB or HTTPS record, for seconds: "  \
	        "without these a browser uses neither ECH nor HTTP/3, and may begin with "         \
	        "http://; it passes after `bogus_grace_ms` without a better response")             \
	X(OPCODE, "opcode", PASS_WHOLE, 0, EXEMPT_SILENT,                                          \
	        "an opcode other than QUERY: NOTIFY, UPDATE and others", "a client that asks",     \
	        "responses without answers")                                                       \
	X(EMPTY, "empty", PASS_NONE, 0, EXEMPT_SILENT,                                             \
	        "a query for a DNS cookie, without a question (RFC 7873, 5.4)",                    \
	        "a client that asks", "an RCODE and EDNS options, in answer to no question")       \
	X(CLASS, "class", PASS_CLASS, 0, EXEMPT_SILENT, "a question of a class other than IN",     \
	        "a client that asks", "records of that class")                                     \
	X(REFERRAL, "referral", PASS_JUDGED, 0, EXEMPT_SILENT,                                     \
	        "a query without RD, answered by a proved delegation",                             \
	        "a client that asks; a server, or an attacker who forges its response",            \
	        "which server a resolver asks next; that server's response is judged")             \
	X(CHAIN, "chain", PASS_JUDGED, 0, EXEMPT_SILENT,                                           \
	        "a query without RD, answered by a CNAME whose target the server need not "        \
	        "know. The client sent 32 such queries in a row, and none with RD to this "        \
	        "server within half a day",                                                        \
	        "a client that asks; a server, or an attacker who forges its response",            \
	        "that the target is missing: a resolver asks for it, and the response is judged")  \
	X(PART, "part", PASS_JUDGED, EXEMPT_PART_TTL_S, EXEMPT_SILENT,                             \
	        "a query without RD from any other client, answered by such a CNAME. If the "      \
	        "client also asks this server with RD: only if the answer lacks the target",       \
	        "a client that asks; a server, or an attacker who forges its response",            \
	        "that the target is missing, for seconds")                                         \
	X(RRSIG, "rrsig", PASS_JUDGED, 0, EXEMPT_SILENT, "a question for RRSIG",                   \
	        "a client that asks",                                                              \
	        "signatures, which cannot prove a record that they do not fit")                    \
	X(DNS64, "dns64", PASS_MADE, 0, EXEMPT_SILENT,                                             \
	        "a question for AAAA of a name that is proved to have A and no AAAA, answered by " \
	        "its IPv4 addresses in a prefix of `dns64`, or in one that `dns64_discovery` "     \
	        "found; or for PTR of such an address, answered by a CNAME to the name of the "    \
	        "IPv4 address",                                                                    \
	        "a client that asks; a DNS64, or an attacker who forges its response",             \
	        "that the client reaches the same address by way of the NAT64, which a found "     \
	        "prefix names for 120 s at most")                                                  \
	X(ERROR, "error", PASS_NONE, 0, EXEMPT_SILENT,                                             \
	        "a response whose RCODE is an error, which cannot be signed",                      \
	        "a server, or an attacker who forges its response",                                \
	        "an error; a better response may follow it within a quarter of "                   \
	        "`bogus_grace_ms`")                                                                \
	X(CUT, "cut", PASS_NONE, 0, EXEMPT_SILENT, "a response with TC",                           \
	        "a server, or an attacker who forges its response",                                \
	        "that the client asks again over TCP")                                             \
	X(MONITOR, "monitor", PASS_WHOLE, 0, EXEMPT_SILENT, "`mode = \"monitor\"`",                \
	        "the operator", "everything; what would be refused is logged")                     \
	X(PAUSE, "pause", PASS_ALL, 0, EXEMPT_EACH,                                                \
	        "`sealgate ctl pause`, until its time is over", "root on this machine",            \
	        "everything while it lasts")                                                       \
	X(SERVED, "served", PASS_WHOLE, 0, EXEMPT_SILENT,                                          \
	        "a query from port 53 to a DNS server on this machine, and its response",          \
	        "a client that asks it; a program here that sends from port 53",                   \
	        "nothing: a response from another machine never passes by this")                   \
	X(PORT, "port", PASS_WHOLE, 0, EXEMPT_SILENT,                                              \
	        "a packet in the queue where neither port is 53",                                  \
	        "the operator, by additional rules", "what these rules put into the queue")        \
	X(OWN, "own", PASS_UNSEEN, 0, EXEMPT_SILENT,                                               \
	        "sealgate's own queries for keys, and the responses", "sealgate",                  \
	        "nothing: only what is proved is learned")                                         \
	X(BYPASS, "bypass", PASS_UNSEEN, 0, EXEMPT_SILENT,                                         \
	        "`queue.bypass = true`, or `mode = \"monitor\"`, while sealgate does not run",     \
	        "a user who can stop sealgate", "everything while it does not run")                \
	X(OPEN, "open", PASS_UNSEEN, 0, EXEMPT_SILENT,                                             \
	        "`queue.fail_open = true`, or `mode = \"monitor\"`, while a queue is full",        \
	        "an attacker who can flood it", "everything while it is full")                     \
	X(ENCRYPTED, "encrypted", PASS_UNSEEN, 0, EXEMPT_SILENT,                                   \
	        "DNS over TLS, HTTPS or QUIC, except TLS and QUIC on port 853 with "               \
	        "`block_encrypted_dns`",                                                           \
	        "the client", "whatever the client's own server answers")                          \
	X(ELSEWHERE, "elsewhere", PASS_UNSEEN, 0, EXEMPT_SILENT,                                   \
	        "DNS to a server on a port other than 53, and multicast DNS", "the client",        \
	        "all answers to that client")

enum exemption {
	EXEMPT_NOT, /* no exemption: a full judgement */
#define X(id, ...) EXEMPT_##id,
	EXEMPTIONS(X)
#undef X
	        EXEMPT_COUNT
};

struct exempt {
	const char *word;
	enum may_pass may_pass;
	uint32_t most_ttl_s; /* 0: no limit */
	enum exempt_log log;
	const char *opens, *who, *gains;
};

/* The table, by enum exemption. The entry of EXEMPT_NOT stands for a full judgement. */
extern const struct exempt exempts[EXEMPT_COUNT];

/* Returns the TTL for a record of `ttl_s` that passes by this entry. */
static inline uint32_t exempt_ttl(enum exemption exemption, uint32_t ttl_s)
{
	uint32_t most_s = exempts[exemption].most_ttl_s;

	return most_s > 0 && most_s < ttl_s ? most_s : ttl_s;
}

/* Returns a text for people, such as "the header and the question, no record". */
const char *exempt_pass_text(enum may_pass may_pass);

#endif
