/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets on port 53 that are no message: what is wrong with them, where a message ends, and that
 * the log names each sender without growing by forged addresses. */
#include "test.h"
#include "zone.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "worker/oddity.h"

#define START_MS 1000000

static uint8_t octets[128];
static size_t len;

/* A query for www.example.test A, or with flags and counts changed. */
static void write_plain(uint8_t flags, uint8_t questions, uint8_t answers, size_t trailing)
{
	struct msgbuild b;

	msg_begin(&b, 1, FLAG_RD, "www.example.test", TYPE_A);
	len = b.len + trailing;
	memset(octets, 0xaa, sizeof(octets));
	memcpy(octets, b.octets, b.len);
	octets[2] = flags;
	octets[5] = questions;
	octets[7] = answers;
}

static void a_fault_has_a_kind_and_only_what_follows_a_query_is_cut_off(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint8_t flags, questions, answers;
		size_t trailing, cut; /* octets after the end; octets that are missing */
		enum message_fault fault;
	} rows[] = {
		{ "a query", 1, 1, 0, 0, 0, MESSAGE_SOUND },
		{ "octets after it", 1, 1, 0, 9, 0, MESSAGE_TRAILING },
		{ "one octet after it", 1, 1, 0, 1, 0, MESSAGE_TRAILING },
		{ "a response, and octets after it", 0x81, 1, 0, 9, 0, MESSAGE_TRAILING },
		{ "octets after another opcode, which may be DSO", 6 << 3, 1, 0, 9, 0,
		        MESSAGE_ODD },
		{ "a record that is missing", 1, 1, 1, 0, 0, MESSAGE_ODD },
		{ "two questions", 1, 2, 0, 0, 0, MESSAGE_QUESTIONS },
		{ "cut in the question", 1, 1, 0, 0, 3, MESSAGE_ODD },
		{ "cut in the header", 1, 1, 0, 0, 29, MESSAGE_SHORT },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t end;
		write_plain(rows[i].flags, rows[i].questions, rows[i].answers, rows[i].trailing);
		len -= rows[i].cut;
		struct span s = span_of(octets, len);
		bool is_trailing = rows[i].fault == MESSAGE_TRAILING;
		assert_row(rows[i].why, message_examine(s, &end) == rows[i].fault);
		assert_row(rows[i].why, end == len - (is_trailing ? rows[i].trailing : 0));
		assert_row(rows[i].why, message_trim(s).len == end);
	}
}

/* Returns how many lines were logged while `count` senders each sent twice. */
static unsigned lines_of(struct oddities *o, unsigned first, unsigned count)
{
	unsigned lines = 0;
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO), c;

	assert_non_null(log);
	dup2(fileno(log), STDERR_FILENO);
	for (unsigned i = 0; i < 2 * count; i++) {
		const uint8_t sender[4] = { 192, 0, 2, (uint8_t)(first + i % count) };
		const uint8_t receiver[4] = { 198, 51, 100, 53 };
		const struct odd_way way = { span_of(sender, 4), span_of(receiver, 4) };
		oddity_note(o, span_of("no DNS", 6), &way);
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(log);
	while ((c = fgetc(log)) != EOF)
		lines += c == '\n';
	fclose(log);
	return lines;
}

static void each_sender_is_named_once_an_hour_and_forged_senders_fill_no_log(void **state)
{
	(void)state;
	static struct stats stats;
	static struct oddities o;
	struct turn turn = { .now_ms = START_MS };

	log_set_level(LOG_LEVEL_WARNING);
	o = (struct oddities){ .turn = &turn, .stats = &stats };
	assert_int_equal(lines_of(&o, 0, 3), 3);
	assert_int_equal(lines_of(&o, 0, 3), 0);
	turn.now_ms += ODD_SENDERS_MS;
	assert_int_equal(lines_of(&o, 0, 3), 3);
	assert_int_equal(lines_of(&o, 0, 200), ODD_SENDERS - 3);
	assert_int_equal(stats.odd_short, 2 * (3 + 3 + 3 + 200));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_has_a_kind_and_only_what_follows_a_query_is_cut_off),
		cmocka_unit_test(each_sender_is_named_once_an_hour_and_forged_senders_fill_no_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
