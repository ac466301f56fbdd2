/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's agent is looked up where RFC 9859 says, and nothing but a target for CDS by NOTIFY
 * counts. */
#include "test.h"

#include "base/writer.h"
#include "keeper/notify_read.h"
#include "wire/build.h"

static struct name named(const char *text)
{
	struct name n;

	assert_true(name_from_text(text, &n));
	return n;
}

static void the_names_are_those_of_rfc_9859(void **state)
{
	static const struct {
		const char *zone, *parent, *first, *second;
	} rows[] = {
		/* RFC 9859, 4.1 */
		{ "city.ise.mie.jp", "jp", "city.ise.mie._dsync.jp", "_dsync.jp" },
		{ "child.example", "example", "child._dsync.example", "_dsync.example" },
		{ "org", ".", "org._dsync", "_dsync" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name zone = named(rows[i].zone), parent = named(rows[i].parent), names[2];
		struct name first = named(rows[i].first), second = named(rows[i].second);
		assert_int_equal(notify_names(&zone, &parent, names), 2);
		assert_row(rows[i].zone, name_equal(&names[0], &first));
		assert_row(rows[i].zone, name_equal(&names[1], &second));
	}
}

static void a_name_that_would_be_too_long_is_left_out(void **state)
{
	struct name zone = named("example"), parent = named("example"), names[2];
	struct name bare = named("_dsync.example");
	uint8_t label[63];

	(void)state;
	memset(label, 'a', sizeof(label));
	for (int i = 0; i < 3; i++)
		assert_true(name_prepend(&zone, span_of(label, sizeof(label)), &zone));
	assert_true(name_prepend(&zone, span_of(label, 50), &zone));
	assert_int_equal(notify_names(&zone, &parent, names), 1);
	assert_true(name_equal(&names[0], &bare));
}

static bool read_target(const char *owner, uint16_t type, const char *rdata, size_t len,
        struct notify_target *target)
{
	struct name qname = named("a._dsync.test"), name = named(owner);
	uint8_t octets[512];
	struct writer w = writer_over(octets, sizeof(octets));
	struct rr rrs[4];
	struct message m;

	build_header(&w, 1, FLAG_QR, 1, 0);
	writer_put(&w, name_span(&qname));
	writer_u16(&w, TYPE_DSYNC);
	writer_u16(&w, CLASS_IN);
	writer_put(&w, name_span(&name));
	writer_u16(&w, type);
	writer_u16(&w, CLASS_IN);
	writer_u32(&w, 300);
	writer_u16(&w, (uint16_t)len);
	writer_put(&w, span_of(rdata, len));
	build_set_counts(&w, (const uint16_t[]){ 1, 0, 0 });
	assert_true(message_parse(&m, writer_span(&w), rrs, 4));
	return notify_read_target(&m, target);
}

#define RDATA(text) text, sizeof(text) - 1

static void only_a_target_for_cds_by_notify_counts(void **state)
{
	static const struct {
		const char *why, *owner;
		uint16_t type;
		const char *rdata;
		size_t len;
		bool counts;
	} rows[] = {
		{ "CDS by NOTIFY", "a._dsync.test", TYPE_DSYNC, RDATA("\0\73\1\24\357\2ag\4test\0"),
		        true },
		{ "CSYNC", "a._dsync.test", TYPE_DSYNC, RDATA("\0\76\1\24\357\2ag\4test\0"),
		        false },
		{ "the null scheme", "a._dsync.test", TYPE_DSYNC,
		        RDATA("\0\73\0\24\357\2ag\4test\0"), false },
		{ "another scheme", "a._dsync.test", TYPE_DSYNC,
		        RDATA("\0\73\2\24\357\2ag\4test\0"), false },
		{ "no port", "a._dsync.test", TYPE_DSYNC, RDATA("\0\73\1\0\0\2ag\4test\0"), false },
		{ "the root", "a._dsync.test", TYPE_DSYNC, RDATA("\0\73\1\24\357\0"), false },
		{ "cut", "a._dsync.test", TYPE_DSYNC, RDATA("\0\73\1\24\357\2ag\4tes"), false },
		{ "more behind it", "a._dsync.test", TYPE_DSYNC,
		        RDATA("\0\73\1\24\357\2ag\4test\0\0"), false },
		{ "another type", "a._dsync.test", TYPE_TXT, RDATA("\0\73\1\24\357\2ag\4test\0"),
		        false },
		{ "another owner", "b._dsync.test", TYPE_DSYNC, RDATA("\0\73\1\24\357\2ag\4test\0"),
		        false },
	};
	struct name host = named("ag.test");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct notify_target target = { 0 };
		assert_row(rows[i].why, read_target(rows[i].owner, rows[i].type, rows[i].rdata,
		                                rows[i].len, &target) == rows[i].counts);
		if (rows[i].counts) {
			assert_int_equal(target.port, 5359);
			assert_true(name_equal(&target.host, &host));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_are_those_of_rfc_9859),
		cmocka_unit_test(a_name_that_would_be_too_long_is_left_out),
		cmocka_unit_test(only_a_target_for_cds_by_notify_counts),
	};
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
