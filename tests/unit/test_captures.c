/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of legal traffic, judged as `sealgate check` does: the files in tests/vectors/captures.
 * All names and keys in them are made up. */
#include "test.h"

#include "capture/dissect.h"
#include "config/trust_anchors.h"
#include "inspect/audit.h"
#include "shuffled.h"

#define CAPTURES "tests/vectors/captures/"

#define ORDERS 8 /* of the records, in which each capture is judged */

/* One pass over a capture. */
struct capture_pass {
	struct audit *audit;
	bool is_second; /* the first collects the links of the chain, the second judges */
	unsigned counts[STATUS_BOGUS + 1];
	struct outcome outcome; /* of the response in packet `packet` */
	unsigned left_out;      /* its records that the client does not get */
	uint64_t packet;
	uint32_t seed; /* of the order of the records; 0: as they were captured */
};

static unsigned records_left_out(const struct audited_response *response)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct message sent;

	if (response->result.verdict != GATE_REWRITE)
		return 0;
	assert_true(message_parse(&sent, response->result.octets, rrs, MESSAGE_RRS_MAX));
	return response->message.rr_count - sent.rr_count;
}

static void take_captured(void *context, const struct captured_message *captured)
{
	static uint8_t octets[SHUFFLED_MAX];
	struct capture_pass *pass = context;
	struct captured_message other = *captured;
	const struct captured_message *seen = &other;
	struct audited_response response;

	if (pass->seed != 0)
		other.message = shuffled(captured->message, &pass->seed, octets);

	if (!pass->is_second) {
		assert_int_equal(audit_collect(pass->audit, seen), 0);
	} else if (audit_message(pass->audit, seen, &response)) {
		pass->counts[response.result.outcome.status]++;
		if (seen->at.packet != pass->packet)
			return;
		pass->outcome = response.result.outcome;
		pass->left_out = records_left_out(&response);
	}
}

static void read_capture(struct capture_pass *pass, const char *path)
{
	struct complaint error;
	struct capture *c = capture_open_file(path, &error);
	struct dissector *d = dissect_new(take_captured, pass);
	struct frame frame;

	if (!c)
		fail_msg("%s", error.text);
	while (capture_next(c, &frame) > 0)
		dissect_packet(d, &frame);
	dissect_finish(d);
	dissect_free(d);
	capture_close(c);
}

static void legal_traffic_is_never_bogus_in_any_order_of_its_records(void **state)
{
	(void)state;
	static const struct {
		const char *why, *capture, *anchor;
		uint64_t packet;
		enum status status;
		enum reason reason;
		unsigned left_out;
	} rows[] = {
		{ "the DS of an empty non-terminal under opt-out, as NSD denies it", "ent-optout",
		        "root.key", 18, STATUS_INSECURE, REASON_OPT_OUT, 0 },
		{ "the DS of a delegation below it", "ent-optout", "root.key", 20, STATUS_INSECURE,
		        REASON_OPT_OUT, 0 },
		{ "a referral to that delegation", "ent-optout", "root.key", 22, STATUS_INSECURE,
		        REASON_NOT_ANSWER, 0 },
		{ "the zone above stays signed", "ent-optout", "root.key", 16, STATUS_SECURE, 0,
		        0 },
		{ "NXDOMAIN of an alias's target, which dnsmasq gives again as NOERROR",
		        "noerror-cname-nsec", "noerror-cname-nsec.anchor", 12, STATUS_SECURE, 0,
		        0 },
		{ "the same by NSEC3, behind a wildcard", "noerror-wildcard-cname-nsec3",
		        "noerror-wildcard-cname-nsec3.anchor", 12, STATUS_SECURE, 0, 0 },
		{ "the same behind a DNAME", "noerror-dname-nsec", "noerror-dname-nsec.anchor", 12,
		        STATUS_SECURE, 0, 0 },
		{ "ANY below a DNAME whose target does not exist", "any-below-dname",
		        "any-below-dname.anchor", 12, STATUS_SECURE, 0, 0 },
		{ "17 RRsets, each with a signature that holds", "any-17-sets",
		        "any-17-sets.anchor", 12, STATUS_SECURE, 0, 0 },
		{ "nine DS records", "nine-ds-first", "nine-ds-first.anchor", 12, STATUS_SECURE, 0,
		        0 },
		{ "in another order", "nine-ds-last", "nine-ds-last.anchor", 12, STATUS_SECURE, 0,
		        0 },
		{ "a made CNAME with a bad signature, which is left out", "dname-cname-bad-rrsig",
		        "dname-cname-bad-rrsig.anchor", 12, STATUS_SECURE, 0, 1 },
		{ "a ZSK of 768 bits under a good KSK", "zsk-768", "zsk-768.anchor", 14,
		        STATUS_INSECURE, REASON_KEY_SIZE, 0 },
		{ "and its denials", "zsk-768", "zsk-768.anchor", 12, STATUS_INSECURE,
		        REASON_KEY_SIZE, 0 },
		{ "a signed DNAME beside a signed CNAME", "knot-dname", "root.key", 26,
		        STATUS_SECURE, 0, 0 },
	};

	for (size_t n = 0; n < ORDERS * COUNT(rows); n++) {
		size_t i = n / ORDERS;
		struct capture_pass pass = { .packet = rows[i].packet,
			.seed = (uint32_t)(n % ORDERS),
			.outcome = outcome_of(STATUS_BOGUS, REASON_NONE) };
		struct policy policy = { 0 };
		struct complaint error;
		char path[128], anchor[128];

		snprintf(path, sizeof(path), CAPTURES "%s.pcap", rows[i].capture);
		snprintf(anchor, sizeof(anchor), CAPTURES "%s", rows[i].anchor);
		struct anchors *anchors = trust_anchors_load(anchor, &error);
		if (!anchors)
			fail_msg("%s", error.text);
		const struct audit_options options = { .anchors = anchors,
			.policy = &policy,
			.time_s = AUDIT_TIME_OF_PACKET,
			.material_max = 1000 };
		pass.audit = audit_new(&options);
		read_capture(&pass, path);
		pass.is_second = true;
		read_capture(&pass, path);
		if (pass.outcome.status != rows[i].status || pass.outcome.reason != rows[i].reason)
			fail_msg("%s: %s, %s, order %zu", rows[i].why,
			        status_text(pass.outcome.status), reason_word(pass.outcome.reason),
			        n % ORDERS);
		assert_row(rows[i].why, pass.left_out == rows[i].left_out);
		assert_row(rows[i].why, pass.counts[STATUS_BOGUS] == 0);
		audit_free(pass.audit);
		anchors_free(anchors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(legal_traffic_is_never_bogus_in_any_order_of_its_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
