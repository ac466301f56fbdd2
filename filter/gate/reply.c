/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/reply.h"

#include "gate/query.h"
#include "wire/build.h"
#include "wire/edns.h"

static void reply_write_ede(struct writer *out, enum reason reason)
{
	const char *text = reason_sentence(reason);

	if (reason_ede(reason) == EDE_NONE)
		return;
	writer_u16(out, OPTION_EDE);
	writer_u16(out, (uint16_t)(EDE_CODE_OCTETS + strlen(text)));
	writer_u16(out, (uint16_t)reason_ede(reason));
	writer_put(out, span_of(text, strlen(text)));
}

static void reply_write_opt(const struct client_query *asked, enum reason reason, enum reason habit,
        uint16_t filter_ede, struct writer *out)
{
	const struct edns_head head = { .udp_size = QUERY_UDP_SIZE,
		.flags = asked->dnssec_ok ? EDNS_DO : 0 };
	size_t begun = edns_begin(out, &head);

	reply_write_ede(out, reason);
	reply_write_ede(out, habit);
	if (filter_ede) { /* the server's own text stays out: nobody has checked it */
		writer_u16(out, OPTION_EDE);
		writer_u16(out, EDE_CODE_OCTETS);
		writer_u16(out, filter_ede);
	}
	edns_end(out, begun);
}

void reply_servfail(const struct client_query *asked, uint16_t response_flags, enum reason reason,
        enum reason habit, uint16_t filter_ede, struct writer *out)
{
	build_header(out, asked->id,
	        (uint16_t)(FLAG_QR | (asked->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD)) |
	                   (response_flags & FLAG_RA) | RCODE_SERVFAIL),
	        asked->question_len > 0, asked->has_edns);
	writer_put(out, span_of(asked->question, asked->question_len));
	if (asked->has_edns)
		reply_write_opt(asked, reason, habit, filter_ede, out);
}
