/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the operator reads when keys of a zone that is a trust anchor roll over. */
#include "test.h"

#include <unistd.h>

#include "base/log.h"
#include "daemon/anchor_log.h"

static const struct row {
	const char *why;
	enum anchor_state from, to; /* the same: nothing changed */
	bool is_valid, trust_changed;
	enum anchor_state left; /* the state of the only key */
	const char *says;       /* "": nothing */
} rows[] = {
	{ "a new key", ANCHOR_START, ANCHOR_ADD_PENDING, true, false, ANCHOR_VALID,
	        "info: trust anchor example.test. 4711: new key; sealgate trusts it from" },
	{ "its hold-down time is over", ANCHOR_ADD_PENDING, ANCHOR_VALID, true, true, ANCHOR_VALID,
	        "info: trust anchor example.test. 4711: trusted from now on" },
	{ "it was missing", ANCHOR_MISSING, ANCHOR_VALID, true, false, ANCHOR_VALID,
	        "info: trust anchor example.test. 4711: back in the zone" },
	{ "it is missing", ANCHOR_VALID, ANCHOR_MISSING, true, false, ANCHOR_VALID,
	        "warning: trust anchor example.test. 4711: missing in the zone" },
	{ "it is revoked, another one stays", ANCHOR_VALID, ANCHOR_REVOKED, true, true,
	        ANCHOR_VALID, "warning: trust anchor example.test. 4711: revoked" },
	{ "all are revoked", ANCHOR_VALID, ANCHOR_VALID, true, true, ANCHOR_REVOKED,
	        "error: all trust anchors of example.test. are revoked" },
	{ "it is gone", ANCHOR_REVOKED, ANCHOR_REMOVED, true, false, ANCHOR_VALID,
	        "info: trust anchor example.test. 4711: gone from the zone" },
	{ "no valid RRset came", ANCHOR_VALID, ANCHOR_VALID, false, false, ANCHOR_VALID,
	        "warning: trust anchors of example.test.: no server returned" },
	{ "nothing changed", ANCHOR_VALID, ANCHOR_VALID, true, false, ANCHOR_VALID, "" },
};

/* Stores the first line that the daemon logs. */
static void first_line(const struct row *r, char line[static 512])
{
	struct trust_point p = { .count = 1, .keys = { { .state = r->left } } };
	struct rollover_report report = { .is_valid = r->is_valid,
		.trust_changed = r->trust_changed,
		.count = r->from != r->to,
		.changes = { { .ds = { .tag = 4711 }, .from = r->from, .to = r->to } } };
	FILE *log = tmpfile();
	int saved = dup(STDERR_FILENO);

	assert_true(name_from_text("example.test", &p.zone));
	dup2(fileno(log), STDERR_FILENO);
	anchor_log(&p, &report);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(log);
	if (!fgets(line, 512, log))
		line[0] = '\0';
	fclose(log);
}

static void each_change_is_told_and_the_loss_of_all_is_an_error(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char line[512];
		first_line(&rows[i], line);
		if (rows[i].says[0] == '\0' ? line[0] != '\0' : !strstr(line, rows[i].says))
			fail_msg("%s: \"%s\"", rows[i].why, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_told_and_the_loss_of_all_is_an_error),
	};
	return cmocka_run_group_tests_name("anchor_log", tests, NULL, NULL);
}
