/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the self-check finds at servers that have each one fault, and that it names the one that has
 * it. */
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sockaddr.h"
#include "keeper/self_check.h"
#include "server.h"
#include "zone.h"

#define NOW           1750000000
#define DAY           86400
#define TTL           300
#define ZONE          "example.test"
#define SERVERS       3
#define SERVERS_END_S 60 /* if the test fails and does not end them */
#define HEX_LETTERS   32

enum flaw {
	GOOD,
	DEAD,      /* there is no server */
	NO_WAY,    /* this machine has no route */
	EXPIRED,   /* the SOA is signed for yesterday */
	STRIPPED,  /* no RRSIG anywhere */
	NO_DENIAL, /* NXDOMAIN without NSEC */
	SERVFAILS,
	FORGETS_AA,
	SPOILT_ONCE,     /* the first SOA has a spoilt signature */
	SIGNS_BY_A,      /* its DNSKEY RRset has the ZSK A alone */
	SIGNS_BY_B,      /* likewise B */
	KNOWS_BOTH_BY_A, /* it has both ZSKs, and signs by A */
	KNOWS_BOTH_BY_B,
	WILDCARD,        /* the name that does not exist has an address */
	SPOILS_NEXT_KSK, /* the RRSIG by the next KSK is spoilt */
};

enum parent { HAS_DS, HAS_OTHER_DS, HAS_NO_DS, IS_SILENT };

static struct testkey *parent_key, *ksk, *next_ksk, *zsk_a, *zsk_b;
static const struct signing fine = { .inception = NOW - DAY, .expiration = NOW + DAY };
static const struct signing over = { .inception = NOW - 3 * DAY, .expiration = NOW - DAY };
static const struct signing spoilt = {
	.inception = NOW - DAY, .expiration = NOW + DAY, .is_spoilt = true
};

/* ---- The servers, in a process of their own ---- */

struct scene {
	enum flaw flaws[SERVERS];
	enum parent parent;
};

static struct server servers[SERVERS + 1]; /* the last one is the resolver */
static pid_t child;
static struct msgbuild out;

/* What the servers were asked, for the test to see. */
static struct {
	unsigned count;
	char names[32][NAME_TEXT_SIZE];
} * missing;

static void put_set(const struct testkey *k, const char *owner, uint16_t type, const struct rd *rds,
        size_t count, enum flaw flaw, const struct signing *how)
{
	if (flaw == STRIPPED)
		msg_rrset(&out, owner, type, TTL, rds, count);
	else
		msg_signed(&out, k, owner, type, TTL, rds, count, how);
}

static void put_dnskey(enum flaw flaw)
{
	struct rd set[] = { rd_dnskey(ksk), rd_dnskey(next_ksk), rd_dnskey(zsk_a),
		rd_dnskey(zsk_b) };
	size_t count = flaw == KNOWS_BOTH_BY_A || flaw == KNOWS_BOTH_BY_B ? 4 : 3;

	if (flaw == SIGNS_BY_B)
		set[2] = set[3];
	put_set(ksk, ZONE, TYPE_DNSKEY, set, count, flaw, &fine);
	if (flaw != STRIPPED)
		msg_rr(&out, ZONE, TYPE_RRSIG, TTL,
		        rd_rrsig(next_ksk, ZONE, TYPE_DNSKEY, TTL, set, count,
		                flaw == SPOILS_NEXT_KSK ? &spoilt : &fine));
}

static void put_soa(enum flaw flaw, const struct signing *how)
{
	const struct testkey *zsk = flaw == SIGNS_BY_B || flaw == KNOWS_BOTH_BY_B ? zsk_b : zsk_a;

	put_set(zsk, ZONE, TYPE_SOA, RRSET(rd_soa("ns." ZONE, "ns." ZONE, 1, 300)), flaw, how);
}

static void put_denial(enum flaw flaw)
{
	const struct testkey *zsk = flaw == SIGNS_BY_B || flaw == KNOWS_BOTH_BY_B ? zsk_b : zsk_a;

	msg_section(&out, SECTION_AUTHORITY);
	put_soa(flaw, &fine);
	if (flaw != NO_DENIAL)
		put_set(zsk, ZONE, TYPE_NSEC,
		        RRSET(rd_nsec("zz." ZONE, TYPES(TYPE_SOA, TYPE_NS, TYPE_NSEC, TYPE_RRSIG))),
		        flaw, &fine);
}

static void put_wildcard(const char *name)
{
	struct signing how = fine;

	how.labels = 2;
	msg_signed(&out, zsk_a, name, TYPE_A, TTL, RRSET(rd_a("192.0.2.1")), &how);
	msg_section(&out, SECTION_AUTHORITY);
	msg_signed(&out, zsk_a, "*." ZONE, TYPE_NSEC, TTL,
	        RRSET(rd_nsec("zz." ZONE, TYPES(TYPE_A, TYPE_NSEC, TYPE_RRSIG))), &fine);
}

static void put_answer(enum flaw flaw, const char *name, uint16_t type)
{
	static bool was_spoilt;

	if (type == TYPE_DNSKEY) {
		put_dnskey(flaw);
	} else if (type == TYPE_SOA) {
		bool spoils = flaw == SPOILT_ONCE && !was_spoilt;
		was_spoilt |= spoils;
		put_soa(flaw, flaw == EXPIRED ? &over : spoils ? &spoilt : &fine);
	} else if (flaw == WILDCARD) {
		put_wildcard(name);
	} else {
		put_denial(flaw);
	}
}

static void answer_as_server(enum flaw flaw, uint16_t id, const char *name, uint16_t type)
{
	bool is_missing = type == TYPE_A && flaw != WILDCARD;
	uint16_t flags = FLAG_QR | (flaw == FORGETS_AA ? 0 : FLAG_AA);

	if (type == TYPE_A)
		strcpy(missing->names[missing->count++ % 32], name);
	if (flaw == SERVFAILS) {
		msg_begin(&out, id, flags | RCODE_SERVFAIL, name, type);
		return;
	}
	msg_begin(&out, id, flags | (is_missing ? RCODE_NXDOMAIN : 0), name, type);
	put_answer(flaw, name, type);
}

static void answer_as_resolver(enum parent parent, uint16_t id, const char *name, uint16_t type)
{
	msg_begin(&out, id, FLAG_QR, name, type);
	if (type == TYPE_DNSKEY) {
		msg_signed(
		        &out, parent_key, "test", type, TTL, RRSET(rd_dnskey(parent_key)), &fine);
	} else if (parent == HAS_NO_DS) {
		msg_section(&out, SECTION_AUTHORITY);
		msg_signed(&out, parent_key, "test", TYPE_SOA, TTL,
		        RRSET(rd_soa("ns.test", "ns.test", 1, 300)), &fine);
		msg_signed(&out, parent_key, ZONE, TYPE_NSEC, TTL,
		        RRSET(rd_nsec("test", TYPES(TYPE_NS, TYPE_NSEC, TYPE_RRSIG))), &fine);
	} else {
		msg_signed(&out, parent_key, ZONE, TYPE_DS, TTL,
		        RRSET(rd_ds(parent == HAS_DS ? ksk : zsk_b, 2)), &fine);
	}
}

static void answer_one(const struct scene *scene, unsigned i)
{
	struct server *s = &servers[i];
	char name[NAME_TEXT_SIZE];
	struct message m;
	struct cursor c;
	struct name n;

	server_receive(s);
	assert_true(message_parse(&m, span_of(s->query, s->query_len), NULL, 0));
	c = cursor_over(m.question);
	name_read(&c, &n);
	name_text(&n, name);
	if (i == SERVERS)
		answer_as_resolver(scene->parent, m.id, name, m.qtype);
	else
		answer_as_server(scene->flaws[i], m.id, name, m.qtype);
	msg_section(&out, SECTION_ADDITIONAL);
	msg_opt(&out, 1232, true);
	struct span response = msg_span(&out);
	sendto(s->udp, response.base, response.len, 0, (struct sockaddr *)&s->client,
	        sizeof(s->client));
}

static bool is_open(const struct scene *scene, unsigned i)
{
	return i < SERVERS ? scene->flaws[i] != DEAD : scene->parent != IS_SILENT;
}

static void serve(const struct scene *scene)
{
	struct pollfd fds[SERVERS + 1];

	alarm(SERVERS_END_S);
	for (;;) {
		for (unsigned i = 0; i <= SERVERS; i++)
			fds[i] = (struct pollfd){ is_open(scene, i) ? servers[i].udp : -1, POLLIN,
				0 };
		poll(fds, SERVERS + 1, -1);
		for (unsigned i = 0; i <= SERVERS; i++) {
			if (fds[i].revents)
				answer_one(scene, i);
		}
	}
}

static void open_scene(const struct scene *scene)
{
	missing->count = 0;
	for (unsigned i = 0; i <= SERVERS; i++)
		server_open(&servers[i]);
	for (unsigned i = 0; i <= SERVERS; i++)
		if (!is_open(scene, i))
			server_close(&servers[i]);
	child = fork();
	if (child == 0)
		serve(scene);
	assert_true(child > 0);
}

static void close_scene(const struct scene *scene)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (unsigned i = 0; i <= SERVERS; i++)
		if (is_open(scene, i))
			server_close(&servers[i]);
}

/* ---- Checks ---- */

static struct ds ds_of(const struct testkey *k)
{
	struct rd rd = rd_ds(k, 2);
	struct ds ds;

	assert_true(ds_read(span_of(rd.octets, rd.len), &ds));
	return ds;
}

static struct anchors *anchors_of_parent(void)
{
	struct anchors *a = anchors_new();
	const struct ds ds = ds_of(parent_key);
	struct name test;

	assert_true(name_from_text("test", &test));
	assert_true(anchors_add(a, &test, &ds));
	return a;
}

static struct self_check_server server_at(const struct scene *scene, unsigned i)
{
	/* the scope does not exist, so no machine has a way there */
	static const uint8_t nowhere[16] = { 0xfe, 0x80, [15] = 1 };
	struct self_check_server s = { .address = servers[i].address };
	char text[20];

	if (scene->flaws[i] == NO_WAY) {
		s.address = sockaddr_of(span_of(nowhere, 16), 53, 0);
		sockaddr_set_interface(&s.address, "no-such-if");
	}
	snprintf(text, sizeof(text), "ns%u.test", i);
	assert_true(name_from_text(text, &s.name));
	return s;
}

/* With the first `key_count` KSKs. */
static void check_scene(const struct scene *scene, unsigned key_count, struct self_check_result *r)
{
	const struct self_check_key keys[] = { { testkey_tag(ksk), ds_of(ksk) },
		{ testkey_tag(next_ksk), ds_of(next_ksk) } };
	struct anchors *anchors = anchors_of_parent();
	struct self_check_server at[SERVERS];
	struct name zone;

	open_scene(scene);
	for (unsigned i = 0; i < SERVERS; i++)
		at[i] = server_at(scene, i);
	assert_true(name_from_text(ZONE, &zone));
	struct look_means means = { .resolvers = &servers[SERVERS].address,
		.resolver_count = 1,
		.stop_fd = -1,
		.judge = look_judge_new(anchors, &servers[SERVERS].address, 1),
		.server_judge = look_judge_new(anchors, NULL, 0) };
	const struct self_check_order order = { .zone = &zone,
		.servers = at,
		.server_count = SERVERS,
		.keys = keys,
		.key_count = key_count,
		.now_s = NOW };
	self_check_run(&order, &means, r);
	look_judge_free(means.judge);
	look_judge_free(means.server_judge);
	anchors_free(anchors);
	close_scene(scene);
}

#define NEXT_KSK 2 /* a finding's key_tag in the rows */

static void each_fault_is_found_and_named(void **state)
{
	static const struct {
		const char *why;
		struct scene scene;
		unsigned keys;
		bool is_done, is_confirmed;
		unsigned failed;
		struct {
			unsigned server;
			enum self_check_question question;
			enum look_fault fault;
			enum reason reason;
			unsigned key; /* 0: by the parent's DS; 1: by the KSK */
			bool is_by_other;
		} worst; /* if there are failed ones */
	} rows[] = {
		{ "all is well", { { GOOD, GOOD, GOOD }, HAS_DS }, 0, true, false, 0, { 0 } },
		{ "all is well, by both KSKs too", { { GOOD, GOOD, GOOD }, HAS_DS }, 2, true, false,
		        0, { 0 } },
		{ "no server", { { GOOD, DEAD, GOOD }, HAS_DS }, 0, true, false, 1,
		        { 1, SELF_CHECK_DNSKEY, LOOK_REFUSED, REASON_NONE, 0, false } },
		{ "an expired SOA", { { GOOD, EXPIRED, GOOD }, HAS_DS }, 0, true, true, 1,
		        { 1, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_EXPIRED, 0, false } },
		{ "Bogus goes before a lost packet", { { DEAD, GOOD, EXPIRED }, HAS_DS }, 0, true,
		        true, 2,
		        { 2, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_EXPIRED, 0, false } },
		{ "a wrong answer goes before a server that is dead",
		        { { DEAD, SERVFAILS, GOOD }, HAS_DS }, 0, true, false, 2,
		        { 1, SELF_CHECK_DNSKEY, LOOK_ERROR, REASON_NONE, 0, false } },
		{ "two are compared though a third one is dead",
		        { { SIGNS_BY_A, DEAD, SIGNS_BY_B }, HAS_DS }, 0, true, true, 2,
		        { 0, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_NO_KEY, 0, true } },
		{ "no signatures", { { GOOD, GOOD, STRIPPED }, HAS_DS }, 0, true, true, 1,
		        { 2, SELF_CHECK_DNSKEY, LOOK_UNPROVED, REASON_RRSIG_MISSING, 0, false } },
		{ "no denial", { { NO_DENIAL, GOOD, GOOD }, HAS_DS }, 0, true, true, 1,
		        { 0, SELF_CHECK_MISSING, LOOK_UNPROVED, REASON_DS_UNPROVED, 0, false } },
		{ "SERVFAIL", { { GOOD, SERVFAILS, GOOD }, HAS_DS }, 0, true, false, 1,
		        { 1, SELF_CHECK_DNSKEY, LOOK_ERROR, REASON_NONE, 0, false } },
		{ "not authoritative", { { FORGETS_AA, GOOD, GOOD }, HAS_DS }, 0, true, false, 1,
		        { 0, SELF_CHECK_DNSKEY, LOOK_LAME, REASON_NONE, 0, false } },
		{ "spoilt once, by whatever", { { GOOD, SPOILT_ONCE, GOOD }, HAS_DS }, 0, true,
		        false, 0, { 0 } },
		{ "two servers with other ZSKs, each good alone",
		        { { SIGNS_BY_A, SIGNS_BY_B, SIGNS_BY_A }, HAS_DS }, 0, true, true, 1,
		        { 0, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_NO_KEY, 0, true } },
		{ "the last one alone has another ZSK",
		        { { SIGNS_BY_A, SIGNS_BY_A, SIGNS_BY_B }, HAS_DS }, 0, true, true, 1,
		        { 1, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_NO_KEY, 0, true } },
		{ "a ZSK that all publish takes over",
		        { { KNOWS_BOTH_BY_A, KNOWS_BOTH_BY_B, KNOWS_BOTH_BY_A }, HAS_DS }, 2, true,
		        false, 0, { 0 } },
		{ "a wildcard", { { WILDCARD, GOOD, GOOD }, HAS_DS }, 1, true, false, 0, { 0 } },
		{ "no DS, and no key that all serve", { { GOOD, GOOD, GOOD }, HAS_NO_DS }, 0, true,
		        false, 0, { 0 } },
		{ "no DS yet", { { GOOD, GOOD, GOOD }, HAS_NO_DS }, 1, true, false, 0, { 0 } },
		{ "no DS yet, and no signatures", { { GOOD, STRIPPED, GOOD }, HAS_NO_DS }, 1, true,
		        true, 1,
		        { 1, SELF_CHECK_DNSKEY, LOOK_UNPROVED, REASON_RRSIG_MISSING, 1, false } },
		{ "the next KSK's signature is spoilt at one, before its DS is anywhere",
		        { { GOOD, GOOD, SPOILS_NEXT_KSK }, HAS_DS }, 2, true, true, 1,
		        { 2, SELF_CHECK_DNSKEY, LOOK_UNPROVED, REASON_RRSIG_FAILED, NEXT_KSK,
		                false } },
		{ "a DS of another key", { { GOOD, GOOD, GOOD }, HAS_OTHER_DS }, 0, true, true, 3,
		        { 0, SELF_CHECK_DNSKEY, LOOK_UNPROVED, REASON_DS_NO_MATCH, 0, false } },
		{ "no resolver, but a KSK", { { GOOD, EXPIRED, GOOD }, IS_SILENT }, 1, true, true,
		        1, { 1, SELF_CHECK_SOA, LOOK_UNPROVED, REASON_RRSIG_EXPIRED, 1, false } },
		{ "no route to one", { { GOOD, NO_WAY, GOOD }, HAS_DS }, 0, true, false, 0, { 0 } },
		{ "no route to any", { { NO_WAY, NO_WAY, NO_WAY }, HAS_DS }, 1, false, false, 0,
		        { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const uint16_t tags[] = { 0, testkey_tag(ksk), testkey_tag(next_ksk) };
		struct self_check_result r;
		check_scene(&rows[i].scene, rows[i].keys, &r);
		const struct self_check_finding *f = &r.worst;
		assert_row(rows[i].why, r.is_done == rows[i].is_done);
		assert_row(rows[i].why,
		        r.is_free == (rows[i].scene.parent == HAS_NO_DS && rows[i].keys == 0));
		assert_row(rows[i].why, r.failed == rows[i].failed);
		assert_row(rows[i].why, r.is_confirmed == rows[i].is_confirmed);
		if (rows[i].failed == 0)
			continue;
		assert_row(rows[i].why, f->fault == rows[i].worst.fault);
		assert_row(rows[i].why, f->question == rows[i].worst.question);
		assert_row(rows[i].why, f->server.name.octets[3] == '0' + rows[i].worst.server);
		if (f->outcome.reason != rows[i].worst.reason)
			fail_msg("%s: %s", rows[i].why, reason_word(f->outcome.reason));
		assert_row(rows[i].why, f->key_tag == tags[rows[i].worst.key]);
		assert_row(rows[i].why, f->is_by_other == rows[i].worst.is_by_other);
	}
}

static void the_missing_name_is_another_one_each_time(void **state)
{
	static const struct scene scene = { { GOOD, GOOD, GOOD }, HAS_DS };
	struct self_check_result r;

	(void)state;
	check_scene(&scene, 0, &r);
	assert_int_equal(missing->count, SERVERS);
	for (unsigned i = 0; i < SERVERS; i++) {
		assert_int_equal(strspn(missing->names[i], "0123456789abcdef"), HEX_LETTERS);
		assert_string_equal(missing->names[i] + HEX_LETTERS, "." ZONE ".");
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(missing->names[i], missing->names[k]);
	}
}

static void without_servers_nothing_is_done(void **state)
{
	struct anchors *anchors = anchors_of_parent();
	const struct self_check_key key = { testkey_tag(ksk), ds_of(ksk) };
	const struct look_means means = { .stop_fd = -1,
		.judge = look_judge_new(anchors, NULL, 0),
		.server_judge = look_judge_new(anchors, NULL, 0) };
	struct self_check_result r;
	struct name zone;

	(void)state;
	assert_true(name_from_text(ZONE, &zone));
	self_check_run(
	        &(struct self_check_order){
	                .zone = &zone, .keys = &key, .key_count = 1, .now_s = NOW },
	        &means, &r);
	assert_false(r.is_done);
	look_judge_free(means.judge);
	look_judge_free(means.server_judge);
	anchors_free(anchors);
}

static int set_up(void **state)
{
	struct server probe;

	(void)state;
	server_open(&probe);
	bool may = server_may_be_asked(&probe);
	server_close(&probe);
	if (!may)
		exit(0); /* without CAP_NET_ADMIN nobody can be asked */
	parent_key = testkey_new(ALGORITHM_ED25519, 257, "test");
	ksk = testkey_new(ALGORITHM_ED25519, 257, ZONE);
	next_ksk = testkey_seeded(ALGORITHM_ED25519, 257, ZONE, "next");
	zsk_a = testkey_new(ALGORITHM_ED25519, 256, ZONE);
	zsk_b = testkey_seeded(ALGORITHM_ED25519, 256, ZONE, "b");
	missing = mmap(
	        NULL, sizeof(*missing), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return missing == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	testkey_free(parent_key);
	testkey_free(ksk);
	testkey_free(next_ksk);
	testkey_free(zsk_a);
	testkey_free(zsk_b);
	munmap(missing, sizeof(*missing));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_found_and_named),
		cmocka_unit_test(the_missing_name_is_another_one_each_time),
		cmocka_unit_test(without_servers_nothing_is_done),
	};
	return cmocka_run_group_tests_name("self_check", tests, set_up, tear_down);
}
