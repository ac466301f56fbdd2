/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a flow holds for the signer, beside what it holds of every question. */
#ifndef FLOW_FLOW_SIGNING_H
#define FLOW_FLOW_SIGNING_H

#include "sign/signer.h"

/* What is remembered of a question to the signer. */
struct flow_signing {
	struct signer_query asked;
	uint8_t server_len, server[16];
};

/* The part of it that only the signer needs, as it lies behind the question. */
struct packed_signing {
	uint32_t policy;
	uint16_t sent_type;
	uint8_t way, sent_labels;
	bool compact_ok, sent_edns;
	uint8_t server_len, server[16];
};

struct packed_signing flow_signing_pack(const struct flow_signing *s);

/* Fills in what was packed, and leaves the rest of `s` alone. */
void flow_signing_unpack(const struct packed_signing *packed, struct flow_signing *s);

#endif
