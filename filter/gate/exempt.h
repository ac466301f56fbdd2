/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways past a full judgement, in one table: what opens each, who can open it, what may pass at
 * most, and what is said of it. Code that lets a message go without a full judgement names the
 * entry; nothing else lets one go. docs/security.md prints this table, and a test holds the two
 * together.
 */
#ifndef GATE_EXEMPT_H
#define GATE_EXEMPT_H

#include <stdbool.h>
#include <stdint.h>

/* What may pass at most. */
enum may_pass {
	PASS_JUDGED, /* what the judgement keeps; with an entry of the table, some of it unsigned */
	PASS_ALL,    /* every record; AD only if it was judged Secure all the same */
	PASS_WHOLE,  /* the same octet by octet: it is signed as a whole, or not of opcode QUERY */
	PASS_NONE,   /* the header and the question, no record */
	PASS_NAMED,  /* records at and below the names in `before_clock` */
	PASS_CLASS,  /* records of the question's own class, which is not IN */
	PASS_UNSEEN, /* what the program never sees */
};

/* What is logged of it. */
enum exempt_log {
	EXEMPT_SILENT, /* it is counted */
	EXEMPT_EACH,   /* a line a response, at a limited rate */
	EXEMPT_ONCE,   /* a line a client */
};

/* The longest that a record may live that passed by the name of a time server: long enough to ask
 * the server for the time, short enough that a cache soon asks again. In seconds. */
#define EXEMPT_TTL_S 300

/* The longest that the part of an answer may live whose rest is left to a client that may not ask
 * for it. A forwarder that passes on queries without RD takes the missing rest for a denial, for as
 * long as the part lives: dnsmasq does. In seconds. */
#define EXEMPT_PART_TTL_S 5

/* One line an entry: enumerator; word, of the counter passed_WORD and of the log; enum may_pass;
 * the TTL at most, 0 for as it is; enum exempt_log; what opens it; who can open it; what an
 * attacker gains at most. */
#define EXEMPTIONS(X)                                                                              \
	X(CLOCK, "clock", PASS_NAMED, EXEMPT_TTL_S, EXEMPT_EACH,                                   \
	        "a question for a name in `before_clock`, while the clock is not set",             \
	        "who asks; who keeps NTP away keeps it open",                                      \
	        "addresses of time servers, for minutes")                                          \
	X(DATES, "dates", PASS_NAMED, EXEMPT_TTL_S, EXEMPT_EACH,                                   \
	        "the same while the kernel holds the clock not to be synchronised, when nothing "  \
	        "but the dates of signatures is wrong",                                            \
	        "who asks; who keeps NTP away keeps it open",                                      \
	        "records that their zone has signed once, as long as the signature ended after "   \
	        "this program was made; in unsigned zones addresses of time servers")              \
	X(CD, "cd", PASS_ALL, 0, EXEMPT_ONCE,                                                      \
	        "a query with CD, of a client that `checking_disabled` or `validators` allows it", \
	        "that client", "all answers to that client, which is to check them")               \
	X(TSIG, "tsig", PASS_WHOLE, 0, EXEMPT_SILENT,                                              \
	        "a query with TSIG or SIG(0), and a response with either", "who asks",             \
	        "answers that the client's own key refuses")                                       \
	X(TRANSFER, "transfer", PASS_WHOLE, 0, EXEMPT_SILENT,                                      \
	        "AXFR or IXFR, unless `zone_transfer` refuses them", "who asks",                   \
	        "the zone, of a secondary without TSIG")                                           \
	X(OPCODE, "opcode", PASS_WHOLE, 0, EXEMPT_SILENT,                                          \
	        "another opcode than QUERY: NOTIFY, UPDATE and others", "who asks",                \
	        "replies that are no answers")                                                     \
	X(CLASS, "class", PASS_CLASS, 0, EXEMPT_SILENT, "a question of another class than IN",     \
	        "who asks", "records of that class")                                               \
	X(REFERRAL, "referral", PASS_JUDGED, 0, EXEMPT_SILENT,                                     \
	        "a query without RD, answered by a delegation that is proved",                     \
	        "who asks; a server, or who forges its answer",                                    \
	        "whom a resolver asks next: what it is told there is judged")                      \
	X(CHAIN, "chain", PASS_JUDGED, 0, EXEMPT_SILENT,                                           \
	        "a query without RD, of a client that sent 32 such in a row and this server none " \
	        "with RD within half a day, answered by a CNAME whose end "                        \
	        "its server need not know",                                                        \
	        "who asks; a server, or who forges its answer",                                    \
	        "that the end is missing: a resolver asks for it, and what it is told is judged")  \
	X(PART, "part", PASS_JUDGED, EXEMPT_PART_TTL_S, EXEMPT_SILENT,                             \
	        "the same of any other client; of one that asks this server with RD too, only "    \
	        "if the answer has no end",                                                        \
	        "who asks; a server, or who forges its answer",                                    \
	        "that the end is missing, for seconds")                                            \
	X(RRSIG, "rrsig", PASS_JUDGED, 0, EXEMPT_SILENT, "a question for RRSIG", "who asks",       \
	        "signatures, which prove nothing that they do not fit")                            \
	X(ERROR, "error", PASS_NONE, 0, EXEMPT_SILENT,                                             \
	        "a response whose RCODE is an error, which nobody signs",                          \
	        "a server, or who forges its answer",                                              \
	        "an error; a better response may follow it within `bogus_grace_ms`")               \
	X(CUT, "cut", PASS_NONE, 0, EXEMPT_SILENT, "a response with TC",                           \
	        "a server, or who forges its answer", "that the client asks again over TCP")       \
	X(MONITOR, "monitor", PASS_ALL, 0, EXEMPT_SILENT, "`mode = \"monitor\"`", "the operator",  \
	        "everything; what would be refused is logged")                                     \
	X(PAUSE, "pause", PASS_ALL, 0, EXEMPT_EACH,                                                \
	        "`sealgate ctl pause`, until its time is over", "root on this machine",            \
	        "everything while it lasts")                                                       \
	X(SERVED, "served", PASS_WHOLE, 0, EXEMPT_SILENT,                                          \
	        "what a DNS server on this machine is asked from port 53, and what it answers",    \
	        "who asks it; a program here that sends from port 53",                             \
	        "nothing: no response from another machine is of this kind")                       \
	X(PORT, "port", PASS_WHOLE, 0, EXEMPT_SILENT,                                              \
	        "a packet in the queue of which neither port is 53",                               \
	        "the operator, by rules of the operator's own", "what these rules bring")          \
	X(OWN, "own", PASS_UNSEEN, 0, EXEMPT_SILENT,                                               \
	        "the program's own questions for keys, and the answers to them", "this program",   \
	        "nothing: only what is proved is learned")                                         \
	X(BYPASS, "bypass", PASS_UNSEEN, 0, EXEMPT_SILENT,                                         \
	        "`queue.bypass = true` while the program does not run", "who can end the program", \
	        "everything while it does not run")                                                \
	X(OPEN, "open", PASS_UNSEEN, 0, EXEMPT_SILENT,                                             \
	        "`queue.fail_open = true` while a queue is full", "who can flood it",              \
	        "everything while it is full")                                                     \
	X(ENCRYPTED, "encrypted", PASS_UNSEEN, 0, EXEMPT_SILENT,                                   \
	        "DNS over TLS, HTTPS or QUIC, unless `block_encrypted_dns` stops the first and "   \
	        "the last at port 853",                                                            \
	        "the client", "what the client's own server says")                                 \
	X(ELSEWHERE, "elsewhere", PASS_UNSEEN, 0, EXEMPT_SILENT,                                   \
	        "DNS to a server on another port than 53, and multicast DNS", "the client",        \
	        "all answers to that client")

enum exemption {
	EXEMPT_NOT, /* a full judgement */
#define X(id, ...) EXEMPT_##id,
	EXEMPTIONS(X)
#undef X
	        EXEMPT_COUNT
};

struct exempt {
	const char *word;
	enum may_pass may_pass;
	uint32_t most_ttl_s; /* or 0 */
	enum exempt_log log;
	const char *opens, *who, *gains;
};

/* The table, by enum exemption; the entry of EXEMPT_NOT is that of a full judgement. */
extern const struct exempt exempts[EXEMPT_COUNT];

/* The TTL that a record of `ttl_s` may have that passes by this entry. */
static inline uint32_t exempt_ttl(enum exemption exemption, uint32_t ttl_s)
{
	uint32_t most_s = exempts[exemption].most_ttl_s;

	return most_s > 0 && most_s < ttl_s ? most_s : ttl_s;
}

/* "the header and the question, no record", for people. */
const char *exempt_pass_text(enum may_pass may_pass);

#endif
