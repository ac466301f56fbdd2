/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/complaint.h"
#include "config/anchor_file.h"
#include "config/effective_anchors.h"

static char directory[] = "/tmp/sealgate-test-in-force-XXXXXX";
static struct config config;

static struct ds ds_of(struct judge *j, const char *zone)
{
	struct rd rd = rd_ds(judge_key(j, zone), DIGEST_SHA256);
	struct ds ds;

	assert_true(ds_read(span_of(rd.octets, rd.len), &ds));
	return ds;
}

/* The key of "." is configured for the root. Tests may add the key of "test" as a learned one. */
static int set_up(void **state)
{
	struct judge *j = judge_new();
	char text[2 * DIGEST_MAX_OCTETS + 1] = "";
	struct ds ds = ds_of(j, ".");
	FILE *file;

	assert_non_null(mkdtemp(directory));
	config_defaults(&config);
	snprintf(config.trust_anchor, sizeof(config.trust_anchor), "%s/root.key", directory);
	snprintf(config.trust_anchor_state, sizeof(config.trust_anchor_state), "%s/anchors",
	        directory);
	for (unsigned i = 0; i < ds.digest_len; i++)
		sprintf(text + 2 * i, "%02X", ds.digest[i]);
	file = fopen(config.trust_anchor, "w");
	fprintf(file, ". DS %u %u %u %s\n", ds.tag, ds.algorithm, ds.digest_type, text);
	fclose(file);
	*state = j;
	return 0;
}

static int tear_down(void **state)
{
	judge_free(*state);
	unlink(config.trust_anchor);
	unlink(config.trust_anchor_state);
	config_fini(&config);
	return rmdir(directory);
}

/* Writes the state file of a daemon, with the states of the two keys. */
static void remember(struct judge *j, enum anchor_state configured, enum anchor_state learned)
{
	static struct trust_points points;
	struct complaint error;

	memset(&points, 0, sizeof(points));
	struct trust_point *root = trust_points_add(&points, &name_root);
	root->keys[root->count++] = (struct anchor_key){ .ds = ds_of(j, "."),
		.state = configured,
		.is_configured = true,
		.since_s = NOW,
		.seen_s = NOW };
	root->keys[root->count++] = (struct anchor_key){ .ds = ds_of(j, "test"),
		.state = learned,
		.since_s = NOW,
		.seen_s = NOW,
		.hold_s = learned == ANCHOR_ADD_PENDING ? NOW + ROLLOVER_HOLD_S : 0,
		.signers = learned == ANCHOR_ADD_PENDING };
	assert_int_equal(
	        anchor_file_save(&points, config.trust_anchor_state, j->crypto, &error), 0);
}

/* Returns the trusted keys of the root as bits: 1 for the configured one, 2 for the learned one. */
static unsigned trusted(struct judge *j)
{
	struct complaint error;
	struct anchors *a = effective_anchors(&config, NOW + DAY, &error);
	unsigned bits = 0;

	assert_non_null(a);
	const struct anchor *root = anchors_above(a, &name_root);
	for (unsigned i = 0; root && i < root->ds.count; i++)
		bits |= root->ds.ds[i].tag == ds_of(j, ".").tag ? 1 : 2;
	anchors_free(a);
	return bits;
}

static void anchors_that_the_daemon_learned_are_effective(void **state)
{
	static const struct {
		const char *why;
		enum anchor_state configured, learned;
		bool rollover;
		unsigned trusted;
	} rows[] = {
		{ "the learned key is pending", ANCHOR_VALID, ANCHOR_ADD_PENDING, true, 1 },
		{ "the learned key is valid", ANCHOR_VALID, ANCHOR_VALID, true, 3 },
		{ "the configured key is revoked", ANCHOR_REVOKED, ANCHOR_VALID, true, 2 },
		{ "both keys are revoked", ANCHOR_REVOKED, ANCHOR_REVOKED, true, 0 },
		{ "anchors do not roll over", ANCHOR_REVOKED, ANCHOR_VALID, false, 1 },
	};
	struct judge *j = *state;

	assert_int_equal(trusted(j), 1); /* nothing was learned yet */
	for (size_t i = 0; i < COUNT(rows); i++) {
		remember(j, rows[i].configured, rows[i].learned);
		config.rollover = rows[i].rollover;
		assert_row(rows[i].why, trusted(j) == rows[i].trusted);
	}
	config.rollover = true;
}

static void a_damaged_file_is_not_changed(void **state)
{
	struct judge *j = *state;

	remember(j, ANCHOR_REVOKED, ANCHOR_VALID);
	assert_int_equal(truncate(config.trust_anchor_state, 250), 0);
	trusted(j);
	assert_int_equal(access(config.trust_anchor_state, F_OK), 0);
}

static void without_a_configured_anchor_there_is_none(void **state)
{
	struct complaint error;
	struct config elsewhere = { .trust_anchor = "/nowhere/root.key" };

	(void)state;
	assert_null(effective_anchors(&elsewhere, NOW, &error));
	assert_non_null(strstr(error.text, "/nowhere/root.key: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anchors_that_the_daemon_learned_are_effective),
		cmocka_unit_test(a_damaged_file_is_not_changed),
		cmocka_unit_test(without_a_configured_anchor_there_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
