/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk down from the root, with responses that are made here. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "fetch/walk.h"
#include "zone.h"

#define NOW_MS 1000
#define ROOT   "198.51.100.1"

struct lab {
	struct sockaddr_storage hints[3];
	struct servers servers;
	struct walk walk;
	struct msgbuild built;
	struct rr rrs[64];
	/* The last query of the walk. */
	struct want question;
	struct sockaddr_storage server;
};

static struct sockaddr_storage address_of(const char *text)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(53) };

	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	memcpy(&address, &in, sizeof(in));
	return address;
}

static int set_up(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	lab->hints[0] = address_of(ROOT);
	assert_int_equal(servers_init(&lab->servers, lab->hints, 1), 0);
	*state = lab;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *lab = *state;

	servers_fini(&lab->servers);
	free(lab);
	return 0;
}

static struct name name_of(const char *text)
{
	struct name name;
	assert_true(name_from_text(text, &name));
	return name;
}

static void begin(struct lab *lab, const char *name, uint16_t type)
{
	struct want want = { .name = name_of(name), .type = type };
	walk_begin(&lab->walk, &want, &lab->servers, NOW_MS);
}

static bool next(struct lab *lab)
{
	return walk_next(&lab->walk, &lab->question, &lab->server, NOW_MS);
}

/* Goes on with the walk. True if its next query is this one, to this server. */
static bool asks(struct lab *lab, const char *server, const char *name, uint16_t type)
{
	struct sockaddr_storage wanted = address_of(server);
	struct name wanted_name = name_of(name);

	return next(lab) && lab->question.type == type &&
	       name_equal(&lab->question.name, &wanted_name) &&
	       memcmp(&lab->server, &wanted, sizeof(wanted)) == 0;
}

/* Begins a response to the last query. */
static struct msgbuild *respond(struct lab *lab, uint16_t rcode)
{
	char text[NAME_TEXT_SIZE];

	msg_begin(&lab->built, 1, FLAG_QR | rcode, name_text(&lab->question.name, text),
	        lab->question.type);
	return &lab->built;
}

static enum walk_step take(struct lab *lab)
{
	struct message m;

	assert_true(message_parse(&m, msg_span(&lab->built), lab->rrs, COUNT(lab->rrs)));
	return walk_take(&lab->walk, &m, NOW_MS);
}

/* A referral to `zone` with one server, which has glue if `address` is not NULL. */
static enum walk_step refer(
        struct lab *lab, const char *zone, const char *server, const char *address)
{
	struct msgbuild *b = respond(lab, RCODE_NOERROR);

	msg_section(b, SECTION_AUTHORITY);
	msg_rr(b, zone, TYPE_NS, 300, rd_name(server));
	msg_section(b, SECTION_ADDITIONAL);
	if (address)
		msg_rr(b, server, TYPE_A, 300, rd_a(address));
	return take(lab);
}

static enum walk_step answer_with(struct lab *lab, const char *owner, const char *address)
{
	msg_rr(respond(lab, RCODE_NOERROR), owner, TYPE_A, 300, rd_a(address));
	return take(lab);
}

static enum walk_step fail_with(struct lab *lab, uint16_t rcode)
{
	respond(lab, rcode);
	return take(lab);
}

static void keys_are_asked_of_the_servers_of_the_zone(void **state)
{
	struct lab *lab = *state;

	begin(lab, "www.example.test", TYPE_DNSKEY);
	assert_true(asks(lab, ROOT, "www.example.test", TYPE_DNSKEY));
	assert_int_equal(refer(lab, "test", "ns.test", "198.51.100.2"), WALK_ON);
	assert_true(asks(lab, "198.51.100.2", "www.example.test", TYPE_DNSKEY));
	assert_int_equal(
	        refer(lab, "www.example.test", "ns.www.example.test", "198.51.100.3"), WALK_ON);
	assert_true(asks(lab, "198.51.100.3", "www.example.test", TYPE_DNSKEY));
	respond(lab, RCODE_NOERROR);
	assert_int_equal(take(lab), WALK_THERE);
}

static void a_ds_is_asked_of_the_parent_zone(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DS);
	assert_true(asks(lab, ROOT, "example.test", TYPE_DS));
	assert_int_equal(refer(lab, "test", "ns.test", "198.51.100.2"), WALK_ON);
	assert_true(asks(lab, "198.51.100.2", "example.test", TYPE_DS));
	/* an old server may answer so, with a DS */
	assert_int_equal(refer(lab, "example.test", "ns.example.test", "198.51.100.3"), WALK_THERE);
}

static void the_next_walk_begins_at_the_deepest_known_zone(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DS);
	assert_true(asks(lab, ROOT, "example.test", TYPE_DS));
	assert_int_equal(refer(lab, "test", "ns.test", "198.51.100.2"), WALK_ON);
	begin(lab, "other.test", TYPE_DS);
	assert_true(asks(lab, "198.51.100.2", "other.test", TYPE_DS));
	begin(lab, "test", TYPE_DS);
	assert_true(asks(lab, ROOT, "test", TYPE_DS));
	struct want want = { .name = name_of("other.test"), .type = TYPE_DS };
	walk_begin(&lab->walk, &want, &lab->servers, NOW_MS + 300 * 1000);
	assert_true(asks(lab, ROOT, "other.test", TYPE_DS));
}

static void remembered_servers_that_lead_nowhere_are_forgotten(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DS);
	assert_true(next(lab));
	assert_int_equal(refer(lab, "test", "ns.test", "198.51.100.66"), WALK_ON);
	for (unsigned i = 0; i < 2; i++) {
		begin(lab, "other.test", TYPE_DS);
		if (i == 0) {
			assert_true(asks(lab, "198.51.100.66", "other.test", TYPE_DS));
			assert_int_equal(fail_with(lab, RCODE_REFUSED), WALK_NOWHERE);
		}
		assert_true(asks(lab, ROOT, "other.test", TYPE_DS));
	}
}

static void the_address_of_a_server_without_glue_is_looked_up_first(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DNSKEY);
	assert_true(next(lab));
	assert_int_equal(refer(lab, "example.test", "ns.example.net", NULL), WALK_ON);
	assert_true(asks(lab, ROOT, "ns.example.net", TYPE_A));
	assert_int_equal(refer(lab, "net", "ns.net", "198.51.100.4"), WALK_ON);
	assert_true(asks(lab, "198.51.100.4", "ns.example.net", TYPE_A));
	assert_int_equal(answer_with(lab, "ns.example.net", "198.51.100.5"), WALK_ON);
	assert_true(asks(lab, "198.51.100.5", "example.test", TYPE_DNSKEY));
}

static void where_it_has_no_ipv4_address_its_ipv6_address_is_looked_for(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DNSKEY);
	assert_true(next(lab));
	assert_int_equal(refer(lab, "example.test", "ns.example.net", NULL), WALK_ON);
	assert_true(asks(lab, ROOT, "ns.example.net", TYPE_A));
	assert_int_equal(fail_with(lab, RCODE_NOERROR), WALK_NOWHERE);
	assert_true(asks(lab, ROOT, "ns.example.net", TYPE_AAAA));
	msg_rr(respond(lab, RCODE_NOERROR), "ns.example.net", TYPE_AAAA, 300,
	        rd_aaaa("2001:db8::5"));
	assert_int_equal(take(lab), WALK_ON);
	assert_true(next(lab));
	assert_int_equal(lab->server.ss_family, AF_INET6);
	assert_int_equal(lab->question.type, TYPE_DNSKEY);
}

static void a_useless_referral_is_not_followed(void **state)
{
	struct lab *lab = *state;
	static const struct {
		const char *why, *zone, *server, *address;
	} rows[] = {
		{ "the root itself", ".", "ns.test", "198.51.100.2" },
		{ "another branch", "example", "ns.example", "198.51.100.2" },
		{ "below the wanted name", "a.example.test", "ns.test", "198.51.100.2" },
		{ "a server below the cut without glue", "test", "ns.test", NULL },
		{ "glue on our loopback", "test", "ns.test", "127.0.0.1" },
		{ "unspecified address as glue", "test", "ns.test", "0.0.0.0" },
		{ "multicast glue", "test", "ns.test", "224.0.0.251" },
		{ "broadcast glue", "test", "ns.test", "255.255.255.255" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(lab, "example.test", TYPE_DNSKEY);
		assert_true(next(lab));
		assert_row(rows[i].why,
		        refer(lab, rows[i].zone, rows[i].server, rows[i].address) != WALK_ON);
	}
}

static void glue_counts_only_of_servers_below_the_zone_that_refers(void **state)
{
	struct lab *lab = *state;

	begin(lab, "example.test", TYPE_DNSKEY);
	assert_true(next(lab));
	assert_int_equal(refer(lab, "test", "ns.test", "198.51.100.2"), WALK_ON);
	assert_true(next(lab));
	assert_int_equal(refer(lab, "example.test", "ns.example.net", "198.51.100.66"), WALK_ON);
	assert_true(asks(lab, ROOT, "ns.example.net", TYPE_A));
}

static void a_failure_is_no_answer(void **state)
{
	struct lab *lab = *state;
	static const uint16_t rcodes[] = { RCODE_FORMERR, RCODE_SERVFAIL, RCODE_NOTIMP,
		RCODE_REFUSED };

	for (size_t i = 0; i < COUNT(rcodes); i++) {
		begin(lab, "example.test", TYPE_DS);
		assert_true(next(lab));
		assert_int_equal(fail_with(lab, rcodes[i]), WALK_NOWHERE);
		assert_false(next(lab));
		assert_true(walk_has_no_way_out(&lab->walk));
	}
	begin(lab, "example.test", TYPE_DS);
	assert_true(next(lab));
	assert_int_equal(fail_with(lab, RCODE_NXDOMAIN), WALK_THERE);
	assert_false(walk_has_no_way_out(&lab->walk));
}

static void only_some_of_many_silent_servers_are_asked(void **state)
{
	struct lab *lab = *state;
	char address[32];
	unsigned asked = 0;

	begin(lab, "example.test", TYPE_DS);
	assert_true(next(lab));
	struct msgbuild *b = respond(lab, RCODE_NOERROR);
	msg_section(b, SECTION_AUTHORITY);
	msg_rr(b, "test", TYPE_NS, 300, rd_name("ns.test"));
	msg_section(b, SECTION_ADDITIONAL);
	for (unsigned i = 0; i < 20; i++) {
		snprintf(address, sizeof(address), "198.51.100.%u", 10 + i);
		msg_rr(b, "ns.test", TYPE_A, 300, rd_a(address));
	}
	assert_int_equal(take(lab), WALK_ON);
	while (next(lab))
		asked++;
	assert_int_equal(asked, LIMIT_WALK_SILENT);
	assert_false(walk_has_no_way_out(&lab->walk));
}

static void a_server_that_cannot_be_sent_to_does_not_count_as_silent(void **state)
{
	struct lab *lab = *state;

	servers_fini(&lab->servers);
	lab->hints[1] = address_of("198.51.100.8");
	lab->hints[2] = address_of("198.51.100.9");
	assert_int_equal(servers_init(&lab->servers, lab->hints, 3), 0);
	begin(lab, "example.test", TYPE_DS);
	assert_true(next(lab));
	walk_unsent(&lab->walk);
	assert_true(next(lab));
	assert_int_equal(lab->walk.goals[0].useless, 1);
}

/* No server has glue, and each is in a zone whose server has none either (NXNSAttack,
 * CVE-2020-12662). */
static void a_walk_into_an_endless_maze_ends(void **state)
{
	struct lab *lab = *state;
	unsigned queries = 0;

	begin(lab, "example.test", TYPE_DNSKEY);
	while (next(lab)) {
		char zone[NAME_TEXT_SIZE], server[64];
		struct name top;
		struct msgbuild *b;

		queries++;
		name_suffix(&lab->question.name, 1, &top);
		name_text(&top, zone);
		b = respond(lab, RCODE_NOERROR);
		msg_section(b, SECTION_AUTHORITY);
		for (unsigned i = 0; i < 50; i++) {
			snprintf(server, sizeof(server), "ns.zone%u-%u", queries, i);
			msg_rr(b, zone, TYPE_NS, 300, rd_name(server));
		}
		take(lab);
	}
	assert_true(queries <= LIMIT_WALK_QUERIES);
}

static void the_table_of_zones_forgets_the_oldest(void **state)
{
	struct lab *lab = *state;
	struct addresses there = { 0 }, found;
	struct sockaddr_storage address = address_of("198.51.100.2");
	struct name zone, first = name_of("zone0"), last;
	char text[32];

	addresses_add(&there, &address);
	for (unsigned i = 0; i <= SERVERS_ZONES; i++) {
		snprintf(text, sizeof(text), "zone%u", i);
		last = name_of(text);
		servers_put(&lab->servers, &last, &there, 300, NOW_MS);
	}
	assert_false(servers_find(&lab->servers, &first, NOW_MS, &zone, &found));
	assert_true(servers_find(&lab->servers, &last, NOW_MS, &zone, &found));
}

static void a_server_that_could_not_answer_is_known_for_a_while(void **state)
{
	struct lab *lab = *state;
	struct sockaddr_storage server = address_of("198.51.100.2");

	assert_false(servers_is_unable(&lab->servers, &server, NOW_MS));
	servers_note_unable(&lab->servers, &server, NOW_MS);
	assert_true(servers_is_unable(&lab->servers, &server, NOW_MS));
	assert_false(servers_is_unable(&lab->servers, &server, NOW_MS + 1000 * LIMIT_UNABLE_S));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(keys_are_asked_of_the_servers_of_the_zone),
		TEST(a_ds_is_asked_of_the_parent_zone),
		TEST(the_next_walk_begins_at_the_deepest_known_zone),
		TEST(remembered_servers_that_lead_nowhere_are_forgotten),
		TEST(the_address_of_a_server_without_glue_is_looked_up_first),
		TEST(where_it_has_no_ipv4_address_its_ipv6_address_is_looked_for),
		TEST(a_useless_referral_is_not_followed),
		TEST(glue_counts_only_of_servers_below_the_zone_that_refers),
		TEST(a_failure_is_no_answer),
		TEST(only_some_of_many_silent_servers_are_asked),
		TEST(a_server_that_cannot_be_sent_to_does_not_count_as_silent),
		TEST(a_walk_into_an_endless_maze_ends),
		TEST(the_table_of_zones_forgets_the_oldest),
		TEST(a_server_that_could_not_answer_is_known_for_a_while),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
