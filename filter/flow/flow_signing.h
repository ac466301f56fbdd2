/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a flow that only the signer needs. */
#ifndef FLOW_FLOW_SIGNING_H
#define FLOW_FLOW_SIGNING_H

#include "sign/signer.h"

/* A query to the signer. */
struct flow_signing {
	struct signer_query asked;
	uint8_t server_len, server[16]; /* the address of the server, 4 or 16 octets */
};

/* What flow.c stores behind the question: all of the above but the client's query. */
struct packed_signing {
	uint32_t zone_number;
	uint16_t sent_type;
	uint8_t way, sent_labels;
	bool compact_ok, sent_edns;
	uint8_t server_len, server[16];
	struct client_subnet subnet;
};

/* Returns that part of `s`. */
struct packed_signing flow_signing_pack(const struct flow_signing *s);

/* Fills in that part of `s`, and leaves the client's query alone. */
void flow_signing_unpack(const struct packed_signing *packed, struct flow_signing *s);

#endif
