/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of legal traffic, judged as `sealgate check` does: the files in tests/vectors/captures. All names
 * and keys in them are made up. */
#include "test.h"

#include "capture/dissect.h"
#include "config/trust_anchors.h"
#include "inspect/audit.h"

#define CAPTURES "tests/vectors/captures/"

/* One pass over a capture. */
struct capture_pass {
	struct audit *audit;
	bool is_second; /* the first collects the links of the chain, the second judges */
	unsigned counts[STATUS_BOGUS + 1];
	enum status status; /* of the response in packet `packet` */
	uint64_t packet;
};

static void take_captured(void *context, const struct captured_message *seen)
{
	struct capture_pass *pass = context;
	struct audited_response response;

	if (!pass->is_second) {
		assert_int_equal(audit_collect(pass->audit, seen), 0);
	} else if (audit_message(pass->audit, seen, &response)) {
		pass->counts[response.result.outcome.status]++;
		if (seen->at.packet == pass->packet)
			pass->status = response.result.outcome.status;
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

static void legal_traffic_is_never_bogus(void **state)
{
	(void)state;
	static const struct {
		const char *why, *capture, *anchor;
		uint64_t packet;
		enum status status;
	} rows[] = {
		{ "the DS of an empty non-terminal under opt-out, as NSD denies it", "ent-optout",
		        "root.key", 18, STATUS_INSECURE },
		{ "the DS of a delegation below it", "ent-optout", "root.key", 20,
		        STATUS_INSECURE },
		{ "a referral to that delegation", "ent-optout", "root.key", 22, STATUS_INSECURE },
		{ "the zone above stays signed", "ent-optout", "root.key", 16, STATUS_SECURE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct capture_pass pass = { .packet = rows[i].packet, .status = STATUS_BOGUS };
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
		assert_row(rows[i].why, pass.status == rows[i].status);
		assert_row(rows[i].why, pass.counts[STATUS_BOGUS] == 0);
		audit_free(pass.audit);
		anchors_free(anchors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(legal_traffic_is_never_bogus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
