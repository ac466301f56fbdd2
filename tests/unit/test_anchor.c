/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/complaint.h"
#include "config/trust_anchors.h"

#include <unistd.h>

#define DS_2017 "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define DS_2024 "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"

#define DS_LONG "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

/* IANA's root KSK of 2017. */
#define KEY_2017                                                                                   \
	"AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN" \
	"7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8" \
	"efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLY" \
	"A4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU="

static char path[64];
static struct complaint error;

/* Loads a file of these lines. */
static struct anchors *load(const char *text)
{
	strcpy(path, "/tmp/sealgate-anchor-XXXXXX");
	FILE *file = fdopen(mkstemp(path), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	error.text[0] = '\0';
	struct anchors *a = trust_anchors_load(path, &error);
	unlink(path);
	return a;
}

static const struct anchor *above(const struct anchors *a, const char *text)
{
	struct name name;
	assert_true(name_from_text(text, &name));
	return anchors_above(a, &name);
}

static void all_forms_of_a_record_give_the_same_anchor(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
	} rows[] = {
		{ "DS", ". IN DS " DS_2017 "\n" },
		{ "its DNSKEY", ". IN DNSKEY 257 3 8 " KEY_2017 "\n" },
		{ "TTL and class", ".\t172800\tIN\tDS\t" DS_2017 "\n" },
		{ "class and TTL", ". IN 172800 DS " DS_2017 "\n" },
		{ "neither", ". DS " DS_2017 "\n" },
		{ "lower case",
		        ". in ds 20326 8 2 "
		        "e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n" },
		{ "a line of dnsmasq", "trust-anchor=.,20326,8,2," DS_LONG "\n" },
		{ "its file", "# The root DNSSEC trust anchor\n\ntrust-anchor=.,20326,8,2," DS_LONG
		              "\n\n" },
		{ "and with a class", "trust-anchor=IN,.,20326,8,2," DS_LONG "\n" },
		{ "a digest in pieces", ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084 "
		                        "58E880409BBC683457104237C7F8EC8D\n" },
		{ "several lines and comments", "; the root\n\n. IN DS ( 20326 8 ; KSK-2017\n 2 "
		                                "E06D44B80B8F1D39A95C0B0D7C65D084\n"
		                                "\t58E880409BBC683457104237C7F8EC8D )\n" },
		{ "no line end at the end", ". DS " DS_2017 },
		{ "line ends of DOS", ". DS " DS_2017 "\r\n" },
		{ "a comment after it", ". DS " DS_2017 " ; from IANA\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct anchors *a = load(rows[i].text);
		if (!a)
			fail_msg("%s: %s", rows[i].why, error.text);
		assert_row(rows[i].why, anchors_count(a) == 1);
		const struct ds_set *ds = &above(a, "www.example.org")->ds;
		assert_row(rows[i].why, ds->count == 1 && ds->ds[0].tag == 20326);
		assert_row(rows[i].why, ds->ds[0].digest_len == 32 && ds->ds[0].digest[0] == 0xe0 &&
		                                ds->ds[0].digest[31] == 0x8d);
		anchors_free(a);
	}
}

static void mistakes_are_named_with_file_and_line(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text;
		unsigned line;
		const char *complaint;
	} rows[] = {
		{ "an empty file", "", 0, "there is no DS or DNSKEY record" },
		{ "another type", ". DS " DS_2017 "\n. NS a.root-servers.net.\n", 2,
		        "not a DS or DNSKEY" },
		{ "another class", ". CH DS " DS_2017 "\n", 1, "not a DS or DNSKEY" },
		{ "a directive", "$ORIGIN .\n", 1, "directives" },
		{ "an owner alone", "\n.\n", 2, "incomplete" },
		{ "no digest", ". DS 20326 8 2\n", 1, "incomplete" },
		{ "half a digest", ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084\n", 1,
		        "wrong length" },
		{ "a digest of another type",
		        ". DS 20326 8 4 E06D44B80B8F1D39A95C0B0D7C65D084"
		        "58E880409BBC683457104237C7F8EC8D\n",
		        1, "wrong length" },
		{ "too short, even for an unsupported type", ". DS 20326 8 1 AB\n", 1,
		        "wrong length" },
		{ "no digits", ". DS 20326 8 2 XY\n", 1, "hexadecimal" },
		{ "an odd number of digits", ". DS 20326 8 2 ABC\n", 1, "hexadecimal" },
		{ "a bad key", ". DNSKEY 257 3 8 !!!!\n", 1, "base64" },
		{ "mnemonics", ". DS 20326 RSASHA256 2 AB\n", 1, "must be numbers" },
		{ "a number that is too large", ". DS 65536 8 2 AB\n", 1, "must be numbers" },
		{ "a negative number", ". DS -1 8 2 AB\n", 1, "must be numbers" },
		{ "a number larger than any", ". DS 99999999999999999999 8 2 AB\n", 1,
		        "must be numbers" },
		{ "a number with a tail", ". DS 1 8x 2 AB\n", 1, "must be numbers" },
		{ "no number in the third place", ". DS 1 8 - AB\n", 1,
		        "key tag, algorithm and digest type must be numbers" },
		{ "bad base64 in a key", ". DNSKEY 257 3 : " KEY_2017 "\n", 1,
		        "flags, protocol and algorithm must be numbers" },
		{ "no type", ". IN\n", 1, "not a DS or DNSKEY" },
		{ "a bad name", "a..b DS " DS_2017 "\n", 1, "not a domain name" },
		{ "no owner", " IN DS " DS_2017 "\n", 1, "no owner" },
		{ "an open parenthesis", "\n. DS ( " DS_2017 "\n\n", 2, "without a ')'" },
		{ "an unmatched closing parenthesis", ". DS " DS_2017 " )\n", 1, "without a '('" },
		{ "the error is where the record begins",
		        ". DS " DS_2017 "\n\norg. DS (\n 1 8\n 2 XY )\n", 3, "hexadecimal" },
		{ "an unknown algorithm only", "org. DS 1 250 99 AB\n", 1,
		        "algorithm is supported" },
		{ "an unknown digest only", "org. DS 1 8 250 AB\n", 1, "algorithm is supported" },
		{ "a digest longer than any only", "org. DS 1 8 250 AB" DS_LONG DS_LONG "\n", 1,
		        "algorithm is supported" },
		{ "an unknown algorithm of a key only", ". DNSKEY 257 3 250 " KEY_2017 "\n", 1,
		        "algorithm is supported" },
		{ "IANA's XML", "<?xml version=\"1.0\"?>\n<TrustAnchor id=\"1\">\n<Zone>.</Zone>\n",
		        2, "IANA's root-anchors.xml; give a file of DS or DNSKEY records" },
		{ "BIND's configuration",
		        "# a comment\ntrust-anchors {\n  . initial-key 257 3 8 \"" KEY_2017
		        "\";\n};\n",
		        3, "BIND's configuration" },
		{ "BIND's configuration, with a DS",
		        "trust-anchors { . initial-ds 20326 8 2 \"" DS_LONG "\"; };\n", 1,
		        "BIND's configuration" },
		{ "a statement of BIND alone", "initial-key 257 3 8 \"" KEY_2017 "\";\n", 1,
		        "BIND's configuration" },
		{ "a statement of BIND in a comment is none",
		        "; initial-key\n. DNSKEY 385 3 8 " KEY_2017 "\n", 2, "supported" },
		{ "BIND's older configuration", "trusted-keys { . 257 3 8 \"" KEY_2017 "\"; };\n",
		        1, "BIND's configuration" },
		{ "BIND's state",
		        "$ORIGIN .\n@ 0 IN SOA . . 1 0 0 0 0\n  KEYDATA 2026 2026 0 257 3 8 AA\n",
		        3, "BIND's own state" },
		{ "unbound's configuration",
		        "server:\n  auto-trust-anchor-file: \"/var/lib/unbound/root.key\"\n", 2,
		        "give the file that this line names" },
		{ "dnsmasq, half a line", "trust-anchor=.,20326\n", 1, "incomplete" },
		{ "dnsmasq, nothing", "trust-anchor=\n", 1, "no owner" },
		{ "every key is pending in unbound's file",
		        "; autotrust trust anchor file\n. 1 IN DNSKEY 257 3 8 " KEY_2017
		        " ;{id = 20326 (ksk), size = 2048b} ;;state=1 [ ADDPEND ] ;;count=3\n",
		        2, "no key in this file has the state VALID" },
		{ "a state that unbound does not have",
		        ". 1 IN DNSKEY 257 3 8 " KEY_2017 " ;;state=7 [ NEW ]\n", 1,
		        "\";;state=\"" },
		{ "a state of two digits", ". 1 IN DNSKEY 257 3 8 " KEY_2017 " ;;state=22\n", 1,
		        "\";;state=\"" },
		{ "a state that is left out", ". 1 IN DNSKEY 257 3 8 " KEY_2017 " ;;state=\n", 1,
		        "\";;state=\"" },
		{ "a state that is no digit", ". 1 IN DNSKEY 257 3 8 " KEY_2017 " ;;state=/\n", 1,
		        "\";;state=\"" },
		{ "all keys are revoked",
		        "; autotrust trust anchor file\n;;REVOKED ; The zone has all keys revoked, "
		        "and "
		        "is\n. IN DNSKEY 257 3 8 " KEY_2017 " ;;state=2 [  VALID  ]\n",
		        2, "revoked: put new ones into this file" },
		{ "a revoked key only", ". DNSKEY 385 3 8 " KEY_2017 "\n", 1, "supported" },
		{ "a key without zone bit", ". DNSKEY 1 3 8 " KEY_2017 "\n", 1, "supported" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char where[100];
		assert_row(rows[i].why, !load(rows[i].text));
		snprintf(where, sizeof(where), "%s:%u: ", path, rows[i].line);
		if (strncmp(error.text, where, strlen(where)) != 0 ||
		        !strstr(error.text, rows[i].complaint))
			fail_msg("%s: %s", rows[i].why, error.text);
	}
	assert_null(trust_anchors_load("/nowhere/root.key", &error));
	assert_non_null(strstr(error.text, "/nowhere/root.key: No such file"));
	assert_null(trust_anchors_load("/tmp", &error)); /* a directory */
	assert_non_null(strstr(error.text, "/tmp: Is a directory"));
}

static void a_record_without_owner_has_the_owner_before(void **state)
{
	(void)state;
	struct anchors *a = load("org. DS " DS_2017 "\n     IN DS " DS_2024 "\n");

	assert_non_null(a);
	assert_int_equal(anchors_count(a), 1);
	assert_int_equal(above(a, "org")->ds.count, 2);
	assert_null(above(a, "in"));
	anchors_free(a);
}

static void unusable_records_are_skipped_beside_usable_ones(void **state)
{
	(void)state;
	struct anchors *a =
	        load(". DS 1 250 99 AB\n. DS " DS_2017 "\n. DS 2 8 250 AB\n. DS " DS_2024
	             "\n. DNSKEY 385 3 8 " KEY_2017 "\n");

	assert_non_null(a);
	assert_int_equal(above(a, ".")->ds.count, 2);
	assert_int_equal(above(a, ".")->ds.ds[0].tag, 20326);
	assert_int_equal(above(a, ".")->ds.ds[1].tag, 38696);
	anchors_free(a);
}

/* unbound rewrites its file as the keys of the zone change (RFC 5011). */
static void only_keys_that_unbound_trusts_are_anchors(void **state)
{
	(void)state;
	static const struct {
		const char *why, *comment;
		unsigned anchors;
	} rows[] = {
		{ "no state", "", 2 },
		{ "only another comment", ";{id = 20326 (ksk), size = 2048b}", 2 },
		{ "START", ";;state=0 [  START  ] ;;count=0", 1 },
		{ "ADDPEND: the hold-down is not over",
		        ";{id = 20326} ;;state=1 [ ADDPEND ] ;;count=2", 1 },
		{ "VALID", ";{id = 20326} ;;state=2 [  VALID  ] ;;count=0 ;;lastchange=1502438004",
		        2 },
		{ "MISSING, and not revoked", ";;state=3 [ MISSING ]", 2 },
		{ "REVOKED", ";;state=4 [ REVOKED ]", 1 },
		{ "REMOVED", ";;state=5 [ REMOVED ]", 1 },
		{ "Knot Resolver's comment", "; Valid: ; KeyTag:20326", 2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2048];
		snprintf(text, sizeof(text),
		        "; autotrust trust anchor file\n;;id: . 1\n;;last_success: 1 ;;Thu\n"
		        ".\t86400\tIN\tDNSKEY\t257 3 8 " KEY_2017 " %s\n. IN DS " DS_2024 "\n",
		        rows[i].comment);
		struct anchors *a = load(text);
		if (!a)
			fail_msg("%s: %s", rows[i].why, error.text);
		assert_row(rows[i].why, above(a, ".")->ds.count == rows[i].anchors);
		anchors_free(a);
	}
}

static void the_deepest_anchor_applies(void **state)
{
	(void)state;
	static const struct {
		const char *name, *zone;
	} rows[] = {
		{ ".", "." },
		{ "org", "." },
		{ "example.org", "example.org" },
		{ "www.example.org", "example.org" },
		{ "a.sub.example.org", "sub.example.org" },
		{ "notexample.org", "." },
		{ "org.example", "." },
	};
	struct anchors *a = load(
	        "sub.example.org. DS " DS_2017 "\n. DS " DS_2017 "\nEXAMPLE.org DS " DS_2017 "\n");

	assert_non_null(a);
	assert_int_equal(anchors_count(a), 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name zone;
		assert_true(name_from_text(rows[i].zone, &zone));
		assert_row(rows[i].name, name_equal(&above(a, rows[i].name)->zone, &zone));
	}
	anchors_free(a);
	a = load("example.org DS " DS_2017 "\n");
	assert_null(above(a, "org"));
	assert_null(above(a, "example.com"));
	anchors_free(a);
}

static void zones_and_records_have_limits(void **state)
{
	(void)state;
	char *text = calloc(1, 1 << 16);
	size_t len = 0;

	for (unsigned i = 0; i < 65; i++)
		len += (size_t)sprintf(text + len, "z%u. DS " DS_2017 "\n", i);
	assert_null(load(text));
	assert_non_null(strstr(error.text, ":65: there are anchors for too many zones"));
	len = 0;
	for (unsigned i = 0; i <= LIMIT_ANCHOR_KEYS; i++)
		len += (size_t)sprintf(text + len, ". DS " DS_2017 "\n");
	assert_null(load(text));
	assert_non_null(strstr(error.text, ":9: there are too many anchors for one zone"));
	struct anchors *a = anchors_new();
	struct ds ds = { .digest_len = 32 };
	for (unsigned i = 0; i <= ANCHORS_MAX; i++) {
		struct name zone;
		sprintf(text, "z%u", i);
		assert_true(name_from_text(text, &zone));
		assert_int_equal(anchors_add(a, &zone, &ds), i < ANCHORS_MAX);
	}
	anchors_free(a);
	memset(text, 'x', 20000);
	assert_null(load(text));
	assert_non_null(strstr(error.text, ":1: the record is too long"));
	strcpy(text, ". DS (\n");
	for (unsigned i = 0; i < 3000; i++)
		strcat(text, "AAAA\n");
	assert_null(load(text));
	assert_non_null(strstr(error.text, ":1: the record is too long"));
	free(text);
}

/* Everything after it would be lost silently. */
static void a_file_with_a_zero_octet_is_refused(void **state)
{
	(void)state;
	char name[] = "/tmp/sealgate-anchor-XXXXXX";
	FILE *file = fdopen(mkstemp(name), "w");
	static const char text[] = ". DS " DS_2017 "\n\0org. DS " DS_2017 "\n";

	assert_non_null(file);
	assert_int_equal(fwrite(text, sizeof(text) - 1, 1, file), 1);
	fclose(file);
	assert_null(trust_anchors_load(name, &error));
	assert_non_null(strstr(error.text, "not a text file"));
	unlink(name);
}

static void a_huge_file_is_not_read(void **state)
{
	(void)state;
	char *text = calloc(1, TRUST_ANCHORS_MAX + 2);

	memset(text, ';', TRUST_ANCHORS_MAX);
	assert_null(load(text));
	assert_non_null(strstr(error.text, "there is no DS or DNSKEY record"));
	text[TRUST_ANCHORS_MAX] = ';';
	assert_null(load(text));
	assert_non_null(strstr(error.text, ": File too large"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms_of_a_record_give_the_same_anchor),
		cmocka_unit_test(mistakes_are_named_with_file_and_line),
		cmocka_unit_test(a_record_without_owner_has_the_owner_before),
		cmocka_unit_test(unusable_records_are_skipped_beside_usable_ones),
		cmocka_unit_test(only_keys_that_unbound_trusts_are_anchors),
		cmocka_unit_test(the_deepest_anchor_applies),
		cmocka_unit_test(zones_and_records_have_limits),
		cmocka_unit_test(a_file_with_a_zero_octet_is_refused),
		cmocka_unit_test(a_huge_file_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
