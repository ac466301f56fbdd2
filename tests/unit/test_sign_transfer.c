/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Only configured secondaries get a zone transfer, in whatever form it is asked for. */
#include "legacy.h"
#include "sign/sign_query.h"

#define AA            FLAG_AA
#define OPCODE_NOTIFY 4
#define OPCODE_UPDATE 5
#define CLASS_CH      3
#define CLASS_NONE    254

enum {
	WITH_OPT = 1,
	WITH_TSIG = 2,
	WITH_SIG0 = 4,
	WITH_SOA = 8, /* the SOA of the client, for IXFR */
	OVER_TCP = 16,
};

struct transfer_row {
	const char *why, *name;
	uint16_t type, class, opcode;
	unsigned form;
	enum sign_query stranger, secondary;
};

#define REFUSED  SIGN_QUERY_ASKED
#define TRANSFER SIGN_QUERY_PASSED_TRANSFER

static const struct transfer_row rows[] = {
	{ "AXFR", "example.test", TYPE_AXFR, CLASS_IN, 0, OVER_TCP, REFUSED, TRANSFER },
	{ "AXFR over UDP", "example.test", TYPE_AXFR, CLASS_IN, 0, 0, REFUSED, TRANSFER },
	{ "IXFR", "example.test", TYPE_IXFR, CLASS_IN, 0, OVER_TCP | WITH_SOA, REFUSED, TRANSFER },
	{ "IXFR over UDP", "example.test", TYPE_IXFR, CLASS_IN, 0, WITH_SOA, REFUSED, TRANSFER },
	{ "class ANY", "example.test", TYPE_AXFR, CLASS_ANY, 0, OVER_TCP, REFUSED, TRANSFER },
	{ "class ANY, IXFR", "example.test", TYPE_IXFR, CLASS_ANY, 0, WITH_SOA, REFUSED, TRANSFER },
	{ "class CH", "example.test", TYPE_AXFR, CLASS_CH, 0, OVER_TCP, REFUSED, TRANSFER },
	{ "class NONE", "example.test", TYPE_AXFR, CLASS_NONE, 0, 0, REFUSED, TRANSFER },
	{ "a TSIG", "example.test", TYPE_AXFR, CLASS_IN, 0, OVER_TCP | WITH_TSIG, REFUSED,
	        TRANSFER },
	{ "a TSIG, IXFR", "example.test", TYPE_IXFR, CLASS_IN, 0, WITH_SOA | WITH_TSIG, REFUSED,
	        TRANSFER },
	{ "a SIG(0)", "example.test", TYPE_AXFR, CLASS_IN, 0, WITH_SIG0, REFUSED, TRANSFER },
	{ "an OPT", "example.test", TYPE_AXFR, CLASS_IN, 0, OVER_TCP | WITH_OPT, REFUSED,
	        TRANSFER },
	{ "IXFR with everything", "example.test", TYPE_IXFR, CLASS_ANY, 0,
	        WITH_OPT | WITH_SOA | WITH_TSIG, REFUSED, TRANSFER },
	{ "a name below the apex", "www.example.test", TYPE_AXFR, CLASS_IN, 0, 0, REFUSED,
	        TRANSFER },
	{ "a zone below", "sub.example.test", TYPE_AXFR, CLASS_ANY, 0, 0, REFUSED, TRANSFER },
	{ "another letter case", "eXample.Test", TYPE_AXFR, CLASS_IN, 0, 0, REFUSED, TRANSFER },
	{ "a zone that is not signed here", "unsigned.test", TYPE_AXFR, CLASS_IN, 0, OVER_TCP,
	        SIGN_QUERY_PASSED_OUTSIDE, SIGN_QUERY_PASSED_OUTSIDE },
	{ "NOTIFY is no transfer", "example.test", TYPE_AXFR, CLASS_IN, OPCODE_NOTIFY, 0,
	        SIGN_QUERY_PASSED_OTHER, SIGN_QUERY_PASSED_OTHER },
	{ "UPDATE is no transfer", "example.test", TYPE_AXFR, CLASS_IN, OPCODE_UPDATE, 0,
	        SIGN_QUERY_PASSED_OTHER, SIGN_QUERY_PASSED_OTHER },
	{ "other types are no transfer", "example.test", TYPE_SOA, CLASS_ANY, 0, OVER_TCP,
	        SIGN_QUERY_PASSED_OTHER, SIGN_QUERY_PASSED_OTHER },
};

static void write_query(struct msgbuild *b, const struct transfer_row *row)
{
	static const uint8_t sig0[20] = { 0 };

	msg_begin(b, LEGACY_ID, (uint16_t)(row->opcode << OPCODE_SHIFT), row->name, row->type);
	put_u16(b->octets + b->len - 2, row->class);
	if (row->form & WITH_SOA) {
		msg_section(b, SECTION_AUTHORITY);
		msg_rr(b, "example.test", TYPE_SOA, 0,
		        rd_soa("ns.example.test", "hostmaster.example.test", 1, 300));
	}
	msg_section(b, SECTION_ADDITIONAL);
	if (row->form & WITH_OPT)
		msg_opt(b, 1232, true);
	if (row->form & WITH_TSIG)
		msg_rr(b, "key.test", TYPE_TSIG, 0, rd_raw(span_of(sig0, sizeof(sig0))));
	if (row->form & WITH_SIG0)
		msg_rr(b, ".", TYPE_SIG, 0, rd_raw(span_of(sig0, sizeof(sig0))));
}

static void ask(struct legacy *l, const struct transfer_row *row)
{
	static struct rr rrs[8];
	const struct sign_peers peers = legacy_peers(l);
	struct writer out = writer_over(l->sent, sizeof(l->sent));
	struct message m;

	write_query(&l->query, row);
	assert_true(message_parse(&m, msg_span(&l->query), rrs, COUNT(rrs)));
	l->is_stream = row->form & OVER_TCP;
	const struct sign_context context = legacy_context(l, &peers);
	l->kind = sign_query(l->signer, &m, &context, &l->asked, &out);
	l->sent_len = out.len;
}

/* The refusal has no record, and the question with its class. */
static void check_refusal(struct legacy *l, const struct transfer_row *row)
{
	struct msgbuild asked = l->query;

	legacy_respond(l, AA, "example.test SOA\n> example.test NS ns.example.test");
	const struct message *m = legacy_delivered(l);
	assert_row(row->why, message_rcode(m) == RCODE_REFUSED && m->rr_count == 0);
	assert_row(row->why, l->result.outcome == SIGN_OUTCOME_REFUSED && l->result.made == 0);
	assert_row(row->why, m->qclass == row->class && m->qtype == row->type);
	assert_memory_equal(m->question.base, asked.octets + DNS_HEADER_SIZE, m->question.len);
}

static void a_stranger_gets_no_zone_in_any_form(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		ask(l, &rows[i]);
		assert_row(rows[i].why, l->kind == rows[i].stranger);
		if (l->kind == REFUSED)
			check_refusal(l, &rows[i]);
	}
	legacy_free(l);
}

static void a_secondary_gets_the_zone_in_all_forms(void **state)
{
	(void)state;
	static const struct network network = { { 192, 0, 2, 0 }, 4, 24 };
	struct legacy *l = legacy_new();

	l->policy.secondaries = &network;
	l->policy.secondary_count = 1;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ask(l, &rows[i]);
		assert_row(rows[i].why, l->kind == rows[i].secondary);
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_gets_no_zone_in_any_form),
		cmocka_unit_test(a_secondary_gets_the_zone_in_all_forms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
