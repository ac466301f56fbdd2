/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a collector of metrics gets. That its programs can read the page is tested in the lab. */
#include "test.h"

#include "cmd/ctl_metrics.h"
#include "flow/stats.h"

#define KEPT                                                                                       \
	"{ \"code\": 0, \"values\": { \"zones\": ["                                                \
	"{ \"zone\": \"a.test.\", \"word\": \"signing\", \"DNSSECInternalFailure\": false,"        \
	"  \"DNSSECKeySigningKeysNeedingAction\": false, \"timeline_end_s\": 1800000000 },"        \
	"{ \"zone\": \"b\\\\\\\"\\n.test.\", \"word\": \"internal failure\","                      \
	"  \"DNSSECInternalFailure\": true, \"vault_fault\": \"away\" } ] } }"

static struct control_answer *read_answer(const char *text)
{
	struct control_answer *answer = control_answer_read(text, strlen(text));

	assert_non_null(answer);
	return answer;
}

/* Returns the page for what was answered; NULL: nothing was. */
static char *page_of(const char *status, const char *counters, const char *kept, bool wants_keeper,
        bool is_openmetrics)
{
	struct control_answer *all[] = { status ? read_answer(status) : NULL,
		counters ? read_answer(counters) : NULL, kept ? read_answer(kept) : NULL };
	const struct metrics_answers answers = { all[0], all[1], all[2], wants_keeper };
	char *text = NULL;
	size_t len;
	struct metrics_page page = { .out = open_memstream(&text, &len),
		.is_openmetrics = is_openmetrics };

	assert_non_null(page.out);
	ctl_metrics_write(&page, &answers);
	fclose(page.out);
	for (size_t i = 0; i < COUNT(all); i++)
		control_answer_free(all[i]);
	return text;
}

static void expect_lines(const char *page, const char *const lines[], size_t count, bool are_there)
{
	for (size_t i = 0; i < count; i++) {
		char line[400];
		snprintf(line, sizeof(line), "\n%s\n", lines[i]);
		if ((strstr(page, line) != NULL) != are_there)
			fail_msg(
			        "%s: %s in:\n%s", lines[i], are_there ? "lacks" : "is there", page);
	}
}

static void each_zone_of_the_keeper_has_its_word_and_its_alarms(void **state)
{
	static const char *const lines[] = {
		"sealgate_keeper_up 1",
		"sealgate_kept_zone_state{zone=\"a.test.\",state=\"signing\"} 1",
		"sealgate_kept_zone_state{zone=\"a.test.\",state=\"internal failure\"} 0",
		"sealgate_kept_zone_state{zone=\"a.test.\",state=\"not looked at yet\"} 0",
		"sealgate_kept_zone_alarm{zone=\"a.test.\",alarm=\"DNSSECInternalFailure\"} 0",
		"sealgate_kept_zone_vault_works{zone=\"a.test.\"} 1",
		"sealgate_kept_zone_timeline_end_timestamp_seconds{zone=\"a.test.\"} 1800000000",
		/* a name cannot end its line */
		"sealgate_kept_zone_state{zone=\"b\\\\\\\"\\n.test.\",state=\"internal failure\"} "
		"1",
		"sealgate_kept_zone_alarm{zone=\"b\\\\\\\"\\n.test.\",alarm="
		"\"DNSSECInternalFailure\"} 1",
		"sealgate_kept_zone_alarm{zone=\"b\\\\\\\"\\n.test.\","
		"alarm=\"DNSSECKeySigningKeysNeedingAction\"} 0",
		"sealgate_kept_zone_vault_works{zone=\"b\\\\\\\"\\n.test.\"} 0",
	};
	char *page = page_of(NULL, NULL, KEPT, true, false);

	(void)state;
	expect_lines(page, lines, COUNT(lines), true);
	assert_null(strstr(page, "timeline_end_timestamp_seconds{zone=\"b"));
	free(page);
}

static void who_does_not_answer_is_down_and_who_need_not_is_not_there(void **state)
{
	static const char *const down[] = { "sealgate_keeper_up 0" };
	char *page = page_of(NULL, NULL, NULL, true, false);

	(void)state;
	assert_non_null(strstr(page, "sealgate_up 0\n"));
	expect_lines(page, down, COUNT(down), true);
	assert_null(strstr(page, "sealgate_rules"));
	free(page);
	page = page_of(NULL, NULL, NULL, false, false);
	assert_null(strstr(page, "keeper"));
	free(page);
}

static void a_status_becomes_numbers_and_words(void **state)
{
	static const char status[] =
	        "{ \"code\": 4, \"values\": { \"version\": \"1\", \"role\": \"signer\", \"mode\": "
	        "\"enforce\","
	        " \"rules\": \"missing\", \"rules_restored\": 2, \"clock\": \"set\", \"paused\": "
	        "true,"
	        " \"uptime_s\": 77, \"zones\": 5, \"DNSSECInternalFailure\": 3 } }";
	static const char *const lines[] = { "sealgate_up 1",
		"sealgate_build_info{version=\"1\",role=\"signer\",mode=\"enforce\"} 1",
		"sealgate_rules{state=\"missing\"} 1", "sealgate_rules{state=\"in-force\"} 0",
		"sealgate_clock{state=\"set\"} 1", "sealgate_clock{state=\"not-set\"} 0",
		"sealgate_paused 1", "sealgate_uptime_seconds 77", "sealgate_zones 5",
		"sealgate_zones_failed 3", "# TYPE sealgate_rules_restored_total counter",
		"sealgate_rules_restored_total 2" };
	char *page = page_of(status, NULL, NULL, false, false);

	(void)state;
	expect_lines(page, lines, COUNT(lines), true);
	assert_null(strstr(page, "sealgate_zones_broken"));
	free(page);
}

/* One that is new is in the page by itself, with what it counts. */
static void each_counter_is_there_with_its_help(void **state)
{
	char *counters = NULL, line[400];
	size_t len;
	FILE *out = open_memstream(&counters, &len);

	(void)state;
	fputs("{ \"code\": 0, \"values\": { \"zzz\": 1", out);
	for (size_t i = 0; i < stats_field_count; i++)
		fprintf(out, ", \"%s\": %zu", stats_fields[i].name, i + 1000000000000);
	fputs(" } }", out);
	fclose(out);
	for (int is_openmetrics = 0; is_openmetrics < 2; is_openmetrics++) {
		char *page = page_of(NULL, counters, NULL, false, is_openmetrics);
		const char *ending = is_openmetrics ? "" : "_total";
		assert_null(strstr(page, "zzz"));
		for (size_t i = 0; i < stats_field_count; i++) {
			snprintf(line, sizeof(line),
			        "# TYPE sealgate_%s%s counter\n# HELP sealgate_%s%s %.12s",
			        stats_fields[i].name, ending, stats_fields[i].name, ending,
			        stats_fields[i].help);
			if (!strstr(page, line))
				fail_msg("%s lacks in:\n%s", line, page);
			snprintf(line, sizeof(line), "\nsealgate_%s_total %zu\n",
			        stats_fields[i].name, i + 1000000000000);
			if (!strstr(page, line))
				fail_msg("%s lacks in:\n%s", line, page);
		}
		free(page);
	}
	free(counters);
}

static void openmetrics_ends_and_has_units(void **state)
{
	char *page = page_of(
	        "{ \"code\": 0, \"values\": { \"uptime_s\": 1 } }", NULL, NULL, false, true);

	(void)state;
	assert_non_null(strstr(page, "# UNIT sealgate_uptime_seconds seconds\n"));
	assert_string_equal(page + strlen(page) - strlen("# EOF\n"), "# EOF\n");
	free(page);
	page = page_of(NULL, NULL, NULL, false, false);
	assert_null(strstr(page, "EOF"));
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_zone_of_the_keeper_has_its_word_and_its_alarms),
		cmocka_unit_test(who_does_not_answer_is_down_and_who_need_not_is_not_there),
		cmocka_unit_test(a_status_becomes_numbers_and_words),
		cmocka_unit_test(each_counter_is_there_with_its_help),
		cmocka_unit_test(openmetrics_ends_and_has_units),
	};
	return cmocka_run_group_tests_name("ctl_metrics", tests, NULL, NULL);
}
