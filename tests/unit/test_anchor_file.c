/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/complaint.h"
#include "config/anchor_file.h"
#include "trust/anchor_text.h"

#define DAY 86400
#define T0  INT64_C(1790000000)

static char directory[] = "/tmp/sealgate-test-anchors-XXXXXX";
static char path[80], damaged[100], new_path[100];
static struct crypto *crypto;

static int set_up(void **state)
{
	(void)state;
	crypto = crypto_new();
	if (!crypto || !mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/anchors", directory);
	snprintf(damaged, sizeof(damaged), "%s.damaged", path);
	snprintf(new_path, sizeof(new_path), "%s.new", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(damaged);
	crypto_free(crypto);
	return rmdir(directory);
}

static struct ds ds_of(uint16_t tag)
{
	struct ds ds = { .tag = tag, .algorithm = 8, .digest_type = 2, .digest_len = 32 };
	memset(ds.digest, tag & 0xff, 32);
	return ds;
}

static void add_key(struct trust_point *p, uint16_t tag, enum anchor_state state)
{
	p->keys[p->count++] = (struct anchor_key){ .ds = ds_of(tag),
		.state = state,
		.is_configured = tag % 2,
		.since_s = T0 + tag,
		.seen_s = tag % 3 ? T0 + tag + DAY : 0,
		.hold_s = state == ANCHOR_ADD_PENDING ? T0 + tag + ROLLOVER_HOLD_S : 0,
		.signers = state == ANCHOR_ADD_PENDING ? 5 : 0 };
}

/* Keys in each state. Odd tags are configured. */
static void fill(struct trust_points *t)
{
	struct name zone;

	memset(t, 0, sizeof(*t));
	struct trust_point *root = trust_points_add(t, &name_root);
	root->seen_s = T0 + DAY;
	root->next_s = T0 + 2 * DAY;
	root->original_ttl_s = 172800;
	root->left_s = 1814400;
	add_key(root, 1, ANCHOR_VALID);
	add_key(root, 2, ANCHOR_REVOKED);
	add_key(root, 3, ANCHOR_MISSING);
	add_key(root, 4, ANCHOR_ADD_PENDING);
	add_key(root, 5, ANCHOR_REVOKED);
	add_key(root, 7, ANCHOR_REMOVED);
	assert_true(name_from_text("sp\\ a\\.ce.test.", &zone));
	add_key(trust_points_add(t, &zone), 9, ANCHOR_VALID);
}

static struct trust_points *new_points(void)
{
	struct trust_points *t = calloc(1, sizeof(*t));
	assert_non_null(t);
	return t;
}

/* Looks at the root only: the other zone has keys with the same tags. */
static enum anchor_state state_of(struct trust_points *t, uint16_t tag)
{
	struct ds ds = ds_of(tag);
	struct trust_point *root = trust_points_find(t, &name_root);
	const struct anchor_key *key = root ? rollover_find(root, &ds) : NULL;
	return key ? key->state : ANCHOR_START;
}

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void a_written_file_reads_back_the_same(void **state)
{
	struct trust_points *t = new_points(), *again = new_points();
	struct complaint error = { "" };
	struct stat st;

	(void)state;
	fill(t);
	mode_t mask = umask(0077);
	assert_int_equal(anchor_file_save(t, path, crypto, &error), 0);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(access(new_path, F_OK), -1);
	assert_row(error.text, anchor_file_load(again, path, crypto, &error) == ANCHOR_FILE_READ);
	assert_int_equal(again->count, t->count);
	for (unsigned i = 0; i < t->count; i++) {
		const struct trust_point *a = &t->points[i], *b = &again->points[i];
		assert_true(name_equal(&a->zone, &b->zone));
		assert_int_equal(a->count, b->count);
		assert_memory_equal(a->keys, b->keys, sizeof(a->keys));
		assert_true(a->seen_s == b->seen_s && a->next_s == b->next_s);
		assert_int_equal(a->original_ttl_s, b->original_ttl_s);
		assert_int_equal(a->left_s, b->left_s);
	}
	free(t);
	free(again);
}

static void an_operator_can_read_the_file(void **state)
{
	struct trust_points *t = new_points();

	(void)state;
	fill(t);
	char *text = anchor_text_write(t, crypto);
	assert_non_null(strstr(text, "\nzone . seen=2026-09-22T14:13:20Z next=2026-09-23T14:13:20Z "
	                             "ttl=172800 left=1814400\n"
	                             "key 1 valid configured since=2026-09-21T14:13:21Z "
	                             "seen=2026-09-22T14:13:21Z until=- signers=- 1 8 2 0101"));
	assert_non_null(strstr(text, "\nkey 4 pending learned since=2026-09-21T14:13:24Z "
	                             "seen=2026-09-22T14:13:24Z until=2026-10-21T14:13:24Z "
	                             "signers=1,3 4 8 2 0404"));
	free(text);
	free(t);
}

/* After a damage, the configured keys are trusted, without those that the file says are revoked.
 * Keys 1, 3 and 5 are configured, and the file says that 5 is revoked. */
static void check_trust_after_damage(struct trust_points *t, bool knows_of_5)
{
	struct anchors *configured = anchors_new();

	for (uint16_t tag = 1; tag <= 5; tag += 2) {
		struct ds ds = ds_of(tag);
		assert_true(anchors_add(configured, &name_root, &ds));
	}
	trust_points_configure(t, configured, T0);
	assert_int_equal(state_of(t, 1), ANCHOR_VALID);
	assert_int_equal(state_of(t, 3), ANCHOR_VALID);
	assert_int_equal(state_of(t, 5), knows_of_5 ? ANCHOR_REVOKED : ANCHOR_VALID);
	assert_false(anchor_is_trusted(state_of(t, 2)));
	assert_false(anchor_is_trusted(state_of(t, 4)));
	assert_false(anchor_is_trusted(state_of(t, 7)));
	assert_int_equal(t->count, 1);
	anchors_free(configured);
}

static void a_file_cut_anywhere_widens_no_trust(void **state)
{
	struct trust_points *t = new_points(), *read = new_points();

	(void)state;
	fill(t);
	char *text = anchor_text_write(t, crypto);
	const char *line_5 = strstr(text, "\nkey 5 ");
	size_t end_of_5 = (size_t)(strchr(line_5 + 1, '\n') - text) + 1;
	for (size_t cut = 0; cut < strlen(text); cut++) {
		struct complaint error;
		char expected[120];

		memset(read, 0, sizeof(*read));
		write_file(text, cut);
		assert_int_equal(anchor_file_load(read, path, crypto, &error), ANCHOR_FILE_DAMAGED);
		snprintf(expected, sizeof(expected), "%s:", path);
		assert_row(error.text, strncmp(error.text, expected, strlen(expected)) == 0);
		assert_int_equal(access(path, F_OK), -1);
		assert_int_equal(access(damaged, F_OK), 0);
		check_trust_after_damage(read, cut >= end_of_5);
	}
	free(text);
	free(t);
	free(read);
}

static void a_file_with_a_flipped_bit_widens_no_trust(void **state)
{
	struct trust_points *t = new_points(), *read = new_points();

	(void)state;
	fill(t);
	char *text = anchor_text_write(t, crypto);
	size_t len = strlen(text);
	char *spoilt = malloc(len + 1);
	const char *line_5 = strstr(text, "\nkey 5 ") + 1;
	size_t from = (size_t)(line_5 - text), to = (size_t)(strchr(line_5, '\n') - text);
	const size_t zone_line = (size_t)(strstr(text, "\nzone .") - text);
	for (size_t bit = 0; bit < len * 8; bit++) {
		struct complaint error;
		size_t at = bit / 8;

		memset(read, 0, sizeof(*read));
		memcpy(spoilt, text, len + 1);
		spoilt[at] = (char)(spoilt[at] ^ 1 << bit % 8);
		bool good = anchor_text_read(read, crypto, spoilt, path, &error);
		/* the digest may have letters of either case */
		if (good) {
			assert_true(at > len - 66 && (text[at] ^ 0x20) == tolower(text[at]));
			continue;
		}
		/* The line of the key, the line before, which may have lost its newline, and the
		 * zone. */
		bool is_near = (at + 1 >= from && at <= to) ||
		               (at >= zone_line && at < zone_line + 110) || text[at] == '\n' ||
		               spoilt[at] == '\0';
		if (!is_near && state_of(read, 5) != ANCHOR_REVOKED)
			fail_msg("octet %zu, bit %zu: %s", at, bit % 8, error.text);
		check_trust_after_damage(read, state_of(read, 5) == ANCHOR_REVOKED);
	}
	free(spoilt);
	free(text);
	free(t);
	free(read);
}

#define HEAD "sealgate-anchors 1\n"
#define ZONE "zone . seen=- next=- ttl=0 left=0\n"
#define DS   " 1 8 2 01\n"

static void an_error_names_the_line(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "an empty file", "", ":1: the digest is missing" },
		{ "another file", "hello\n", ":1: the first line is not sealgate-anchors 1" },
		{ "another version", "sealgate-anchors 2\n", ":1: the first line is not" },
		{ "an unknown line", HEAD "# note\nfoo\n", ":3: malformed or unknown line" },
		{ "a key without a zone",
		        HEAD "key 1 valid learned since=- seen=- until=- signers=-" DS,
		        ":2: a key line without a zone line" },
		{ "an unknown state",
		        HEAD ZONE "key 1 start learned since=- seen=- until=- signers=-" DS,
		        ":3: malformed key line" },
		{ "a number out of order",
		        HEAD ZONE "key 2 valid learned since=- seen=- until=- signers=-" DS,
		        ":3: malformed key line" },
		{ "a malformed time",
		        HEAD ZONE "key 1 valid learned since=2026-13-01T00:00:00Z seen=- until=- "
		                  "signers=-" DS,
		        ":3: malformed key line" },
		{ "a key twice",
		        HEAD ZONE "key 1 valid learned since=- seen=- until=- signers=-" DS
		                  "key 2 valid learned since=- seen=- until=- signers=-" DS,
		        ":4: malformed key line" },
		{ "pending for too short a time",
		        HEAD ZONE "key 1 pending learned since=2026-01-01T00:00:00Z seen=- "
		                  "until=2026-01-30T23:59:59Z signers=1" DS,
		        ":3: malformed key line" },
		{ "pending without a signer",
		        HEAD ZONE "key 1 pending learned since=2026-01-01T00:00:00Z seen=- "
		                  "until=2026-01-31T00:00:00Z signers=-" DS,
		        ":3: malformed key line" },
		{ "a signer out of range",
		        HEAD ZONE "key 1 pending learned since=2026-01-01T00:00:00Z seen=- "
		                  "until=2026-01-31T00:00:00Z signers=33" DS,
		        ":3: malformed key line" },
		{ "a zone twice", HEAD ZONE ZONE, ":3: malformed zone line" },
		{ "no digest", HEAD ZONE, ":3: the digest is missing at the end" },
		{ "a wrong digest", HEAD ZONE "sha256 00\n", ":3: the digest does not match" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trust_points *t = new_points();
		struct complaint error = { "" };

		write_file(rows[i].text, strlen(rows[i].text));
		assert_row(rows[i].why,
		        anchor_file_load(t, path, crypto, &error) == ANCHOR_FILE_DAMAGED);
		if (!strstr(error.text, rows[i].says))
			fail_msg("%s: %s", rows[i].why, error.text);
		free(t);
	}
}

static void a_binary_or_huge_file_is_refused(void **state)
{
	struct trust_points *t = new_points();
	struct complaint error;
	char *large = calloc(2, 1 << 20);

	(void)state;
	assert_int_equal(anchor_file_load(t, directory, crypto, &error), ANCHOR_FILE_DAMAGED);
	assert_int_equal(access(directory, F_OK), 0);
	write_file(HEAD "\0", sizeof(HEAD));
	assert_int_equal(anchor_file_load(t, path, crypto, &error), ANCHOR_FILE_DAMAGED);
	memset(large, '#', 2 << 20);
	write_file(large, 2 << 20);
	assert_int_equal(anchor_file_load(t, path, crypto, &error), ANCHOR_FILE_DAMAGED);
	assert_int_equal(anchor_file_load(t, path, crypto, &error), ANCHOR_FILE_NONE);
	free(large);
	free(t);
}

static void a_failure_to_write_the_file_is_reported(void **state)
{
	struct trust_points *t = new_points();
	struct complaint error;
	char nowhere[200];

	(void)state;
	fill(t);
	snprintf(nowhere, sizeof(nowhere), "%s/no/where/anchors", directory);
	assert_int_equal(anchor_file_save(t, nowhere, crypto, &error), -ENOENT);
	assert_non_null(strstr(error.text, nowhere));
	/* Only the last directory is made. */
	snprintf(nowhere, sizeof(nowhere), "%s/no/anchors", directory);
	assert_int_equal(anchor_file_save(t, nowhere, crypto, &error), 0);
	assert_int_equal(unlink(nowhere), 0);
	*strrchr(nowhere, '/') = '\0';
	assert_int_equal(rmdir(nowhere), 0);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_file_reads_back_the_same),
		cmocka_unit_test(an_operator_can_read_the_file),
		cmocka_unit_test(a_file_cut_anywhere_widens_no_trust),
		cmocka_unit_test(a_file_with_a_flipped_bit_widens_no_trust),
		cmocka_unit_test(an_error_names_the_line),
		cmocka_unit_test(a_binary_or_huge_file_is_refused),
		cmocka_unit_test(a_failure_to_write_the_file_is_reported),
	};
	return cmocka_run_group_tests_name("anchor_file", tests, set_up, tear_down);
}
