/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timelines, questions and times at random: each answer is signed by all keys of its second and by
 * no other, as dnspython sees it (tests/oracle/signed.py). The signer remembers signatures and
 * answers all the while. */
#include "oracle.h"
#include "signkeys.h"

#define AA FLAG_AA

#define TIMELINES 24
#define QUESTIONS 40 /* for each timeline */

static const struct {
	const char *question;
	uint16_t flags;
	const char *records;
} questions[] = {
	{ "www.example.test A", AA, "www.example.test A 192.0.2.1 192.0.2.2" },
	{ "www.example.test A", AA, "www.example.test A 192.0.2.1 192.0.2.2" },
	{ "*.example.test TXT", AA, "*.example.test TXT a b" },
	{ "q.w.example.test A", AA, "q.w.example.test A 192.0.2.1" },
	{ "example.test MX", AA,
	        "example.test MX mail.example.test\n> example.test NS ns.example.test\n"
	        "+ mail.example.test A 192.0.2.1" },
	{ "mail.example.test A", AA, "mail.example.test A 192.0.2.1" },
	{ "example.test SOA", AA, "example.test SOA" },
	{ "example.test DNSKEY", AA, "example.test SOA" },
	{ "nx.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA" },
	{ "www.example.test AAAA", AA, "> example.test SOA" },
	{ "www.example.test NSEC", AA, "> example.test SOA" },
	{ "a.example.test A", AA,
	        "a.example.test CNAME b.example.test\nb.example.test A 192.0.2.1" },
	{ "y.d.example.test A", AA,
	        "d.example.test DNAME e.example.test\ny.d.example.test CNAME y.e.example.test\n"
	        "y.e.example.test A 192.0.2.1" },
	{ "www.unsigned.example.test A", 0,
	        "> unsigned.example.test NS ns.unsigned.example.test\n"
	        "+ ns.unsigned.example.test A 192.0.2.1" },
};

static uint32_t drawn = 1;

/* Returns a number below `end`, the same ones in every run. */
static unsigned draw_below(unsigned end)
{
	drawn = drawn * 1664525 + 1013904223;
	return (drawn >> 8) % end;
}

/* The DNSKEY RRset of a period, with the keys of the KSK's algorithm, and its signature. The KSK is
 * the last one. */
struct shown {
	unsigned count;
	struct rd rdatas[SIGNKEYS + 1], rrsig;
	struct span spans[SIGNKEYS + 1];
	struct presigned_rrsig presigned;
};

static void show_keys(struct legacy *l, const struct signkeys *k, struct shown *s)
{
	const struct testkey *ksk = judge_key(l->judge, SIGNKEYS_ZONE);

	struct rd last = rd_dnskey(ksk);

	for (unsigned i = 0; i < SIGNKEYS; i++) {
		if (k->pairs[i].algorithm == last.octets[3])
			s->rdatas[s->count++] = rd_raw(keypair_rdata(&k->pairs[i]));
	}
	s->rdatas[s->count++] = last;
	s->rrsig = rd_rrsig(ksk, SIGNKEYS_ZONE, TYPE_DNSKEY, TTL, s->rdatas, s->count, &valid);
	for (unsigned i = 0; i < s->count; i++)
		s->spans[i] = span_of(s->rdatas[i].octets, s->rdatas[i].len);
	s->presigned = (struct presigned_rrsig){ .inception = valid.inception,
		.expiration = valid.expiration,
		.tag = testkey_tag(ksk),
		.rdata = span_of(s->rrsig.octets, s->rrsig.len) };
}

/* Draws one to four periods, of one or two keys each. Some are only seconds apart, so that
 * questions hit their ends. */
static void draw_timeline(struct legacy *l, const struct signkeys *k, struct shown *shown)
{
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	unsigned count = 1 + draw_below(LEGACY_PERIODS);
	int64_t from_s = NOW - DAY;

	for (unsigned i = 0; i < count; i++) {
		unsigned first = draw_below(SIGNKEYS);
		unsigned second = (first ^ 2) ^ draw_below(2); /* of the other algorithm */
		p[i] = (struct sign_period){ .from_s = from_s,
			.key_count = 1 + draw_below(2),
			.keys = { signkeys_at(k, first), signkeys_at(k, second) },
			.dnskey = { TYPE_DNSKEY, TTL, shown->count, 1, shown->spans,
			        &shown->presigned } };
		from_s += draw_below(2) ? 1 + draw_below(90) : 1 + draw_below(DAY);
	}
	signkeys_use(l, count);
}

/* Returns a time near the last one or near a boundary, before or after it. */
static int64_t draw_time(struct legacy *l)
{
	const struct sign_periods *p = &legacy_zone(l, SIGNKEYS_ZONE)->periods;

	switch (draw_below(4)) {
	case 0:
		return p->items[draw_below(p->count)].from_s + draw_below(3) - 1;
	case 1:
		return NOW - DAY + draw_below(2 * DAY);
	default:
		return l->now_s + draw_below(3) - (draw_below(8) == 0);
	}
}

/* Tells the oracle the time, and the keys that sign then: those of the last period that has begun,
 * or of the first. */
static void tell_keys(struct legacy *l, const struct signkeys *k, const struct oracle *o)
{
	const struct sign_periods *p = &legacy_zone(l, SIGNKEYS_ZONE)->periods;
	unsigned at = p->count - 1;

	while (at > 0 && l->now_s < p->items[at].from_s)
		at--;
	fprintf(o->file, "now %lld\nall " SIGNKEYS_ZONE, (long long)l->now_s);
	for (unsigned i = 0; i < SIGNKEYS; i++) {
		struct span rdata = keypair_rdata(&k->pairs[i]);
		bool signs = false;
		for (unsigned n = 0; n < p->items[at].key_count; n++)
			signs |= p->items[at].keys[n].key == k->pairs[i].key;
		for (size_t n = 0; signs && n < rdata.len; n++)
			fprintf(o->file, n > 0 ? "%02x" : " %02x", rdata.base[n]);
	}
	fputc('\n', o->file);
}

static void each_answer_is_signed_by_the_keys_of_its_second(void **state)
{
	(void)state;
	static struct shown shown;
	struct legacy *l = legacy_new();
	struct oracle o = oracle_open();
	struct signkeys k;
	unsigned recalled = 0, found = 0;

	legacy_remember(l);
	signkeys_init(&k, l);
	show_keys(l, &k, &shown);
	oracle_write(&o, "ksk " SIGNKEYS_ZONE, shown.spans[shown.count - 1]);
	for (unsigned t = 0; t < TIMELINES; t++) {
		draw_timeline(l, &k, &shown);
		for (unsigned n = 0; n < QUESTIONS; n++) {
			size_t i = draw_below(COUNT(questions));
			l->now_s = draw_time(l);
			l->now_ms += 1000;
			legacy_ask(l, questions[i].question, ASK_DO | ASK_STREAM);
			for (unsigned times = 0; times < 3; times++) {
				legacy_respond(l, questions[i].flags, questions[i].records);
				assert_int_equal(l->result.verdict, SIGN_VERDICT_REWRITE);
				recalled += l->result.is_recalled;
				found += l->result.found > 0;
			}
			signer_renew(l->signer, 8);
			tell_keys(l, &k, &o);
			oracle_write(&o, "response", l->result.octets);
		}
	}
	signkeys_fini(&k, l);
	legacy_free(l);
	assert_true(recalled > 1000 && found > 2000);
	long verified = oracle_ask(&o);
	if (verified < 0)
		skip();
	assert_true(verified > TIMELINES * QUESTIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_signed_by_the_keys_of_its_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
