/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RCODE that the gate delivers is that of the response, or SERVFAIL for one that is refused.
 * What it delivers to a client that set DO is judged the same when it comes again, and nothing more
 * is to be done to it. What it remembers of a response like one that comes is what it would
 * conclude anew. The first octet chooses the question. */
#include "../unit/judge.h"

#include "../unit/responses.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A judge that has the keys of all that is answered. */
static struct judge *judge_who_knows(void)
{
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(responses); i++)
		judge_text(
		        j, responses[i].question, responses[i].rcode, responses[i].records, ASK_DO);
	return j;
}

/* Judges `octets`, and compares that with what is remembered of earlier ones. */
static void judge_and_compare(struct judge *j, const struct client_query *asked, struct span octets)
{
	static uint8_t recalled[65535];
	bool is_known = judge_recall(j, asked, octets);
	struct gate_result known = j->result;

	if (is_known && known.verdict == GATE_REWRITE)
		memcpy(recalled, known.octets.base, known.octets.len);
	judge_alone(j, asked, octets);
	if (!is_known)
		return;
	assert_int_equal(known.verdict, j->result.verdict);
	assert_int_equal(known.outcome.status, j->result.outcome.status);
	if (known.verdict == GATE_REWRITE)
		assert_true(span_equal(span_of(recalled, known.octets.len), j->result.octets));
}

static unsigned rcode_of(struct span octets)
{
	return octets.base[3] & RCODE_MASK;
}

/* Of a response that says that it is cut, nobody has judged the RCODE. */
static void check_rcode(const struct judge *j, struct span response)
{
	bool is_cut = response.len > 2 && response.base[2] & FLAG_TC >> 8;

	if (j->result.verdict == GATE_SERVFAIL)
		assert_int_equal(rcode_of(j->result.octets), RCODE_SERVFAIL);
	else if (j->result.verdict == GATE_REWRITE)
		assert_int_equal(
		        rcode_of(j->result.octets), is_cut ? RCODE_NOERROR : rcode_of(response));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct judge *j;
	static uint8_t delivered[65535];

	if (!j)
		j = judge_who_knows();
	if (size == 0)
		return 0;
	struct client_query asked =
	        judge_asked(responses[data[0] % COUNT(responses)].question, ASK_DO | ASK_LARGE);
	judge_and_compare(j, &asked, span_of(data + 1, size - 1));
	check_rcode(j, span_of(data + 1, size - 1));
	if (j->result.verdict != GATE_REWRITE)
		return 0;
	enum status status = j->result.outcome.status;
	size_t len = j->result.octets.len;
	memcpy(delivered, j->result.octets.base, len);
	judge_alone(j, &asked, span_of(delivered, len));
	assert_int_equal(j->result.verdict, GATE_ACCEPT);
	assert_int_equal(j->result.outcome.status, status);
	return 0;
}
