/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/flow_signing.h"

struct packed_signing flow_signing_pack(const struct flow_signing *s)
{
	const struct signer_query *asked = &s->asked;
	struct packed_signing packed = { .zone_number = asked->zone_number,
		.sent_type = asked->sent_type,
		.way = asked->way,
		.sent_labels = asked->sent_labels,
		.compact_ok = asked->compact_ok,
		.sent_edns = asked->sent_edns,
		.server_len = s->server_len,
		.subnet = asked->subnet };

	memcpy(packed.server, s->server, s->server_len);
	return packed;
}

void flow_signing_unpack(const struct packed_signing *packed, struct flow_signing *s)
{
	struct signer_query *asked = &s->asked;

	asked->zone_number = packed->zone_number;
	asked->sent_type = packed->sent_type;
	asked->way = packed->way;
	asked->sent_labels = packed->sent_labels;
	asked->compact_ok = packed->compact_ok;
	asked->sent_edns = packed->sent_edns;
	asked->subnet = packed->subnet;
	s->server_len = packed->server_len;
	memcpy(s->server, packed->server, packed->server_len);
}
