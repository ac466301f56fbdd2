/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines about responses; and each key and command that they name as help is there. */
#include "judge.h"

#include <stdio.h>
#include <unistd.h>

#include "base/sockaddr.h"
#include "config/config_table.h"
#include "worker/report.h"
#include "worker/report_help.h"

static bool is_key(const char *word, size_t len)
{
	char path[64];

	assert_true(len < sizeof(path));
	memcpy(path, word, len);
	path[len] = '\0';
	return key_find(path) != NULL;
}

static void each_key_that_a_log_line_names_exists(void **state)
{
	(void)state;
	unsigned named = 0;

	for (unsigned reason = 0; reason < REASON_COUNT; reason++) {
		const char *word = report_help_for(reason).keys;
		while (word && *word) {
			size_t len = strcspn(word, ",");
			assert_row(word, is_key(word, len));
			named++;
			word += len;
			word += strspn(word, ", ");
		}
	}
	assert_true(named > 20);
	assert_false(is_key("no_such_key", 11));
}

/* ---- Lines ---- */

static FILE *lines;
static int former_stderr;

static void catch_lines(void)
{
	lines = tmpfile();
	assert_non_null(lines);
	former_stderr = dup(STDERR_FILENO);
	assert_true(dup2(fileno(lines), STDERR_FILENO) >= 0);
}

/* Returns the text that was logged since catch_lines(). */
static const char *caught_lines(void)
{
	static char text[4096];

	assert_true(dup2(former_stderr, STDERR_FILENO) >= 0);
	close(former_stderr);
	rewind(lines);
	size_t len = fread(text, 1, sizeof(text) - 1, lines);
	text[len] = '\0';
	fclose(lines);
	return text;
}

static void a_line_names_the_client_and_what_helps(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct outcome outcome;
		enum gate_verdict verdict;
		bool monitors;
		enum log_level level;
		const char *line; /* "": none */
	} rows[] = {
		{ "refused", { STATUS_BOGUS, REASON_RRSIG_EXPIRED }, GATE_SERVFAIL, false,
		        LOG_LEVEL_INFO,
		        "warning: bogus www.example.test. A from 192.0.2.53 to 192.0.2.7: "
		        "www.example.test. DNSKEY (rrsig-expired: the signature has expired); see "
		        "`sealgate explain www.example.test. A`, negative_trust_anchors\n" },
		{ "no keys", { STATUS_INDETERMINATE, REASON_FETCH_TIMEOUT }, GATE_SERVFAIL, false,
		        LOG_LEVEL_INFO,
		        "`sealgate explain www.example.test. A`, resolver, park_ms\n" },
		{ "refused, in monitor mode", { STATUS_BOGUS, REASON_RRSIG_EXPIRED }, GATE_SERVFAIL,
		        true, LOG_LEVEL_INFO, "; passed, would be SERVFAIL in enforce mode; see " },
		{ "refused, in monitor mode, is no warning", { STATUS_BOGUS, REASON_RRSIG_EXPIRED },
		        GATE_SERVFAIL, true, LOG_LEVEL_WARNING, "" },
		{ "passed", { STATUS_SECURE, REASON_NONE }, GATE_REWRITE, false, LOG_LEVEL_DEBUG,
		        "debug: secure www.example.test. A from 192.0.2.53 to 192.0.2.7: passed "
		        "rewritten\n" },
		{ "passed, which only debug tells", { STATUS_SECURE, REASON_NONE }, GATE_REWRITE,
		        false, LOG_LEVEL_INFO, "" },
		{ "passed, in monitor mode", { STATUS_SECURE, REASON_NONE }, GATE_REWRITE, true,
		        LOG_LEVEL_DEBUG,
		        ": passed as it came, in enforce mode passed rewritten\n" },
	};
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	struct sockaddr_storage server = sockaddr_of(span_of("\300\0\2\65", 4), 53, 0);
	const struct reported response = { &asked, &server, span_of("\300\0\2\7", 4) };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stats stats = { 0 };
		struct turn turn = { .now_ms = 1000 };
		struct report r;
		struct gate_result result = { .verdict = rows[i].verdict,
			.outcome = rows[i].outcome,
			.culprit = judge_want("www.example.test DNSKEY") };
		report_init(&r, &turn, &stats);
		r.monitors = rows[i].monitors;
		log_set_level(rows[i].level);
		catch_lines();
		if (rows[i].verdict == GATE_SERVFAIL)
			report_judged(&r, response, &result);
		else
			report_done(&r, response, &result);
		const char *text = caught_lines();
		if (!strstr(text, rows[i].line) || (!rows[i].line[0] && text[0]))
			fail_msg("%s: %s", rows[i].why, text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_that_a_log_line_names_exists),
		cmocka_unit_test(a_line_names_the_client_and_what_helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
