/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a packet filter rule, as iptables-save and nft print it, and whether its protocol
 * and its ports let it see queries over TCP. What cannot be understood counts as letting it. Text
 * in, findings out. */
#ifndef NETFILTER_RULE_WORDS_H
#define NETFILTER_RULE_WORDS_H

#include <stdbool.h>

#define RULE_WORDS_MAX 128 /* more words of a rule are not read */

struct rule_word {
	const char *text; /* not terminated; without quotation marks */
	int len;
	bool is_quoted; /* a comment or a name: no word of the language */
};

struct rule_words {
	unsigned count;
	struct rule_word at[RULE_WORDS_MAX];
};

/* Splits `len` octets at spaces and, outside of quotation marks, keeps "{ 53, 853 }" as one
 * word. */
void rule_split(const char *text, int len, struct rule_words *words);

bool rule_word_is(const struct rule_words *words, unsigned i, const char *text);

/* The ports that a rule compares. */
enum rule_side { RULE_TO, RULE_FROM, RULE_EITHER };

/* True if a protocol lets the rule see TCP: "tcp", "6", "all" or "{ tcp, udp }". `is_negated`: all
 * protocols but these. */
bool rule_protocol_has_tcp(const struct rule_word *word, bool is_negated);

/* True if ports let the rule see queries: to port 53, and from a port that clients use. They are
 * written "53", "domain", "1:1023", "1-1023", "53,853" or "{ 53, 853 }". `is_negated`: all ports
 * but these. */
bool rule_ports_have_query(const struct rule_word *word, enum rule_side side, bool is_negated);

#endif
