/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's message cache gives the same octets as a signer without the cache. */
#include "legacy.h"
#include "style.h"

#include <ctype.h>

#define AA  FLAG_AA
#define WWW "www.example.test A"

static const struct shape {
	const char *question;
	uint16_t flags;
	const char *records;
} shapes[] = {
	{ WWW, AA, "www.example.test A 192.0.2.1 192.0.2.2" },
	{ "www.example.test A", AA, "WwW.Example.test A 192.0.2.2 192.0.2.1" },
	{ "example.test MX", AA,
	        "example.test MX mail.example.test\n> example.test NS ns.example.test\n"
	        "+ mail.example.test A 192.0.2.2\n+ ns.example.test A 192.0.2.3" },
	{ "mail.example.test A", AA, "mail.example.test A 192.0.2.2" },
	{ "a.example.test A", AA, "a.example.test CNAME b.other.test\nb.other.test A 192.0.2.1" },
	{ "c.example.test A", AA,
	        "c.example.test CNAME www.elsewhere.\n"
	        "www.elsewhere A 192.0.2.1" },
	{ "d.example.test A", AA, "d.example.test CNAME e.example.test\n> example.test SOA" },
	{ "y.d.example.test TXT", AA,
	        "d.example.test DNAME e.other.test\ny.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test TXT hello" },
	{ "*.w.example.test A", AA, "*.w.example.test A 192.0.2.1" },
	{ "www.example.test MX", AA, "> example.test SOA" },
	{ "x.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA" },
	{ "ent.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA" },
	{ "a.ent.example.test A", AA, "a.ent.example.test A 192.0.2.1" },
	{ "www.unsigned.example.test A", 0,
	        "> unsigned.example.test NS ns.unsigned.example.test\n"
	        "+ ns.unsigned.example.test A 192.0.2.7" },
	{ "www.unsigned.example.test A", AA, "www.unsigned.example.test A 192.0.2.9" },
	{ "www.unsigned.example.test A", AA | RCODE_NXDOMAIN, "> example.test SOA" },
	{ "unsigned.example.test DS", 0, "> unsigned.example.test NS ns.other.test" },
	{ "www.example.test DS", AA, "> example.test SOA" },
	{ "sub.example.test DS", AA, "sub.example.test SOA" },
	{ "www.sub.example.test A", 0, "> sub.example.test NS ns.sub.example.test" },
	{ "www.sub.example.test A", AA, "www.sub.example.test A 192.0.2.1" },
	{ "example.test SOA", AA, "example.test SOA\n> example.test NS ns.example.test" },
	{ "example.test DNSKEY", AA, "example.test SOA" },
	{ "www.example.test NSEC", AA, "> example.test SOA" },
	{ "other.test ANY", AA, "other.test SOA\nother.test NS ns.other.test" },
	{ "t.example.test TXT", AA,
	        "t.example.test TXT "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
	        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "
	        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	        "\n"
	        "> example.test NS ns.example.test\n+ ns.example.test A 192.0.2.3" },
	{ "www.example.test A", RCODE_SERVFAIL, "" },
};

/* Two signers, of which one keeps answers. */
struct pair {
	struct legacy *makes, *recalls;
	struct sign_zone zones[LEGACY_ZONES]; /* with other TTLs */
	struct sign_policy other;
	unsigned recalled;
	uint64_t random;
};

static unsigned draw(struct pair *p, unsigned below)
{
	p->random = p->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(p->random >> 33) % below;
}

/* Draws 0 most of the time. */
static unsigned draw_first(struct pair *p, unsigned below)
{
	return draw(p, 12) > 0 ? 0 : draw(p, below);
}

static struct pair pair_new(void)
{
	struct pair p = { .makes = legacy_new(), .recalls = legacy_new(), .random = 1 };

	legacy_remember(p.recalls);
	return p;
}

static void pair_free(struct pair *p)
{
	legacy_free(p->makes);
	legacy_free(p->recalls);
}

static void respond(struct pair *p, struct span response)
{
	const struct sign_result *made = &p->makes->result, *got = &p->recalls->result;

	legacy_respond_octets(p->makes, response);
	legacy_respond_octets(p->recalls, response);
	assert_int_equal(got->verdict, made->verdict);
	assert_int_equal(got->outcome, made->outcome);
	assert_int_equal(got->is_servfail, made->is_servfail);
	assert_int_equal(got->made, made->made);
	assert_int_equal(got->found, made->found);
	assert_true(span_equal(got->octets, made->octets));
	assert_false(made->is_recalled);
	p->recalled += got->is_recalled;
}

/* Writes the question in a random letter case, or as it is. */
static void spell(struct pair *p, const char *question, char *out)
{
	bool is_plain = draw(p, 4) > 0, is_name = true;

	for (; *question; question++, out++) {
		is_name = is_name && *question != ' ';
		bool flips =
		        is_name && !is_plain && draw(p, 2) && islower((unsigned char)*question);
		*out = (char)(flips ? toupper((unsigned char)*question) : *question);
	}
	*out = '\0';
}

static void ask(struct pair *p, const char *question)
{
	static const unsigned hows[] = { ASK_DO, ASK_DO | ASK_CO, ASK_DO | ASK_LARGE,
		ASK_DO | ASK_STREAM, ASK_DO | ASK_NO_RD, ASK_EDNS, ASK_PLAIN };
	static const uint16_t sizes[] = { 0, 512, 300 };
	char spelled[100];

	spell(p, question, spelled);
	unsigned how = hows[draw_first(p, COUNT(hows))];
	uint16_t size = sizes[draw_first(p, COUNT(sizes))];
	struct legacy *both[] = { p->makes, p->recalls };
	for (size_t i = 0; i < COUNT(both); i++) {
		legacy_ask(both[i], spelled, how);
		if (size > 0)
			both[i]->asked.client.udp_size = size;
	}
	assert_int_equal(p->makes->kind, p->recalls->kind);
}

/* Varies the TTLs and the SOA's serial number. */
static void vary(struct pair *p, struct span response)
{
	static const uint32_t ttls[] = { TTL, 7200, 100 };
	static struct rr rrs[64];
	struct message m;

	uint32_t ttl_s = ttls[draw_first(p, COUNT(ttls))];
	uint8_t serial = draw_first(p, 2);
	assert_true(message_parse(&m, response, rrs, COUNT(rrs)));
	for (unsigned i = 0; i < m.rr_count; i++) {
		uint8_t *octets = (uint8_t *)(uintptr_t)response.base;
		put_u32(octets + rr_ttl_at(&rrs[i]), ttl_s);
		if (rrs[i].type == TYPE_SOA)
			octets[rrs[i].rdata_at + rrs[i].rdata_len - 17] = serial;
	}
}

/* Time passes, or the operator does something. */
static void happen(struct pair *p)
{
	static const int64_t seconds[] = { 1, 30, 60, 100000 };
	struct legacy *both[] = { p->makes, p->recalls };
	unsigned what = draw(p, 500);
	int64_t passed_s = what < 20 ? seconds[draw_first(p, COUNT(seconds))] : 0;
	unsigned clock = draw(p, 3), policy = draw(p, 2);

	for (size_t i = 0; i < COUNT(both); i++) {
		struct legacy *l = both[i];
		l->now_s += passed_s;
		l->now_ms += 1000 * (uint64_t)passed_s;
		if (what == 20)
			assert_int_equal(
			        signer_set_policy(l->signer, policy ? &p->other : &l->policy), 0);
		if (what == 21 || what == 22)
			signer_believe_clock(l->signer, clock > 0);
		if (what < 2)
			signer_renew(l->signer, 10);
	}
}

/* With random queries and random events between them. */
static void a_recalled_answer_is_the_one_that_would_be_made(void **state)
{
	(void)state;
	struct pair p = pair_new();
	unsigned times = 60000, asked = 0;

	memcpy(p.zones, p.makes->zones, sizeof(p.zones));
	for (unsigned i = 0; i < LEGACY_ZONES; i++)
		p.zones[i].max_ttl_s = 200;
	p.other = p.makes->policy;
	p.other.zones = p.zones;
	while (times-- > 0) {
		const struct shape *shape = &shapes[draw(&p, draw(&p, 4) ? 12 : COUNT(shapes))];
		happen(&p);
		ask(&p, shape->question);
		if (p.makes->kind != SIGN_QUERY_ASKED)
			continue;
		asked++;
		legacy_write(p.makes, shape->flags, shape->records);
		struct span response = style_write(msg_span(&p.makes->judge->response),
		        POINTS_ALWAYS - (enum style)draw_first(&p, 3));
		vary(&p, response);
		respond(&p, response);
	}
	assert_in_range(p.recalled, asked / 6, asked);
	pair_free(&p);
}

/* One query each seven seconds, for six days: the next signature comes in time, and was made
 * ahead. */
static void a_recalled_answer_ends_with_the_period_of_its_signature(void **state)
{
	(void)state;
	struct pair p = pair_new();
	unsigned renewed = 0, expected = 0;

	for (unsigned i = 0; i < 6 * DAY / 7; i++) {
		struct legacy *both[] = { p.makes, p.recalls };
		for (size_t k = 0; k < COUNT(both); k++) {
			both[k]->now_s += 7;
			legacy_ask(both[k], WWW, ASK_DO);
		}
		legacy_write(p.makes, AA, "www.example.test A 192.0.2.1");
		respond(&p, msg_span(&p.makes->judge->response));
		assert_int_equal(p.makes->result.made, i == 0);
		expected += signer_renew(p.makes->signer, 10);
		renewed += signer_renew(p.recalls->signer, 10);
		assert_int_equal(renewed, expected);
	}
	assert_in_range(renewed, 1, 2);
	assert_in_range(p.recalled, 6 * DAY / 8, 6 * DAY / 7);
	pair_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recalled_answer_is_the_one_that_would_be_made),
		cmocka_unit_test(a_recalled_answer_ends_with_the_period_of_its_signature),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
