/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's answers and pre-made signatures, judged by a validator without code of sealgate:
 * dnspython, in tests/oracle/signed.py. */
#include "legacy.h"
#include "oracle.h"

#include <unistd.h>

#include "keys/presign.h"

#define AA FLAG_AA

static void write_key(struct legacy *l, struct oracle *o, const char *zone)
{
	struct rd key = rd_dnskey(judge_key(l->judge, zone));
	char word[300];

	snprintf(word, sizeof(word), "key %s", zone);
	oracle_write(o, word, span_of(key.octets, key.len));
}

static struct legacy *begin(struct oracle *o)
{
	static const char *const zones[] = { "example.test", "sub.example.test", "other.test",
		"p256.test" };
	struct legacy *l = legacy_new();

	*o = oracle_open();
	fprintf(o->file, "now %d\n", NOW);
	for (size_t i = 0; i < COUNT(zones); i++)
		write_key(l, o, zones[i]);
	return l;
}

static void write_response(struct legacy *l, struct oracle *o)
{
	assert_int_equal(l->result.verdict, SIGN_VERDICT_REWRITE);
	oracle_write(o, "response", l->result.octets);
}

static void end(struct legacy *l, struct oracle *o, long least)
{
	long verified = oracle_ask(o);

	legacy_free(l);
	if (verified < 0)
		skip();
	assert_true(verified >= least);
}

static void answers_of_every_kind_verify(void **state)
{
	(void)state;
	static const struct {
		const char *question;
		uint16_t flags;
		const char *records;
	} rows[] = {
		{ "www.example.test A", AA, "www.example.test A 192.0.2.9 192.0.2.1 192.0.2.9" },
		{ "WWW.Example.Test A", AA, "wWw.example.tesT A 192.0.2.1" },
		{ "example.test MX", AA,
		        "Example.test MX MAIL.example.test b.MAIL.Example.test\n"
		        "> Example.TEST NS NS.example.test ns.OTHER.test\n"
		        "+ Mail.example.test A 192.0.2.1\n+ mail.example.test AAAA 2001:db8::1" },
		{ "example.test SOA", AA, "example.test SOA" },
		{ "_x._tcp.example.test SRV", AA, "_x._tcp.example.test SRV WWW.example.test" },
		{ "t.example.test TXT", AA, "t.example.test TXT b a Case c" },
		{ "p.example.test PTR", AA, "p.example.test PTR WWW.Example.test" },
		{ "a.example.test A", AA,
		        "A.example.test CNAME B.Other.test\nb.other.test CNAME c.P256.test\n"
		        "C.p256.test A 192.0.2.1" },
		{ "y.d.example.test A", AA,
		        "d.example.test DNAME E.other.test\ny.d.example.test CNAME y.e.other.test\n"
		        "y.e.other.test A 192.0.2.1" },
		{ "*.example.test A", AA, "*.example.test A 192.0.2.1" },
		{ "q.w.example.test A", AA, "q.w.example.test A 192.0.2.1" },
		{ "nx.p256.test A", AA | RCODE_NXDOMAIN, "> p256.test SOA" },
		{ "*.p256.test A", AA | RCODE_NXDOMAIN, "> p256.test SOA" },
		{ "example.test AAAA", AA, "> example.test SOA" },
		{ "www.unsigned.example.test A", 0,
		        "> unsigned.example.test NS ns.unsigned.example.test\n"
		        "+ ns.unsigned.example.test A 192.0.2.1" },
		{ "unsigned.example.test DS", 0, "> unsigned.example.test NS ns.other.test" },
		{ "www.example.test NSEC", AA, "> example.test SOA" },
		{ "www.sub.example.test A", AA, "www.sub.example.test A 192.0.2.1" },
	};
	struct oracle o;
	struct legacy *l = begin(&o);

	for (size_t i = 0; i < COUNT(rows); i++) {
		legacy_ask(l, rows[i].question, ASK_DO | ASK_STREAM | ASK_CO);
		legacy_respond(l, rows[i].flags, rows[i].records);
		write_response(l, &o);
	}
	end(l, &o, COUNT(rows));
}

/* Writes a name of `len` octets in the zone, of labels of `label` octets and one shorter label. */
static void long_name(unsigned len, unsigned label, char text[static 256])
{
	static const char zone[] = "example.test";
	unsigned left = len - 14;
	char *at = text;

	while (left > 0) {
		unsigned n = left - 1 < label ? left - 1 : label;
		if (left - 1 - n == 1)
			n = n > 1 ? n - 1 : n + 1;
		for (unsigned i = 0; i < n; i++)
			*at++ = (char)((i + left) % 3 ? 'a' + (i % 26) : 'A' + (i % 26));
		*at++ = '.';
		left -= n + 1;
	}
	strcpy(at, zone);
}

static void names_of_every_length_verify(void **state)
{
	(void)state;
	static const unsigned labels[] = { 1, 2, 10, 62, 63 };
	struct oracle o;
	struct legacy *l = begin(&o);
	long count = 0;

	for (size_t i = 0; i < COUNT(labels); i++) {
		for (unsigned len = 16; len <= 255; len += labels[i] > 60 ? 1 : 7) {
			char name[256], question[300], record[300];
			long_name(len, labels[i], name);
			snprintf(question, sizeof(question), "%s A", name);
			snprintf(record, sizeof(record), "%s A 192.0.2.1", name);
			legacy_ask(l, question, ASK_DO);
			legacy_respond(l, AA, record);
			write_response(l, &o);
			legacy_ask(l, question, ASK_DO);
			legacy_respond(l, AA, "> example.test SOA");
			write_response(l, &o);
			count += 3;
		}
	}
	end(l, &o, count);
}

/* RDATA of every length, of unknown types, in sets of several records. */
static void data_of_every_size_verifies(void **state)
{
	(void)state;
	static uint8_t octets[RD_MAX];
	static const uint16_t types[] = { 10, 731, 65280 };
	struct oracle o;
	struct legacy *l = begin(&o);
	struct rd *rds = calloc(3, sizeof(*rds));
	long count = 0;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 37);
	for (size_t len = 1; len <= 1200; len += len < 80 ? 1 : 97) {
		for (size_t t = 0; t < COUNT(types); t++) {
			for (unsigned i = 0; i < 3; i++)
				rds[i] = rd_raw(span_of(octets + i, len));
			legacy_ask(l, "www.example.test TXT", ASK_DO | ASK_STREAM);
			l->asked.sent_type = types[t];
			put_u16(l->sent + l->sent_len - 4, types[t]);
			put_u16(l->asked.client.question + l->asked.client.question_len - 4,
			        types[t]);
			legacy_write(l, AA, "");
			msg_rrset(&l->judge->response, "www.example.test", types[t], 60, rds, 3);
			legacy_respond_octets(l, msg_span(&l->judge->response));
			write_response(l, &o);
			count++;
		}
	}
	free(rds);
	end(l, &o, count);
}

static void pre_made_signatures_verify(void **state)
{
	(void)state;
	static const uint8_t algorithms[] = { ALGORITHM_ECDSAP256, ALGORITHM_ED25519,
		ALGORITHM_RSASHA256 };
	static const char *const zones[] = { "example.test", "a.very.long.zone.example.test" };
	struct crypto *crypto = crypto_new();
	struct oracle o = oracle_open();
	char paths[6][40];
	struct complaint error;
	unsigned files = 0;

	for (size_t a = 0; a < COUNT(algorithms); a++) {
		for (size_t z = 0; z < COUNT(zones); z++) {
			static struct keypair keys[3];
			struct name zone;
			assert_true(name_from_text(zones[z], &zone));
			for (unsigned k = 0; k < COUNT(keys); k++)
				keypair_init(&keys[k], &zone, k == 1 ? KEYPAIR_ZSK : KEYPAIR_KSK,
				        signkey_generate(algorithms[a]));
			const struct presign_order order = { .zone = &zone,
				.keys = keys,
				.count = COUNT(keys),
				.now_s = NOW,
				.days = PRESIGN_DAYS };
			char *text = presign(crypto, &order, &error);
			assert_row(error.text, text);
			strcpy(paths[files], "/tmp/sealgate-ahead-XXXXXX");
			FILE *file = fdopen(mkstemp(paths[files]), "w");
			fputs(text, file);
			assert_int_equal(fclose(file), 0);
			fprintf(o.file, "presigned %s\n", paths[files++]);
			free(text);
			for (unsigned k = 0; k < COUNT(keys); k++)
				keypair_fini(&keys[k]);
		}
	}
	crypto_free(crypto);
	long verified = oracle_ask(&o);
	for (unsigned i = 0; i < files; i++)
		unlink(paths[i]);
	if (verified < 0)
		skip();
	assert_int_equal(verified, files * 3 * 2 * PRESIGN_COUNT);
}

/* The oracle must notice a wrong bit in a signature, and in the data that it covers. */
static void a_wrong_bit_is_noticed(void **state)
{
	(void)state;
	static const unsigned from_end[] = { 12, 60, 200 };

	for (size_t i = 0; i < COUNT(from_end); i++) {
		struct oracle o;
		struct legacy *l = begin(&o);
		char said[ORACLE_SAID];
		legacy_ask(l, "www.example.test A", ASK_DO);
		legacy_respond(l, AA, "www.example.test A 192.0.2.1 192.0.2.2 192.0.2.3");
		assert_true(l->result.octets.len > from_end[i]);
		/* A bit of the signature, another one, and a bit of an address. */
		size_t at = i == 2 ? 34 + 15 : l->result.octets.len - from_end[i];
		l->out[at] ^= 1;
		write_response(l, &o);
		int status = oracle_judge(&o, said);
		legacy_free(l);
		if (status == ORACLE_SKIPPED)
			skip();
		assert_int_equal(status, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_of_every_kind_verify),
		cmocka_unit_test(names_of_every_length_verify),
		cmocka_unit_test(data_of_every_size_verifies),
		cmocka_unit_test(pre_made_signatures_verify),
		cmocka_unit_test(a_wrong_bit_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
