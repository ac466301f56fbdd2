/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline of a zone: its file comes back as it was written, or not at all, and what would
 * break the zone later is found before. */
#include "test.h"

#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "keys/key_text.h"
#include "keys/timeline_check.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"
#include "planned.h"

#define NOW  INT64_C(1780000000) /* 2026-05-28 20:26:40 */
#define DAY  PLANNED_DAY
#define ZONE "example.org"

/* Keys, by their bits. */
enum { KSK = 1, OLD = 2, NEW = 4, KSK_15 = 8, ZSK_15 = 16, KEYS = 5 };

struct scene {
	struct name zone;
	struct crypto *crypto;
	struct keypair keys[KEYS];
};

/* A ZSK that is published, takes over and goes. */
static const struct planned_period roll[] = {
	{ NOW, NOW + DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	{ NOW + DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 },
	{ NOW + 2 * DAY, NOW + 4 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
	{ NOW + 4 * DAY, NOW + 5 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 },
};

static struct scene *scene_new(void)
{
	static const uint16_t flags[KEYS] = { KEYPAIR_KSK, KEYPAIR_ZSK, KEYPAIR_ZSK, KEYPAIR_KSK,
		KEYPAIR_ZSK };
	struct scene *s = calloc(1, sizeof(*s));

	assert_true(name_from_text(ZONE, &s->zone));
	s->crypto = crypto_new();
	assert_non_null(s->crypto);
	for (unsigned i = 0; i < KEYS; i++)
		planned_key(&s->keys[i], &s->zone, flags[i],
		        i < 3 ? ALGORITHM_ECDSAP256 : ALGORITHM_ED25519);
	return s;
}

static void scene_free(struct scene *s)
{
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&s->keys[i]);
	crypto_free(s->crypto);
	free(s);
}

static char *text_of(struct scene *s, const struct planned_period *periods, unsigned count)
{
	struct complaint error;
	struct timeline t;

	planned_make(&t, s->crypto, s->keys, periods, count);
	char *text = timeline_write(&t, s->crypto, &error);
	assert_row(error.text, text != NULL);
	timeline_fini(&t);
	return text;
}

/* Returns NULL if the text is read and the timeline is sound, or what is wrong. */
static const char *wrong_with(struct scene *s, const char *text)
{
	static struct complaint error;
	struct timeline t;
	unsigned line;

	if (!timeline_read(&t, s->crypto, text, "file", &error))
		return error.text;
	const char *fault = timeline_check(s->crypto, &t, &line);
	if (fault)
		complaint_set(&error, "file:%u: %s", line, fault);
	timeline_fini(&t);
	return fault ? error.text : NULL;
}

/* ---- The file ---- */

static void a_timeline_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *text = text_of(s, roll, COUNT(roll));
	struct complaint error;
	struct timeline t;

	assert_row(error.text, timeline_read(&t, s->crypto, text, "file", &error));
	assert_true(name_equal(&t.zone, &s->zone));
	assert_int_equal(t.generation, 42);
	assert_int_equal(t.made_s, NOW);
	assert_int_equal(t.period_count, COUNT(roll));
	assert_int_equal(t.zsk_count, 2);
	for (unsigned i = 0; i < COUNT(roll); i++) {
		const struct timeline_period *p = &t.periods[i];
		const struct keypair *signer = &s->keys[roll[i].signers == OLD ? 1 : 2];
		assert_int_equal(p->from_s, roll[i].from_s);
		assert_int_equal(p->until_s, roll[i].until_s);
		assert_int_equal(p->signer_count, 1);
		assert_int_equal(p->signers[0]->tag, signer->tag);
		assert_true(span_equal(
		        signkey_public(p->signers[0]->key), signkey_public(signer->key)));
		assert_int_equal(p->records->dnskey.count, i == 1 || i == 2 ? 3 : 2);
		assert_true(presigned_has(&p->records->dnskey, keypair_rdata(signer)));
		assert_int_equal(p->records->cds.count, 1);
		assert_int_equal(p->records->dnskey.ttl_s, PLANNED_TTL_S);
	}
	char *again = timeline_write(&t, s->crypto, &error);
	assert_string_equal(again, text);
	timeline_fini(&t);
	key_text_free(again);
	key_text_free(text);
	scene_free(s);
}

/* sha256sum of coreutils finds the same digest. */
static void the_digest_is_that_of_sha256sum(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 1), directory[] = "/tmp/sealgate-timeline-XXXXXX", line[300];

	assert_non_null(mkdtemp(directory));
	snprintf(line, sizeof(line), "%s/file", directory);
	assert_int_equal(file_create(line, text, 0600), 0);
	snprintf(line, sizeof(line),
	        "cd %s && test \"$(tail -n 1 file)\" = \"sha256 $(head -n -1 file | sha256sum | "
	        "cut -c -64 | tr a-f A-F)\"",
	        directory);
	assert_int_equal(system(line), 0);
	snprintf(line, sizeof(line), "rm -r %s", directory);
	assert_int_equal(system(line), 0);
	key_text_free(text);
	scene_free(s);
}

/* The timeline in docs/timeline.md, where it is indented. */
static void the_example_of_the_manual_is_sound(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *manual = file_read("docs/timeline.md", 1 << 20), *example = calloc(1, 1 << 20);

	assert_non_null(manual);
	for (char *rest = manual, *line; (line = strsep(&rest, "\n"));) {
		if (strncmp(line, "    ", 4) == 0)
			sprintf(example + strlen(example), "%s\n", line + 4);
	}
	const char *fault = wrong_with(s, example);
	assert_row(fault, !fault);
	free(example);
	free(manual);
	scene_free(s);
}

static void an_rsa_key_is_refused_by_the_writer(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct complaint error;
	struct timeline t;

	planned_make(&t, s->crypto, s->keys, roll, 1);
	signkey_free(t.zsks[0].key);
	t.zsks[0].key = signkey_generate(ALGORITHM_RSASHA256);
	assert_null(timeline_write(&t, s->crypto, &error));
	assert_non_null(strstr(error.text, "is an RSA key"));
	timeline_fini(&t);
	scene_free(s);
}

/* Whoever copies a file, or runs out of disk, must not leave one that counts. */
static void a_timeline_that_is_cut_anywhere_is_refused(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 2);

	assert_null(wrong_with(s, text));
	for (size_t len = 0; text[len]; len++) {
		char *cut = strndup(text, len);
		assert_row(cut, wrong_with(s, cut) != NULL);
		free(cut);
	}
	key_text_free(text);
	scene_free(s);
}

static void a_timeline_with_one_other_bit_is_refused(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 2);

	for (size_t at = 0; text[at]; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			char flip = (char)(1 << bit);
			text[at] ^= flip;
			assert_row("an altered timeline is read", wrong_with(s, text) != NULL);
			text[at] ^= flip;
		}
	}
	assert_null(wrong_with(s, text));
	key_text_free(text);
	scene_free(s);
}

/* As an edit by somebody who puts the right digest at the end, too: the line is named. */
static void each_line_that_is_wrong_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *why, *begin, *old, *new, *says;
	} rows[] = {
		{ "another version", "sealgate", "timeline 1", "timeline 2",
		        "file: the first line" },
		{ "no zone", "zone", "zone", "; ", "file:4: \"generation\" is not expected here" },
		{ "a zone that is no name", "zone", ZONE, "a..b", "file:3: the zone is not" },
		{ "another zone", "zone", ZONE, "example.net", "file:9: the owner differs" },
		{ "two zones", "generation", "generation 42", "zone " ZONE,
		        "file:4: \"zone\" is not expected here" },
		{ "two values", "generation", "42", "4 2", "file:4: malformed line: 1 values" },
		{ "no value", "generation", " 42", "", "file:4: malformed line: 1 values" },
		{ "a negative generation", "generation", "42", "-42", "file:4: the generation" },
		{ "a generation that is too large", "generation", "42", "18446744073709551616",
		        "file:4: the generation" },
		{ "no such day", "made", "0528", "0230", "file:5: not a time" },
		{ "an RSA key", "zsk", "13", "8", "file:6: the ZSKs of a timeline are of" },
		{ "another algorithm", "zsk", "13", "15",
		        "file:6: the private key belongs to a ZSK with another tag" },
		{ "another tag", "zsk", "zsk 13 ", "zsk 13 1", "file:6: " },
		{ "no key", "zsk", "\nperiod", "!\nperiod",
		        "file:6: the private key is malformed" },
		{ "a word that nobody knows", "zsk", "zsk", "csk", "file:6: unknown line" },
		{ "no ZSK", "zsk", "zsk", ";zsk", "file:8: no zsk line has this key" },
		{ "a period that ends before it begins", "period", "20260529", "20260527",
		        "file:7: the period ends before" },
		{ "a period that ends when it begins", "period", "20260529", "20260528",
		        "file:7: the period ends before" },
		{ "a gap", "period", "period 20260528202640 20260529202640",
		        "period 20260528202640 20260529202639",
		        "the period does not begin when the one before ends" },
		{ "an overlap", "period", "period 20260528202640 20260529202640",
		        "period 20260528202640 20260529202641",
		        "the period does not begin when the one before ends" },
		{ "no signer", "sign", "sign", "; sign", "file:9: no ZSK signs in this period" },
		{ "a period without records", "sign", "\n" ZONE, "\nperiod 1 2\n" ZONE,
		        "file:9: \"period\" is not expected here" },
		{ "a signer behind records", "sign", " IN DNSKEY", " IN DNSKEY 257 3 13 AA==\nsign",
		        "file:10: \"sign\" is not expected here" },
		{ "a signer that is not here", "sign", "sign 13 ", "sign 15 ",
		        "file:8: no zsk line has this key" },
		{ "a blank at the begin", "sign", "sign", " sign", "file:8: the line begins with" },
		{ "a record of another type", "sign", "IN DNSKEY", "IN TXT",
		        "file:9: unexpected record type" },
		{ "a record that goes on", "sign", "IN DNSKEY", "IN DNSKEY (",
		        "file:9: the record goes on" },
		{ "a malformed signature", "RRSIG DNSKEY", "13 2", "13 2 2",
		        "file:11: malformed RRSIG" },
		{ "another TTL in a signature", "RRSIG DNSKEY", "13 2 3600", "13 2 3601",
		        "file:11: no KSK in this file made this signature" },
		{ "another signature", "RRSIG CDS", ZONE, "sub." ZONE,
		        "file:14: the signature is for another owner or by another signer" },
	};
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 2);

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *spoilt =
		        planned_spoil(s->crypto, text, rows[i].begin, rows[i].old, rows[i].new);
		const char *says = wrong_with(s, spoilt);
		if (!says || !strstr(says, rows[i].says))
			fail_msg("%s: \"%s\"", rows[i].why, says ? says : "nothing");
		free(spoilt);
	}
	key_text_free(text);
	scene_free(s);
}

/* A line that is there more often than it may be. */
static void a_line_that_is_repeated_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *line, *says;
		unsigned times;
	} rows[] = {
		{ "zsk", "file:7: this ZSK is there already", 2 },
		{ "sign", "two ZSKs of one algorithm", 2 },
		{ "sign", "file:10: too many ZSKs sign", 3 },
		{ "period", "file:8: \"period\" is not expected here", 2 },
		{ "made", "file:6: \"made\" is not expected here", 2 },
	};
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 1);

	for (size_t i = 0; i < COUNT(rows); i++) {
		char begin[16], many[1000] = "";
		snprintf(begin, sizeof(begin), "\n%s ", rows[i].line);
		const char *line = strstr(text, begin) + 1;
		for (unsigned n = 0; n < rows[i].times; n++)
			strncat(many, line, strcspn(line, "\n") + 1);
		char *old = strndup(line, strcspn(line, "\n") + 1);
		char *spoilt = planned_spoil(s->crypto, text, old, old, many);
		const char *says = wrong_with(s, spoilt);
		if (!says || !strstr(says, rows[i].says))
			fail_msg("%s: \"%s\"", rows[i].line, says ? says : "nothing");
		free(spoilt);
		free(old);
	}
	key_text_free(text);
	scene_free(s);
}

/* With the right digest at its end. */
static void a_timeline_that_ends_early_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *end, *says;
	} rows[] = {
		{ "zone", "the timeline has no period" },
		{ "period", "the timeline has no period" },
		{ "sign", "the last period has no records" },
		{ ZONE ". 3600 IN DNSKEY", "the last period has no records" },
		{ ZONE ". 3600 IN RRSIG DNSKEY", "has no valid signature" },
		{ ZONE ". 3600 IN RRSIG CDNSKEY", "has no valid signature" },
	};
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 1);

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *cut = strndup(text, (size_t)(strstr(text, rows[i].end) - text));
		char *sealed = planned_seal(s->crypto, cut);
		const char *says = wrong_with(s, sealed);
		if (!says || !strstr(says, rows[i].says))
			fail_msg("%s: \"%s\"", rows[i].end, says ? says : "nothing");
		free(sealed);
		free(cut);
	}
	key_text_free(text);
	scene_free(s);
}

/* Ends `many` with periods of an hour, each with a signer and a record. */
static void add_periods(char *many, unsigned count, unsigned tag)
{
	char from[DIGITS_TIME_SIZE], until[DIGITS_TIME_SIZE];

	for (unsigned i = 0; i < count; i++)
		sprintf(many + strlen(many),
		        "period %s %s\nsign 13 %u\n" ZONE ". 1 IN DNSKEY 257 3 13 AAAA\n",
		        digits_time_write(NOW + 3600 * (int64_t)i, from),
		        digits_time_write(NOW + 3600 * (int64_t)(i + 1), until), tag);
}

/* By chance two of so many keys have one tag, which is no good file (1 run in 150). */
static void draw_zsk(const struct scene *s, const char *many, struct keypair *k)
{
	char tag[16];

	for (;;) {
		planned_key(k, &s->zone, KEYPAIR_ZSK, ALGORITHM_ED25519);
		sprintf(tag, " %u ", k->tag);
		if (!strstr(many, tag))
			return;
		keypair_fini(k);
	}
}

static void add_zsks(struct scene *s, char *many, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t secret[64];
		char text[BASE64_SIZE(64)];
		struct writer w = writer_over(secret, sizeof(secret));
		struct keypair k;
		draw_zsk(s, many, &k);
		signkey_write_secret(k.key, &w);
		sprintf(many + strlen(many), "zsk 15 %u %s\n", k.tag,
		        base64_encode(writer_span(&w), text));
		keypair_fini(&k);
	}
}

static void there_is_a_limit_of_everything(void **state)
{
	(void)state;
	static const struct {
		const char *why, *says; /* NULL: it is read */
		unsigned zsks, periods;
	} rows[] = {
		{ "as many periods as can be", "has no valid signature", 0, TIMELINE_PERIODS },
		{ "one more", "too many periods", 0, TIMELINE_PERIODS + 1 },
		{ "as many ZSKs as can be", "has no valid signature", TIMELINE_ZSKS - 1, 1 },
		{ "one more", "too many ZSKs", TIMELINE_ZSKS, 1 },
	};
	struct scene *s = scene_new();
	char *text = text_of(s, roll, 1);

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *many = calloc(1, TIMELINE_TEXT_OCTETS);
		sprintf(many, "%.*s", (int)(strstr(text, "period") - text), text);
		add_zsks(s, many, rows[i].zsks);
		add_periods(many, rows[i].periods, s->keys[1].tag);
		char *sealed = planned_seal(s->crypto, many);
		const char *says = wrong_with(s, sealed);
		struct timeline t;
		struct complaint error;
		bool is_read = timeline_read(&t, s->crypto, sealed, "file", &error);
		if (is_read)
			timeline_fini(&t);
		assert_row(rows[i].why, is_read == !strstr(rows[i].says, "too many"));
		if (!says || (!is_read && !strstr(says, rows[i].says)))
			fail_msg("%s: \"%s\"", rows[i].why, says ? says : "nothing");
		free(sealed);
		free(many);
	}
	key_text_free(text);
	scene_free(s);
}

/* ---- Time ---- */

static void the_clock_says_which_period_is_in_force(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t now_s;
		int period; /* -1: none */
	} rows[] = {
		{ "before the first", NOW - 1, -1 },
		{ "the first second", NOW, 0 },
		{ "the last second of the first", NOW + DAY - 1, 0 },
		{ "the first second of the second", NOW + DAY, 1 },
		{ "the last second of the third", NOW + 4 * DAY - 1, 2 },
		{ "the last second of all", NOW + 5 * DAY - 1, 3 },
		{ "after the end", NOW + 5 * DAY, 3 },
		{ "long after the end", NOW + 500 * DAY, 3 },
	};
	struct scene *s = scene_new();
	struct timeline t;

	planned_make(&t, s->crypto, s->keys, roll, COUNT(roll));
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].why,
		        timeline_at(&t, rows[i].now_s) ==
		                (rows[i].period < 0 ? NULL : &t.periods[rows[i].period]));
	timeline_fini(&t);
	scene_free(s);
}

static void signatures_last_through_the_periods(void **state)
{
	(void)state;
	/* A signature begins an hour before its period, another 23 hours after, and each lasts a
	 * week. */
	static const struct {
		const char *why;
		int64_t last_s;           /* when the signatures of the first end; 0: late enough */
		int64_t begin_s, until_s; /* of those of the second; 0: as they should */
		int64_t now_s, lasts_s;
	} rows[] = {
		{ "to the end of the last one", 0, 0, 0, NOW, 9 * DAY - 3600 },
		{ "from the second one on", 0, 0, 0, NOW + DAY, 8 * DAY - 3600 },
		{ "before the first", 0, 0, 0, NOW - 1, -1 },
		{ "after the last signature", 0, 0, 0, NOW + 9 * DAY, -1 },
		{ "the first lasts just as long as it must", NOW + DAY - 1, 0, 0, NOW,
		        9 * DAY - 3600 },
		{ "the first ends a second early", NOW + DAY - 2, 0, 0, NOW, DAY - 2 },
		{ "the second one begins without a signature", 0, NOW + DAY + 1, 0, NOW, DAY - 1 },
		{ "the second one ends early", 0, 0, NOW + DAY + 5, NOW, DAY + 5 },
	};
	struct scene *s = scene_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct planned_period both[] = {
			{ NOW, NOW + DAY, KSK | OLD, KSK, OLD, KSK, 0, rows[i].last_s },
			{ NOW + DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD, KSK, rows[i].begin_s,
			        rows[i].until_s },
		};
		struct timeline t;
		planned_make(&t, s->crypto, s->keys, both, 2);
		assert_row(rows[i].why, timeline_lasts_s(&t, rows[i].now_s) == rows[i].lasts_s);
		timeline_fini(&t);
	}
	scene_free(s);
}

static void the_set_that_ends_first_counts(void **state)
{
	(void)state;
	static const struct planned_period one = { NOW, NOW + DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 };
	struct scene *s = scene_new();

	for (unsigned n = 0; n < 3; n++) {
		struct timeline t;
		planned_make(&t, s->crypto, s->keys, &one, 1);
		struct presigned *sets[] = { &t.sets[0].dnskey, &t.sets[0].cds,
			&t.sets[0].cdnskey };
		for (unsigned i = 0; i < sets[n]->rrsig_count; i++)
			sets[n]->rrsigs[i].expiration = (uint32_t)(NOW + 100 + n);
		assert_int_equal(timeline_lasts_s(&t, NOW), 100 + n);
		timeline_fini(&t);
	}
	scene_free(s);
}

/* ---- What would break the zone ---- */

static void what_would_break_the_zone_is_found(void **state)
{
	(void)state;
	enum { K = KSK, K5 = KSK_15, Z5 = ZSK_15, BOTH = KSK | KSK_15 };
	static const struct {
		const char *why, *says; /* NULL: all is well */
		struct planned_period p;
	} rows[] = {
		{ "a KSK and a ZSK", NULL, { NOW, NOW + 3 * DAY, K | OLD, K, OLD, K, 0, 0 } },
		{ "no CDS", NULL, { NOW, NOW + 3 * DAY, K | OLD, K, OLD, 0, 0, 0 } },
		{ "no DNSKEY", "there is no DNSKEY record",
		        { NOW, NOW + DAY, 0, K, OLD, K, 0, 0 } },
		{ "a ZSK that signs, and is not known", "no ZSK that signs in this period",
		        { NOW, NOW + DAY, K | OLD, K, NEW, K, 0, 0 } },
		{ "a ZSK that is known, and none signs with its algorithm",
		        "no ZSK that signs in this period",
		        { NOW, NOW + DAY, K | OLD | Z5, K | K5, OLD, K, 0, 0 } },
		{ "a KSK of another algorithm, without a ZSK", "no ZSK that signs in this period",
		        { NOW, NOW + DAY, BOTH | OLD, BOTH, OLD, K, 0, 0 } },
		{ "signatures of the new algorithm come first (RFC 6781, 4.1.4)", NULL,
		        { NOW, NOW + DAY, K | OLD, K, OLD | Z5, K, 0, 0 } },
		{ "then its keys", NULL,
		        { NOW, NOW + DAY, BOTH | OLD | Z5, BOTH, OLD | Z5, BOTH, 0, 0 } },
		{ "but its KSK does not sign", "none of one of its algorithms",
		        { NOW, NOW + DAY, BOTH | OLD | Z5, K, OLD | Z5, K, 0, 0 } },
		{ "the old signatures go last", NULL,
		        { NOW, NOW + DAY, K5 | Z5, K5, OLD | Z5, K5, 0, 0 } },
		{ "a KSK signs in place of a ZSK", "no ZSK that signs in this period",
		        { NOW, NOW + DAY, K | OLD, K, K, K, 0, 0 } },
		{ "two ZSKs of one algorithm sign", "two ZSKs of one algorithm",
		        { NOW, NOW + DAY, K | OLD | NEW, K, OLD | NEW, K, 0, 0 } },
		{ "nobody signs the keys", "has no valid signature",
		        { NOW, NOW + DAY, K | OLD, 0, OLD, 0, 0, 0 } },
		{ "a KSK that is not published", "no KSK in this file made this signature",
		        { NOW, NOW + DAY, K | OLD, K5 | K, OLD, K, 0, 0 } },
		{ "a ZSK signs the keys", "no KSK in this file made this signature",
		        { NOW, NOW + DAY, K | OLD, K | OLD, OLD, K, 0, 0 } },
		{ "signatures begin in time", NULL,
		        { NOW, NOW + DAY, K | OLD, K, OLD, K, NOW, 0 } },
		{ "signatures begin a second late", "has no valid signature",
		        { NOW, NOW + DAY, K | OLD, K, OLD, K, NOW + 1, 0 } },
		{ "signatures end with the last second", NULL,
		        { NOW, NOW + DAY, K | OLD, K, OLD, K, 0, NOW + DAY - 1 } },
		{ "signatures end a second early", "has no valid signature",
		        { NOW, NOW + DAY, K | OLD, K, OLD, K, 0, NOW + DAY - 2 } },
	};
	struct scene *s = scene_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct timeline t;
		unsigned line;
		planned_make(&t, s->crypto, s->keys, &rows[i].p, 1);
		const char *fault = timeline_check(s->crypto, &t, &line);
		if (!rows[i].says != !fault || (fault && !strstr(fault, rows[i].says)))
			fail_msg("%s: \"%s\"", rows[i].why, fault ? fault : "nothing");
		timeline_fini(&t);
	}
	scene_free(s);
}

/* No resolver uses a key with another protocol than 3 (RFC 4034, 2.1.2), or one that is revoked. */
static void a_zsk_counts_only_with_a_record_that_resolvers_use(void **state)
{
	(void)state;
	static const struct planned_period one = { NOW, NOW + DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 };
	static const struct {
		const char *why;
		unsigned at; /* the octet of the RDATA */
		uint8_t change;
	} rows[] = {
		{ "another protocol", 2, 7 },
		{ "a revoked key (RFC 5011)", 1, 0x80 },
		{ "a KSK", 1, 1 },
		{ "no key of the zone", 0, 1 },
	};
	struct scene *s = scene_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct timeline t;
		unsigned line;
		planned_make(&t, s->crypto, s->keys, &one, 1);
		struct key_records *r = &t.sets[0];
		size_t zsk = (size_t)(r->dnskey.rdatas[1].base - r->octets.base);
		r->octets.base[zsk + rows[i].at] ^= rows[i].change;
		const char *fault = timeline_check(s->crypto, &t, &line);
		assert_row(rows[i].why, fault && strstr(fault, "no ZSK that signs in this period"));
		timeline_fini(&t);
	}
	scene_free(s);
}

/* The DNSKEY RRset has all its signatures, and the others only one, which lasts a week. */
static void cds_records_are_signed_to_the_end_too(void **state)
{
	(void)state;
	static const struct planned_period long_one = { NOW, NOW + 10 * DAY, KSK | OLD, KSK, OLD,
		KSK, 0, 0 };
	struct scene *s = scene_new();

	for (unsigned i = 0; i < 3; i++) {
		struct timeline t;
		unsigned line;
		planned_make(&t, s->crypto, s->keys, &long_one, 1);
		if (i > 0)
			*(i == 1 ? &t.sets[0].cds.rrsig_count : &t.sets[0].cdnskey.rrsig_count) = 1;
		const char *fault = timeline_check(s->crypto, &t, &line);
		assert_true(i == 0 ? !fault : fault && strstr(fault, "the CDS or CDNSKEY RRset"));
		timeline_fini(&t);
	}
	scene_free(s);
}

/* The fault is in the third period, and its line is told. */
static void a_later_period_is_checked_as_the_first(void **state)
{
	(void)state;
	struct planned_period periods[COUNT(roll)];
	struct scene *s = scene_new();

	memcpy(periods, roll, sizeof(roll));
	periods[2].dnskey = KSK | OLD;
	char *text = text_of(s, periods, COUNT(roll));
	const char *third = text, *says = wrong_with(s, text);
	unsigned line = 1;
	char want[32];
	for (unsigned found = 0; found < 3; line++) {
		third = strchr(third, '\n') + 1;
		found += strncmp(third, "period ", 7) == 0;
	}
	snprintf(want, sizeof(want), "file:%u: ", line);
	if (!says || strncmp(says, want, strlen(want)) != 0)
		fail_msg("%s, and not line %u", says ? says : "nothing", line);
	key_text_free(text);
	scene_free(s);
}

/* ---- At random ---- */

#define ROUNDS 3000

static uint32_t drawn;

static unsigned draw(unsigned below)
{
	drawn = drawn * 1664525 + 1013904223;
	return (drawn >> 8) % below;
}

/* Takes, doubles, moves or alters a line, a word or an octet. */
static char *alter(const char *text)
{
	size_t len = strlen(text), at = draw((unsigned)len), to = draw((unsigned)len);
	size_t many = draw(2) ? strcspn(text + at, "\n") + 1 : strcspn(text + at, " \n") + 1;
	char *out = calloc(1, 2 * len + 2);

	many = many > len - at ? len - at : many;
	switch (draw(4)) {
	case 0: /* without it */
		sprintf(out, "%.*s%s", (int)at, text, text + at + many);
		break;
	case 1: /* twice */
		sprintf(out, "%.*s%s", (int)(at + many), text, text + at);
		break;
	case 2: /* also elsewhere */
		sprintf(out, "%.*s%.*s%s", (int)to, text, (int)many, text + at, text + to);
		break;
	default:
		strcpy(out, text);
		out[at] = (char)("0123456789 \nAZaz=.;-"[draw(20)]);
		break;
	}
	return out;
}

/* What is read and sound is a timeline: written again it is the same, and each period has its
 * signatures. */
static void whatever_is_read_is_sound(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	char *text = text_of(s, roll, COUNT(roll));
	unsigned read = 0;

	for (unsigned seed = 1; seed <= ROUNDS; seed++) {
		drawn = seed * 2654435761u;
		struct complaint error;
		struct timeline t;
		unsigned line;
		char *altered = alter(text), *sealed = planned_seal(s->crypto, altered);
		if (timeline_read(&t, s->crypto, sealed, "file", &error)) {
			char *again = timeline_write(&t, s->crypto, &error);
			if (!again || (timeline_check(s->crypto, &t, &line) == NULL &&
			                      wrong_with(s, again)))
				fail_msg("seed %u: %s", seed, again ? again : error.text);
			read++;
			key_text_free(again);
			timeline_fini(&t);
		} else if (strncmp(error.text, "file", 4) != 0) {
			fail_msg("seed %u: a complaint without the file: %s", seed, error.text);
		}
		free(sealed);
		free(altered);
	}
	assert_true(read > 5);
	key_text_free(text);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timeline_is_read_as_it_was_written),
		cmocka_unit_test(the_digest_is_that_of_sha256sum),
		cmocka_unit_test(the_example_of_the_manual_is_sound),
		cmocka_unit_test(an_rsa_key_is_refused_by_the_writer),
		cmocka_unit_test(a_timeline_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(a_timeline_with_one_other_bit_is_refused),
		cmocka_unit_test(each_line_that_is_wrong_is_named),
		cmocka_unit_test(a_line_that_is_repeated_is_refused),
		cmocka_unit_test(a_timeline_that_ends_early_is_refused),
		cmocka_unit_test(there_is_a_limit_of_everything),
		cmocka_unit_test(the_clock_says_which_period_is_in_force),
		cmocka_unit_test(signatures_last_through_the_periods),
		cmocka_unit_test(the_set_that_ends_first_counts),
		cmocka_unit_test(what_would_break_the_zone_is_found),
		cmocka_unit_test(a_zsk_counts_only_with_a_record_that_resolvers_use),
		cmocka_unit_test(cds_records_are_signed_to_the_end_too),
		cmocka_unit_test(a_later_period_is_checked_as_the_first),
		cmocka_unit_test(whatever_is_read_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
