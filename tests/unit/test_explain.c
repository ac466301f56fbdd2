/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "inspect/explain_text.h"
#include "inspect/explain_words.h"

#define COLUMNS 100

/* A judgement of a response, with everything that the world knows about some names, separated by
 * spaces, and about the names above them. */
struct scene {
	struct judge *judge;
	struct chain_material *material;
	struct explain_run run;
	struct explanation *explanation;
	char *text;
	size_t text_len;
};

static void collect_link(struct scene *s, const struct name *name, uint16_t type)
{
	static struct rr rrs[512];
	const struct want want = { .name = *name, .type = type };
	struct message m;

	if (!judge_answer_want(s->judge, &want))
		return;
	assert_true(message_parse(&m, msg_span(&s->judge->fetched), rrs, COUNT(rrs)));
	assert_int_equal(chain_material_add(s->material, &m), 0);
}

static void collect(struct scene *s, const char *names)
{
	char *list = strdup(names), *rest = list;

	for (char *text; (text = strtok_r(rest, " ", &rest));) {
		struct name name, at;
		assert_true(name_from_text(text, &name));
		for (unsigned labels = 0; labels <= name.labels; labels++) {
			name_suffix(&name, labels, &at);
			if (labels > 0)
				collect_link(s, &at, TYPE_DS);
			collect_link(s, &at, TYPE_DNSKEY);
		}
	}
	free(list);
}

static void scene_open(struct scene *s, const char *names)
{
	*s = (struct scene){ .judge = judge_new(), .material = chain_material_new(UINT32_MAX) };
	const struct explain_run_options options = {
		.anchors = s->judge->anchors, .policy = &s->judge->policy, .material = s->material
	};
	assert_int_equal(explain_run_init(&s->run, &options), 0);
	collect(s, names);
}

static void scene_close(struct scene *s)
{
	explanation_free(s->explanation);
	free(s->text);
	explain_run_fini(&s->run);
	chain_material_free(s->material);
	judge_free(s->judge);
}

/* Judges `octets` and writes the explanation with `write`. */
static void scene_explain(struct scene *s, struct span octets,
        bool (*write)(FILE *, const struct explanation *, const char *))
{
	explanation_free(s->explanation);
	free(s->text);
	explain_run_judge(&s->run, octets, true, NOW);
	s->explanation = explain(&s->run);
	assert_non_null(s->explanation);
	FILE *out = open_memstream(&s->text, &s->text_len);
	assert_true(write(out, s->explanation, "a test"));
	assert_int_equal(fclose(out), 0);
}

static void scene_write(struct scene *s, const char *question, unsigned rcode, const char *records)
{
	judge_begin(s->judge, question, rcode);
	judge_write(s->judge, records);
}

static struct span scene_octets(const struct scene *s)
{
	return msg_span(&s->judge->response);
}

static const struct row {
	const char *why, *question;
	unsigned rcode;
	const char *records;
	enum status status;
	enum reason reason;
	const char *shows[4]; /* in this order */
} rows[] = {
	{ "a chain that holds", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test", STATUS_SECURE, REASON_NONE,
	        { "by its trust anchor", "zone example.test.  by its DS", "192.0.2.1\n    RRSIG",
	                "\nSECURE\n" } },
	{ "an NSEC without DS", "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1",
	        STATUS_INSECURE, REASON_UNSIGNED_ZONE,
	        { "zone unsigned.test.  without a DS", "NSEC    unsigned.test.",
	                "  INSECURE  DS: the parent proves", "no RRSIG\n" } },
	{ "an opt-out span", "www.optout.test A", 0, "www.optout.test A 192.0.2.1", STATUS_INSECURE,
	        REASON_OPT_OUT,
	        { "opt-out\n", "covers optout.test.", "  INSECURE  DS: an NSEC3 opt-out", "" } },
	{ "an unknown DS", "www.ds-algorithm.test A", 0, "www.ds-algorithm.test A 192.0.2.1",
	        STATUS_INSECURE, REASON_DS_ALGORITHM,
	        { "not supported\n", "  INSECURE  DS: no DS has a supported", "" } },
	{ "one unknown DS beside a good one", "www.ds-both.test A", 0,
	        "www.ds-both.test A 192.0.2.1 | ds-both.test", STATUS_SECURE, REASON_NONE,
	        { "not supported\n", "names DNSKEY", "SECURE" } },
	{ "a DS of another key", "www.ds-other.test A", 0,
	        "www.ds-other.test A 192.0.2.1 | ds-other.test", STATUS_BOGUS, REASON_DS_NO_MATCH,
	        { "names NO DNSKEY", "  BROKEN    DNSKEY: no DNSKEY matches", "not checked",
	                "\nBOGUS  ds-other.test. DNSKEY" } },
	{ "a key without the zone bit", "www.no-zone-bit.test A", 0,
	        "www.no-zone-bit.test A 192.0.2.1", STATUS_BOGUS, REASON_DNSKEY_NO_ZONE_BIT,
	        { "no zone bit", "  BROKEN    DNSKEY", "" } },
	{ "a revoked key", "www.revoked.test A", 0, "www.revoked.test A 192.0.2.1", STATUS_BOGUS,
	        REASON_DNSKEY_REVOKED, { "revoked", "KEY IS REVOKED", "  BROKEN    DNSKEY" } },
	{ "no DNSKEY", "www.keyless.test A", 0, "www.keyless.test A 192.0.2.1", STATUS_BOGUS,
	        REASON_DNSKEY_MISSING, { "there is no DNSKEY", "  BROKEN    DNSKEY" } },
	{ "a DS response without DS or denial", "www.ds-stripped.test A", 0,
	        "www.ds-stripped.test A 192.0.2.1", STATUS_BOGUS, REASON_DS_UNPROVED,
	        { "not known whether it is signed", "the response has no DS", "  BROKEN    DS" } },
	{ "a link that is missing everywhere", "www.silent.test A", 0,
	        "www.silent.test A 192.0.2.1", STATUS_INDETERMINATE, REASON_LINK_MISSING,
	        { "not available: no response", "  BROKEN    DNSKEY: it is needed",
	                "\nINDETERMINATE  silent.test. DNSKEY" } },
	{ "an expired signature", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test expired", STATUS_BOGUS,
	        REASON_RRSIG_EXPIRED,
	        { "EXPIRED 2 d ago", "  BROKEN    the signature has expired (rrsig-expired, EDE 7)",
	                "answers SERVFAIL" } },
	{ "a signature not valid yet", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test early", STATUS_BOGUS,
	        REASON_RRSIG_NOT_YET, { "VALID IN 2 d", "  BROKEN " } },
	{ "a corrupt signature", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test spoilt", STATUS_BOGUS,
	        REASON_RRSIG_FAILED, { "FAILS", "  BROKEN " } },
	{ "an expired signature beside a valid one", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test expired | example.test", STATUS_SECURE,
	        REASON_NONE, { "EXPIRED 2 d ago", "holds, 5 d left", "SECURE" } },
	{ "a signature by another zone", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | other.test", STATUS_BOGUS, REASON_RRSIG_SIGNER,
	        { "by other.test.", "  BROKEN " } },
	{ "no signature", "www.example.test A", 0, "www.example.test A 192.0.2.1", STATUS_BOGUS,
	        REASON_RRSIG_MISSING, { "no zone begins here", "no RRSIG", "  BROKEN " } },
	{ "an alias across zones", "a.example.test A", 0,
	        "a.example.test CNAME b.other.test | example.test\n"
	        "b.other.test A 192.0.2.1 | other.test",
	        STATUS_SECURE, REASON_NONE,
	        { "name a.example.test. A  is an alias", "leads to b.other.test.",
	                "zone other.test.", "name b.other.test. A" } },
	{ "an alias into an unsigned zone", "a.example.test A", 0,
	        "a.example.test CNAME b.unsigned.test | example.test\nb.unsigned.test A 192.0.2.1",
	        STATUS_INSECURE, REASON_UNSIGNED_ZONE,
	        { "zone example.test.", "zone unsigned.test.", "  INSECURE", "name b.unsigned" } },
	{ "a DNAME and its synthesised CNAME", "a.d.example.test A", 0,
	        "d.example.test DNAME other.test | example.test\n"
	        "a.d.example.test CNAME a.other.test\na.other.test A 192.0.2.1 | other.test",
	        STATUS_SECURE, REASON_NONE,
	        { "1 record at d.example.test.", "synthesised from the DNAME",
	                "leads to a.other.test.", "zone other.test." } },
	{ "a wildcard with its proof", "a.w.example.test A", 0,
	        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
	        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
	        STATUS_SECURE, REASON_NONE,
	        { "expanded from the wildcard *.w.example.test.", "covers a.w.example.test.",
	                "is at *.w.example.test." } },
	{ "a wildcard without its proof", "a.w.example.test A", 0,
	        "a.w.example.test A 192.0.2.1 | example.test labels=3", STATUS_BOGUS,
	        REASON_WILDCARD_UNPROVED, { "expanded from the wildcard", "  BROKEN " } },
	{ "NXDOMAIN by NSEC", "nowhere.example.test A", 3,
	        SOA_EXAMPLE "> example.test NSEC z.example.test SOA RRSIG NSEC | example.test",
	        STATUS_SECURE, REASON_NONE,
	        { "nowhere.example.test. A  NXDOMAIN", "covers nowhere.example.test.",
	                "is at the closest encloser example.test.", "covers *.example.test." } },
	{ "NXDOMAIN by NSEC3", "nowhere.example.test A", 3,
	        SOA_EXAMPLE "> =example.test NSEC3 SOA RRSIG | example.test\n"
	                    "> ~nowhere.example.test NSEC3 | example.test\n"
	                    "> ~*.example.test NSEC3 | example.test",
	        STATUS_SECURE, REASON_NONE,
	        { "is at the closest encloser example.test.", "covers nowhere.example.test.",
	                "covers *.example.test." } },
	{ "NODATA", "www.example.test MX", 0,
	        SOA_EXAMPLE "> www.example.test NSEC z.example.test A RRSIG NSEC | example.test",
	        STATUS_SECURE, REASON_NONE,
	        { "has no records of this type", "types A RRSIG NSEC",
	                "is at www.example.test." } },
	{ "a denial without proof", "nowhere.example.test A", 3, SOA_EXAMPLE, STATUS_BOGUS,
	        REASON_DENIAL_MISSING,
	        { "NXDOMAIN", "  BROKEN    nothing proves", "\nBOGUS  nowhere.example.test. A" } },
	{ "another RCODE", "www.example.test A", 2, "", STATUS_INDETERMINATE, REASON_NOT_ANSWER,
	        { "SERVFAIL", "INDETERMINATE" } },
};

static void assert_shows(const struct row *row, const char *text)
{
	const char *at = text;

	for (size_t i = 0; i < COUNT(row->shows) && row->shows[i]; i++) {
		at = strstr(at, row->shows[i]);
		if (!at)
			fail_msg("%s: not shown: %s", row->why, row->shows[i]);
	}
}

/* Only a name in a heading may make a line longer. */
static void assert_readable(const char *why, const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");
		if (line[0] == ' ' && len > COLUMNS)
			fail_msg("%s: too long: %.*s", why, (int)len, line);
		for (size_t i = 0; i < len; i++)
			assert_row(why, line[i] >= ' ' && line[i] <= '~');
	}
}

/* Returns the end of a quoted string. */
static const char *past_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\';
	assert_int_equal(*at, '"');
	return at + 1;
}

/* Copies the text; each string becomes "". */
static void strip_strings(const char *text, char *out)
{
	while (*text) {
		if (*text == '"') {
			text = past_string(text);
			*out++ = '"';
			*out++ = '"';
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

static unsigned count_of(const char *text, char c)
{
	unsigned count = 0;
	for (; *text; text++)
		count += *text == c;
	return count;
}

/* A node that is only named in an edge would be drawn without a label. */
static void assert_declared(const char *why, const char *bare, const char *node, size_t len)
{
	for (const char *at = bare; (at = strstr(at, "\n  ")); at++) {
		const char *word = at + 1 + strspn(at + 1, " ");
		if (strncmp(word, node, len) == 0 && strncmp(word + len, " [", 2) == 0)
			return;
	}
	fail_msg("%s: not declared: %.*s\n%s", why, (int)len, node, bare);
}

static void assert_picture(const char *why, const char *dot)
{
	char *bare = malloc(strlen(dot) * 2 + 1);

	strip_strings(dot, bare);
	assert_row(why, count_of(bare, '{') == count_of(bare, '}'));
	assert_row(why, count_of(bare, '[') == count_of(bare, ']'));
	assert_int_equal(strspn(bare, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789_ \n\"=,;{}[]->"),
	        strlen(bare));
	for (const char *at = bare; (at = strstr(at, " -> ")); at++) {
		const char *from = at;
		while (from[-1] != ' ')
			from--;
		assert_declared(why, bare, from, (size_t)(at - from));
		assert_declared(why, bare, at + 4, strcspn(at + 4, " "));
	}
	free(bare);
}

/* Checks the status and the reason, and that a mark is there exactly if the status is not
 * Secure. */
static void assert_explained(const struct scene *s, const struct row *row)
{
	const struct outcome outcome = s->explanation->result.outcome;
	const char *mark = row->status == STATUS_INSECURE ? "\n  INSECURE " : "\n  BROKEN ";

	if (outcome.status != row->status || outcome.reason != row->reason)
		fail_msg("%s: %s, %s\n%s", row->why, status_text(outcome.status),
		        reason_word(outcome.reason), s->text);
	bool is_marked = strstr(s->text, mark) != NULL;
	assert_row(row->why,
	        is_marked == (row->status != STATUS_SECURE && row->reason != REASON_NOT_ANSWER));
	assert_shows(row, s->text);
	assert_readable(row->why, s->text);
}

static void each_kind_of_link_is_shown(void **state)
{
	(void)state;
	struct scene s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		char qname[256];
		assert_int_equal(sscanf(rows[i].question, "%255s", qname), 1);
		scene_open(&s, qname);
		collect(&s, "b.other.test b.unsigned.test");
		scene_write(&s, rows[i].question, rows[i].rcode, rows[i].records);
		scene_explain(&s, scene_octets(&s), explain_text);
		assert_explained(&s, &rows[i]);
		scene_explain(&s, scene_octets(&s), explain_dot);
		assert_picture(rows[i].why, s.text);
		scene_close(&s);
	}
}

#define LONG_LABEL "a123456789b123456789c123456789d123456789e123456789f12345"

static void names_from_the_network_break_neither_text_nor_picture(void **state)
{
	(void)state;
	static const char *const names[] = { "a\"];b->c{.example.test", "a\\.example.test",
		"\x1b[31m\x07\xff.example.test", "a;b(c)@$.example.test",
		LONG_LABEL "." LONG_LABEL "." LONG_LABEL ".example.test" };
	struct scene s;
	char question[300], records[700];

	for (size_t i = 0; i < COUNT(names); i++) {
		scene_open(&s, "example.test");
		snprintf(question, sizeof(question), "%s A", names[i]);
		snprintf(records, sizeof(records),
		        "> example.test NSEC %s SOA RRSIG NSEC | example.test", names[i]);
		scene_write(&s, question, 3, records);
		scene_explain(&s, scene_octets(&s), explain_text);
		assert_readable(names[i], s.text);
		scene_explain(&s, scene_octets(&s), explain_dot);
		assert_picture(names[i], s.text);
		scene_close(&s);
	}
}

static void a_response_cut_anywhere_can_be_explained(void **state)
{
	(void)state;
	struct scene s;

	scene_open(&s, "a.example.test");
	scene_write(&s, "a.example.test A", 0,
	        "a.example.test CNAME b.other.test | example.test\n"
	        "b.other.test A 192.0.2.1 | other.test\n"
	        "> example.test NSEC z.example.test SOA RRSIG NSEC | example.test");
	struct span whole = scene_octets(&s);
	for (size_t len = 0; len < whole.len; len++) {
		/* A copy of exact size, so that a sanitizer sees the first octet read past it. */
		uint8_t *copy = malloc(len ? len : 1);
		memcpy(copy, whole.base, len);
		scene_explain(&s, span_of(copy, len), len % 2 ? explain_text : explain_dot);
		assert_int_not_equal(s.explanation->result.outcome.status, STATUS_SECURE);
		free(copy);
	}
	scene_close(&s);
}

static void long_names_lose_their_middle(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		unsigned width;
		const char *want;
	} names[] = {
		{ ".", 20, "." },
		{ "www.example.test", 20, "www.example.test." },
		{ "a123456789b123456789.test", 20, "a12345...56789.test." },
	};
	char text[NAME_TEXT_SIZE];
	struct name name;

	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(name_from_text(names[i].name, &name));
		words_name(&name, names[i].width, text);
		assert_string_equal(text, names[i].want);
	}
}

static void a_local_name_is_explained_as_one(void **state)
{
	(void)state;
	static struct local_names list;
	const struct local_name lan = { .kind = LOCAL_NAME,
		.zone = { .len = 5, .labels = 1, .octets = "\3lan" } };
	struct scene s;

	scene_open(&s, "");
	local_add(&list, &lan);
	s.run.store.local_names = &list;
	scene_write(&s, "nas.lan A", 0, "nas.lan A 192.168.1.9");
	scene_explain(&s, scene_octets(&s), explain_text);
	assert_non_null(strstr(s.text, "zone lan.  a local name"));
	assert_non_null(strstr(s.text, "INSECURE"));
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_name_is_explained_as_one),
		cmocka_unit_test(each_kind_of_link_is_shown),
		cmocka_unit_test(names_from_the_network_break_neither_text_nor_picture),
		cmocka_unit_test(a_response_cut_anywhere_can_be_explained),
		cmocka_unit_test(long_names_lose_their_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
