/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client's query, as far as the response side needs to know it: the question, and how it was
 * asked. */
#ifndef GATE_CLIENT_QUERY_H
#define GATE_CLIENT_QUERY_H

#include "wire/message.h"

#define QUESTION_MAX (NAME_MAX_OCTETS + 4)

/* Which end iterates, as far as earlier queries show: the client, or the server. If a forwarder
 * sends on a query without RD, neither iterates. Does not matter for a query with RD. */
enum iterator {
	ITERATOR_UNKNOWN,
	/* The client sent many queries in a row without RD, and this server got none with RD. */
	ITERATOR_CLIENT,
	/* The client asks this server to recurse; a query without RD reads the server's cache. */
	ITERATOR_SERVER,
};

struct client_query {
	uint16_t id;
	uint16_t flags;    /* the query's header flags, with RD, AD and CD */
	uint16_t udp_size; /* the largest UDP response that the client takes; 512 without EDNS */
	uint16_t question_len;
	bool has_edns, dnssec_ok;
	bool has_extras;      /* its OPT went on with options, flags or a version of the client's */
	bool has_newer_edns;  /* a version of EDNS above 0, so the answer may be BADVERS */
	bool passes_unjudged; /* the response is matched, not judged: CD, TSIG, another opcode */
	bool sent_plain;      /* sealgate sent the query on without DO, and added no OPT */
	/* An SOA without RD, as before a transfer or an UPDATE; see struct sender_habits. */
	bool precedes_transfer;
	uint8_t iterator;               /* enum iterator */
	uint8_t question[QUESTION_MAX]; /* the exact octets, with their letter case */
};

#endif
