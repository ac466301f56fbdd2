/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper reads what the process with the PKCS#11 module sends as it reads octets from the
 * network. */
#include "test.h"

#include "keeper/vault_message.h"

static uint8_t octets[VAULT_MESSAGE_OCTETS];

static struct vault_reply full_reply(void)
{
	struct vault_reply reply = { .fault = VAULT_GOOD,
		.why = { "" },
		.key = { .name = "object=ksk;id=%01", .algorithm = 13, .public_len = 64 },
		.signature_len = 64 };

	memset(reply.key.public_octets, 7, 64);
	memset(reply.signature, 9, 64);
	return reply;
}

static struct span written_reply(const struct vault_reply *reply)
{
	struct writer w = writer_over(octets, sizeof(octets));

	vault_reply_write(reply, &w);
	assert_false(w.full);
	return writer_span(&w);
}

static void a_request_is_read_as_it_was_written(void **state)
{
	struct vault_request read, request = { .order = VAULT_ORDER_SIGN,
		.algorithm = 15,
		.number = 1023,
		.name = "object=a%20b;id=%FF",
		.data = span_of("data", 4) };
	struct writer w = writer_over(octets, sizeof(octets));

	(void)state;
	vault_request_write(&request, &w);
	assert_true(vault_request_read(&read, writer_span(&w)));
	assert_int_equal(read.order, VAULT_ORDER_SIGN);
	assert_int_equal(read.algorithm, 15);
	assert_int_equal(read.number, 1023);
	assert_string_equal(read.name, request.name);
	assert_true(span_equal(read.data, request.data));
}

static void the_longest_request_fits_and_a_longer_one_is_not_written(void **state)
{
	static uint8_t data[VAULT_DATA_MAX + 1];
	struct vault_request request = { .order = VAULT_ORDER_SIGN,
		.data = span_of(data, VAULT_DATA_MAX) },
	                     read;
	struct writer w = writer_over(octets, sizeof(octets));

	(void)state;
	memset(request.name, 'x', sizeof(request.name) - 1);
	vault_request_write(&request, &w);
	assert_false(w.full);
	assert_true(vault_request_read(&read, writer_span(&w)));
	assert_int_equal(read.data.len, VAULT_DATA_MAX);

	w = writer_over(octets, sizeof(octets));
	request.data.len++;
	vault_request_write(&request, &w);
	assert_true(w.full);
}

static void a_reply_is_read_as_it_was_written(void **state)
{
	struct vault_reply reply = full_reply(), read;

	(void)state;
	assert_true(vault_reply_read(&read, written_reply(&reply)));
	assert_string_equal(read.key.name, reply.key.name);
	assert_int_equal(read.key.algorithm, 13);
	assert_true(span_equal(vault_key_public(&read.key), vault_key_public(&reply.key)));
	assert_int_equal(read.signature_len, 64);
	assert_memory_equal(read.signature, reply.signature, 64);
}

static void a_message_that_is_cut_or_longer_is_refused(void **state)
{
	struct vault_reply reply = full_reply(), read;
	struct span whole = written_reply(&reply);

	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = malloc(len ? len : 1); /* a sanitizer sees a read behind it */
		memcpy(exact, octets, len);
		assert_false(vault_reply_read(&read, span_of(exact, len)));
		free(exact);
	}
	assert_false(vault_reply_read(&read, span_of(octets, whole.len + 1)));
}

/* Whatever was flipped: lengths stay within the arrays, and texts end. */
static void flipped_bits_never_lead_out_of_the_reply(void **state)
{
	struct vault_reply reply = full_reply(), read;
	size_t len = written_reply(&reply).len;

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (vault_reply_read(&read, span_of(octets, len))) {
			assert_true(read.fault < VAULT_FAULT_COUNT);
			assert_true(read.key.public_len <= sizeof(read.key.public_octets));
			assert_true(read.signature_len <= sizeof(read.signature));
			assert_true(strlen(read.key.name) < sizeof(read.key.name));
			assert_true(strlen(read.why.text) < sizeof(read.why.text));
		}
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void fields_that_are_too_long_or_unknown_are_refused(void **state)
{
	static const struct {
		const char *why, *hex;
		bool want;
	} rows[] = {
		{ "nothing but a good fault", "02 00 0000 0000 00 0000 0000", true },
		{ "another version", "03 00 0000 0000 00 0000 0000", false },
		{ "an unknown fault", "02 ff 0000 0000 00 0000 0000", false },
		{ "a reason longer than there are octets", "02 00 ffff 41", false },
		{ "a signature of 513 octets at most 512 of which fit",
		        "02 00 0000 0000 00 0000 0201", false },
	};
	struct vault_reply read;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *message = unhex(rows[i].hex, &len);
		assert_row(rows[i].why,
		        vault_reply_read(&read, span_of(message, len)) == rows[i].want);
		free(message);
	}
	/* the last row with all its octets */
	struct writer w = writer_over(octets, sizeof(octets));
	size_t len;
	uint8_t *head = unhex("02 00 0000 0000 00 0000 0201", &len);
	writer_put(&w, span_of(head, len));
	memset(writer_room(&w, 513), 0, 513);
	assert_false(vault_reply_read(&read, writer_span(&w)));
	free(head);
}

static void a_reason_cannot_forge_a_line_and_a_name_must_be_printable(void **state)
{
	struct vault_reply reply = full_reply(), read;

	(void)state;
	complaint_set(&reply.why, "a\nb\x1b[31m");
	assert_true(vault_reply_read(&read, written_reply(&reply)));
	assert_string_equal(read.why.text, "a?b?[31m");

	/* a reason that would leave no room for the zero behind it */
	uint8_t longer[sizeof(reply.why.text) + 64] = { 2, 0, sizeof(reply.why.text) >> 8,
		sizeof(reply.why.text) & 0xff };
	memset(longer + 4, 'x', sizeof(reply.why.text));
	assert_false(vault_reply_read(&read, span_of(longer, 4 + sizeof(reply.why.text) + 7)));
	longer[3]--;
	longer[4 + sizeof(reply.why.text) - 1] = 0;
	assert_true(vault_reply_read(&read, span_of(longer, 4 + sizeof(reply.why.text) + 7 - 1)));

	reply = full_reply();
	reply.key.name[3] = '\n';
	assert_false(vault_reply_read(&read, written_reply(&reply)));
}

static void an_order_that_is_unknown_is_refused(void **state)
{
	static const struct {
		const char *why, *hex;
		bool want;
	} rows[] = {
		{ "the first order", "02 01 00 0000 0000 0000", true },
		{ "the last order", "02 06 00 0000 0000 0000", true },
		{ "order 0", "02 00 00 0000 0000 0000", false },
		{ "one behind the last", "02 07 00 0000 0000 0000", false },
		{ "a name with a zero octet", "02 03 00 0000 0001 00 0000", false },
	};
	struct vault_request read;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		uint8_t *message = unhex(rows[i].hex, &len);
		assert_row(rows[i].why,
		        vault_request_read(&read, span_of(message, len)) == rows[i].want);
		free(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_as_it_was_written),
		cmocka_unit_test(the_longest_request_fits_and_a_longer_one_is_not_written),
		cmocka_unit_test(a_reply_is_read_as_it_was_written),
		cmocka_unit_test(a_message_that_is_cut_or_longer_is_refused),
		cmocka_unit_test(flipped_bits_never_lead_out_of_the_reply),
		cmocka_unit_test(fields_that_are_too_long_or_unknown_are_refused),
		cmocka_unit_test(a_reason_cannot_forge_a_line_and_a_name_must_be_printable),
		cmocka_unit_test(an_order_that_is_unknown_is_refused),
	};
	return cmocka_run_group_tests_name("vault_message", tests, NULL, NULL);
}
