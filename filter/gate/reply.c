/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/reply.h"

#include "gate/query.h"
#include "wire/build.h"
#include "wire/edns.h"

#define OPTION_EDE      15 /* RFC 8914, 2 */
#define EDE_CODE_OCTETS 2

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

static void reply_write_opt(
        const struct client_query *asked, enum reason reason, enum reason habit, struct writer *out)
{
	const struct edns_head head = { .udp_size = QUERY_UDP_SIZE,
		.flags = asked->dnssec_ok ? EDNS_DO : 0 };
	size_t begun = edns_begin(out, &head);

	reply_write_ede(out, reason);
	reply_write_ede(out, habit);
	edns_end(out, begun);
}

void reply_servfail(const struct client_query *asked, uint16_t response_flags, enum reason reason,
        enum reason habit, struct writer *out)
{
	build_header(out, asked->id,
	        (uint16_t)(FLAG_QR | (asked->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD)) |
	                   (response_flags & FLAG_RA) | RCODE_SERVFAIL),
	        asked->question_len > 0, asked->has_edns);
	writer_put(out, span_of(asked->question, asked->question_len));
	if (asked->has_edns)
		reply_write_opt(asked, reason, habit, out);
}
