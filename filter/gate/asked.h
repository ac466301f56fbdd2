/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client asked, and how: all that the response side needs to know of a query. */
#ifndef GATE_ASKED_H
#define GATE_ASKED_H

#include "wire/message.h"

#define QUESTION_MAX (NAME_MAX_OCTETS + 4)

/* Who iterates, as far as earlier queries tell: the client, or the server that it asks. If a
 * forwarder passes on a query without RD, neither does. Of no matter to a query with RD. */
enum iterator {
	ITERATOR_UNKNOWN,
	ITERATOR_CLIENT, /* it sent many queries in a row without RD, and this server none with RD
	                  */
	ITERATOR_SERVER, /* the client asks it to recurse; without RD its cache is read */
};

struct asked {
	uint16_t id;
	uint16_t flags;    /* the query's header flags, RD, AD and CD among them */
	uint16_t udp_size; /* what the client takes over UDP; 512 without EDNS, never less */
	uint16_t question_len;
	bool has_edns, dnssec_ok;
	bool unjudged; /* the response is to be matched but not judged (CD, TSIG, another opcode) */
	bool is_undecorated; /* it went on without DO, and without an OPT of ours */
	enum iterator iterator;
	uint8_t question[QUESTION_MAX]; /* the exact octets, letter case and all */
};

#endif
