/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keeper tells, as an operator sees it. */
#include "test.h"

#include "cmd/keys_rows.h"

#define NOW 1796126400 /* 2026-12-01 12:00 UTC */

typedef void rows_printer(const struct control_row *values, int64_t now_s, FILE *out);

/* Returns what is printed of the values, for the caller to free. */
static char *printed(rows_printer *print, const char *values)
{
	char reply[4000], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	snprintf(reply, sizeof(reply), "{ \"code\": 0, \"values\": %s }", values);
	struct control_answer *answer = control_answer_read(reply, strlen(reply));
	assert_non_null(answer);
	print(control_answer_values(answer), NOW, out);
	control_answer_free(answer);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void each_zone_has_its_state_and_what_comes_next(void **state)
{
	char *text = printed(keys_rows_zones,
	        "{ \"zones\": ["
	        "{ \"zone\": \"a.test.\", \"word\": \"signing\", \"who\": \"nobody\", \"next\": "
	        "\"the ZSK 7 is published\", \"next_s\": 1796137200, \"timeline_end_s\": "
	        "1797336000 },"
	        "{ \"zone\": \"longer.test.\", \"word\": \"action needed\", \"who\": \"you\", "
	        "\"next\": \"every server of the parent has the DS of the KSK 9\", "
	        "\"DNSSECKeySigningKeysNeedingAction\": true, \"needs\": \"do it\", "
	        "\"DNSSECInternalFailure\": true, \"look_fault\": \"silent\" },"
	        "{ \"zone\": \"c.test.\", \"word\": \"unsigned\", \"who\": \"nobody\" } ] }");

	(void)state;
	assert_string_equal(text, "ZONE          STATE          SIGNED FOR  WHO ACTS  NEXT\n"
	                          "a.test.       signing        14 d        nobody    15:00 UTC, "
	                          "in 3 h: the ZSK 7 is "
	                          "published\n"
	                          "longer.test.  action needed  -           you       when every "
	                          "server of the parent "
	                          "has the DS of the KSK 9\n"
	                          "  alarm     DNSSECInternalFailure\n"
	                          "  alarm     DNSSECKeySigningKeysNeedingAction: do it\n"
	                          "  look      silent\n"
	                          "c.test.       unsigned       -           nobody    nothing\n");
	free(text);
}

static void each_key_has_its_phase_in_relative_times(void **state)
{
	static const struct {
		const char *key, *wanted;
	} rows[] = {
		{ "\"phase\": \"active\", \"since_s\": 1795089600, \"ends_s\": 1797681600",
		        "active for 12 d, retires in 18 d" },
		{ "\"phase\": \"active\", \"since_s\": 1795089600, \"ends_s\": 1796126400",
		        "active for 12 d, to be retired now" },
		{ "\"phase\": \"active\", \"since_s\": 1795089600", "active for 12 d" },
		{ "\"phase\": \"retiring\", \"since_s\": 1796122800, \"compromised\": true",
		        "retiring for 60 min, stolen" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		char values[1000];
		snprintf(values, sizeof(values),
		        "{ \"keys\": [ { \"zone\": \"a.test.\", \"role\": \"ZSK\", \"tag\": 77, "
		        "\"algorithm\": \"ED25519\", %s } ] }",
		        rows[i].key);
		char *text = printed(keys_rows_keys, values);
		const char *line = strchr(text, '\n') + 1;
		char wanted[200];
		snprintf(wanted, sizeof(wanted), "a.test.  ZSK     77  ED25519           %s\n",
		        rows[i].wanted);
		assert_string_equal(line, wanted);
		free(text);
	}
}

static void one_zone_is_shown_with_its_keys_and_what_they_wait_for(void **state)
{
	char *text = printed(keys_rows_zone,
	        "{ \"zone\": \"a.test.\", \"word\": \"waiting for the parent\", \"who\": \"the "
	        "parent\", \"next\": \"x\", \"timeline_end_s\": 1797336000, \"looked_s\": "
	        "1796126280, \"due_s\": 1796126460, \"fault\": \"no room\", \"vault_fault\": "
	        "\"away\", \"keys\": [ { \"role\": \"KSK\", \"tag\": 12345, \"algorithm\": "
	        "\"ED25519\", \"phase\": \"published\", \"dnskey\": \"omnipresent\", \"ds\": "
	        "\"rumoured\", \"waits\": \"y until 20261201150500\" } ] }");

	(void)state;
	assert_string_equal(text, "a.test. waiting for the parent\n"
	                          "  next      when x\n"
	                          "  who acts  the parent\n"
	                          "  signed to 2026-12-15 12:00 UTC, in 14 d\n"
	                          "  looked at 11:58 UTC, 2 min ago\n"
	                          "  next turn 12:01 UTC, in 60 s\n"
	                          "  fault     no room\n"
	                          "  vault     away\n"
	                          "  KSK 12345  ED25519           published\n"
	                          "    dnskey omnipresent, ds rumoured\n"
	                          "    waits: y until 15:05 UTC, in 3 h\n");
	free(text);
}

static void the_pages_of_a_list_are_joined(void **state)
{
	static const char one[] =
	        "{\"code\":0,\"values\":{\"zones\":[{\"zone\":\"a\"}],\"more\":1}}";
	static const char two[] =
	        "{\"code\":0,\"values\":{\"zones\":[{\"zone\":\"b\"}],\"more\":2}}";
	static const char end[] = "{\"code\":0,\"values\":{\"zones\":[{\"zone\":\"c\"}]}}";
	struct control_answer *all = control_answer_read(one, strlen(one));
	struct control_answer *second = control_answer_read(two, strlen(two));
	struct control_answer *last = control_answer_read(end, strlen(end));
	const struct control_row *values = control_answer_values(all);

	(void)state;
	control_answer_join(all, second);
	assert_int_equal(control_answer_number(all, "more"), 2);
	control_answer_join(all, last);
	assert_int_equal(control_answer_number(all, "more"), 0);
	assert_int_equal(control_row_count(values, "zones"), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
		        control_row_text(control_row_at(values, "zones", i), "zone")[0], 'a' + i);
	control_answer_free(all);
	control_answer_free(second);
	control_answer_free(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_zone_has_its_state_and_what_comes_next),
		cmocka_unit_test(each_key_has_its_phase_in_relative_times),
		cmocka_unit_test(one_zone_is_shown_with_its_keys_and_what_they_wait_for),
		cmocka_unit_test(the_pages_of_a_list_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
