/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keeper concludes of what servers say: one that lags, lies or is silent never counts as
 * up to date. */
#include "test.h"

#include "base/sockaddr.h"
#include "base/writer.h"
#include "keeper/look_read.h"
#include "keeper/look_spread.h"
#include "wire/build.h"

static struct name zone;
static uint8_t octets[4096];
static struct rr rrs[MESSAGE_RRS_MAX];

static struct name named(const char *text)
{
	struct name n;

	assert_true(name_from_text(text, &n));
	return n;
}

static int set_up(void **state)
{
	(void)state;
	zone = named("example.org");
	return 0;
}

/* ---- Responses ---- */

struct record {
	enum section section;
	const char *owner;
	uint16_t type;
	uint32_t ttl_s;
	const char *name; /* the RDATA is this name, */
	const char *data; /* or these octets, */
	size_t len;       /* so many; 0: a text */
};

static struct span respond(const char *qname, uint16_t type, uint16_t flags,
        const struct record *records, unsigned count)
{
	struct writer w = writer_over(octets, sizeof(octets));
	uint16_t counts[3] = { 0 };
	struct name name = named(qname);

	build_header(&w, 1, FLAG_QR | flags, 1, 0);
	writer_put(&w, name_span(&name));
	writer_u16(&w, type);
	writer_u16(&w, CLASS_IN);
	for (unsigned i = 0; i < count; i++) {
		const struct record *r = &records[i];
		name = named(r->owner);
		writer_put(&w, name_span(&name));
		writer_u16(&w, r->type);
		writer_u16(&w, CLASS_IN);
		writer_u32(&w, r->ttl_s);
		struct name target = r->name ? named(r->name) : name_root;
		struct span rdata = r->name ? name_span(&target)
		                            : span_of(r->data, r->len ? r->len : strlen(r->data));
		writer_u16(&w, (uint16_t)rdata.len);
		writer_put(&w, rdata);
		counts[r->section]++;
	}
	build_set_counts(&w, counts);
	assert_false(w.full);
	return writer_span(&w);
}

static struct message parsed(struct span response)
{
	struct message m;

	assert_true(message_parse(&m, response, rrs, MESSAGE_RRS_MAX));
	return m;
}

static struct look_set read_set(struct span response)
{
	struct ask ask = { .want = { .name = zone, .type = TYPE_DNSKEY },
		.end = ASK_ANSWERED,
		.octets = malloc(response.len),
		.len = response.len };
	struct look_set set;

	memcpy(ask.octets, response.base, response.len);
	look_read_set(&set, &ask, rrs);
	assert_null(ask.octets);
	return set;
}

/* ---- Reading ---- */

static void only_an_authoritative_answer_counts(void **state)
{
	static const struct record answer[] = {
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 300, NULL, "key one", 0 },
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 200, NULL, "key two", 0 },
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 400, NULL, "key one", 0 },
		{ SECTION_ANSWER, "example.org", TYPE_CDS, 10, NULL, "of another type", 0 },
		{ SECTION_ANSWER, "other.org", TYPE_DNSKEY, 10, NULL, "of another owner", 0 },
		{ SECTION_AUTHORITY, "example.org", TYPE_DNSKEY, 10, NULL, "elsewhere", 0 },
	};
	static const struct {
		const char *why;
		uint16_t flags;
		unsigned records;
		enum look_fault fault;
		unsigned count;
		uint32_t ttl_s;
	} rows[] = {
		{ "an answer", FLAG_AA, 6, LOOK_SEEN, 2, 200 },
		{ "no records", FLAG_AA, 0, LOOK_SEEN, 0, 0 },
		{ "from a cache", 0, 6, LOOK_LAME, 0, 200 },
		{ "SERVFAIL", FLAG_AA | RCODE_SERVFAIL, 0, LOOK_ERROR, 0, 0 },
		{ "REFUSED", RCODE_REFUSED, 6, LOOK_ERROR, 0, 0 },
		{ "NXDOMAIN", FLAG_AA | RCODE_NXDOMAIN, 0, LOOK_ERROR, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct look_set set = read_set(respond(
		        "example.org", TYPE_DNSKEY, rows[i].flags, answer, rows[i].records));
		assert_row(rows[i].why, set.fault == rows[i].fault);
		assert_row(rows[i].why, set.count == rows[i].count);
		if (set.fault == LOOK_SEEN) {
			assert_row(rows[i].why, set.ttl_s == rows[i].ttl_s);
			assert_row(rows[i].why,
			        look_set_has(&set, span_of("key two", 7)) == (set.count > 0));
		}
		free(set.octets);
	}
}

/* Type covered (48: DNSKEY, 59: CDS), 13, 2 labels, TTL, two times, the tag, the root as signer, a
 * signature. */
#define RRSIG(type, tag) "\0" type "\15\2\0\0\1\0eeeeiiii" tag "\0sig", 22

static void the_signers_of_the_set_are_told(void **state)
{
	static const struct record answer[] = {
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 300, NULL, "key one", 0 },
		{ SECTION_ANSWER, "example.org", TYPE_RRSIG, 300, NULL, RRSIG("\60", "\1\2") },
		{ SECTION_ANSWER, "example.org", TYPE_RRSIG, 300, NULL, RRSIG("\73", "\3\4") },
		{ SECTION_ANSWER, "other.org", TYPE_RRSIG, 300, NULL, RRSIG("\60", "\5\6") },
		{ SECTION_ANSWER, "example.org", TYPE_RRSIG, 300, NULL, RRSIG("\60", "\10\11") },
		{ SECTION_AUTHORITY, "example.org", TYPE_RRSIG, 300, NULL, RRSIG("\60", "\7\7") },
	};
	static const struct record cut[] = {
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 300, NULL, "key one", 0 },
		{ SECTION_ANSWER, "example.org", TYPE_RRSIG, 300, NULL, "\0\60cut", 5 },
	};

	(void)state;
	struct look_set set =
	        read_set(respond("example.org", TYPE_DNSKEY, FLAG_AA, answer, COUNT(answer)));
	assert_int_equal(set.fault, LOOK_SEEN);
	assert_int_equal(set.signer_count, 2);
	assert_int_equal(set.signers[0], 0x0102);
	assert_int_equal(set.signers[1], 0x0809);
	free(set.octets);
	set = read_set(respond("example.org", TYPE_DNSKEY, FLAG_AA, cut, COUNT(cut)));
	assert_int_equal(set.fault, LOOK_MALFORMED);
	assert_int_equal(set.signer_count, 0);
	free(set.octets);
}

static void a_response_cut_at_any_octet_is_not_seen(void **state)
{
	static const struct record answer[] = {
		{ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 300, NULL, "key one", 0 },
	};
	struct span whole = respond("example.org", TYPE_DNSKEY, FLAG_AA, answer, 1);

	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		struct look_set set = read_set(span_of(whole.base, len));
		assert_int_equal(set.fault, LOOK_MALFORMED);
		assert_int_equal(set.count, 0);
		free(set.octets);
	}
}

static void more_records_than_fit_are_not_seen(void **state)
{
	struct record answer[LOOK_RECORDS + 1];
	char data[LOOK_RECORDS + 1][8];

	(void)state;
	for (unsigned i = 0; i < COUNT(answer); i++) {
		snprintf(data[i], sizeof(data[i]), "key %u", i);
		answer[i] = (struct record){ SECTION_ANSWER, "example.org", TYPE_DNSKEY, 300, NULL,
			data[i], 0 };
	}
	struct look_set set =
	        read_set(respond("example.org", TYPE_DNSKEY, FLAG_AA, answer, COUNT(answer)));
	assert_int_equal(set.fault, LOOK_MALFORMED);
	free(set.octets);
	set = read_set(respond("example.org", TYPE_DNSKEY, FLAG_AA, answer, LOOK_RECORDS));
	assert_int_equal(set.fault, LOOK_SEEN);
	assert_int_equal(set.count, LOOK_RECORDS);
	free(set.octets);
}

static void the_parent_is_the_zone_whose_soa_answers(void **state)
{
	static const struct {
		const char *why, *name, *owner;
		enum section section;
		const char *zone; /* NULL: none */
	} rows[] = {
		{ "a zone cut", "org", "org", SECTION_ANSWER, "org" },
		{ "no zone cut there", "b.example.org", "example.org", SECTION_AUTHORITY,
		        "example.org" },
		{ "the root", "org", ".", SECTION_AUTHORITY, "." },
		{ "a zone below", "org", "example.org", SECTION_ANSWER, NULL },
		{ "another zone", "org", "com", SECTION_AUTHORITY, NULL },
		{ "in the wrong place", "org", "org", SECTION_ADDITIONAL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct record soa = { rows[i].section, rows[i].owner, TYPE_SOA, 1, NULL,
			"numbers", 0 };
		struct message m = parsed(respond(rows[i].name, TYPE_SOA, 0, &soa, 1));
		struct name name = named(rows[i].name), found;
		assert_row(
		        rows[i].why, look_read_zone(&m, &name, &found) == (rows[i].zone != NULL));
		if (rows[i].zone) {
			struct name wanted = named(rows[i].zone);
			assert_row(rows[i].why, name_equal(&found, &wanted));
		}
	}
}

static void the_servers_of_delegation_and_zone_are_all_found(void **state)
{
	static const struct record records[] = {
		{ SECTION_ANSWER, "example.org", TYPE_NS, 1, "ns1.example.org", NULL, 0 },
		{ SECTION_ANSWER, "example.org", TYPE_NS, 1, "NS1.EXAMPLE.ORG", NULL, 0 },
		{ SECTION_AUTHORITY, "example.org", TYPE_NS, 1, "ns2.example.net", NULL, 0 },
		{ SECTION_AUTHORITY, "org", TYPE_NS, 1, "of-another.zone", NULL, 0 },
		{ SECTION_ADDITIONAL, "example.org", TYPE_NS, 1, "elsewhere.org", NULL, 0 },
	};
	struct look_servers servers = { 0 };
	struct message m = parsed(respond("example.org", TYPE_NS, 0, records, COUNT(records)));
	struct name first = named("ns1.example.org"), second = named("ns2.example.net");

	(void)state;
	look_read_names(&m, &zone, &servers);
	assert_int_equal(servers.name_count, 2);
	assert_true(name_equal(&servers.names[0], &first));
	assert_true(name_equal(&servers.names[1], &second));
}

static void more_servers_than_fit_are_never_everybody(void **state)
{
	struct look_servers servers = { .name_count = LOOK_NAMES };
	struct addresses few = { .count = 1 }, many = { .count = LIMIT_WALK_ADDRESSES };
	static const struct record ns = { SECTION_ANSWER, "example.org", TYPE_NS, 1, "one.more",
		NULL, 0 };
	struct message m = parsed(respond("example.org", TYPE_NS, 0, &ns, 1));

	(void)state;
	look_read_names(&m, &zone, &servers);
	assert_true(servers.is_cut);
	servers.is_cut = false;
	for (uint32_t i = 0; i <= LOOK_ADDRESSES; i++) {
		assert_false(servers.is_cut);
		few.at[0] = sockaddr_of(span_of(&i, sizeof(i)), DNS_PORT, 0);
		look_add_addresses(&servers, 0, &few);
		look_add_addresses(&servers, 1, &few);
	}
	assert_true(servers.is_cut);
	assert_int_equal(servers.count, LOOK_ADDRESSES);
	free(servers.at);
	servers = (struct look_servers){ .name_count = 1 };
	look_add_addresses(&servers, 0, &many);
	assert_true(servers.is_cut);
	free(servers.at);
}

/* ---- Conclusions ---- */

enum {
	K = 1,
	/* the key is there */ L = 2,
	/* it is not */ S = 3,
	/* silent */ N = 4 /* no way */
};

static void everybody_and_nobody_need_an_answer_from_each_address(void **state)
{
	static const struct {
		const char *why;
		int at[5]; /* of names 0, 0, 1, 1; 0: no such address */
		bool is_cut, has_no_address;
		enum look_spread spread;
	} rows[] = {
		{ "no address", { 0 }, false, false, LOOK_UNKNOWN },
		{ "all have it", { K, K, K, K }, false, false, LOOK_EVERYBODY },
		{ "one lags", { K, K, L, K }, false, false, LOOK_SOME },
		{ "nobody has it", { L, L, L, L }, false, false, LOOK_NOBODY },
		{ "one is silent", { K, K, K, S }, false, false, LOOK_UNKNOWN },
		{ "one is silent, the others lack it", { L, S, L, L }, false, false, LOOK_UNKNOWN },
		{ "one is silent, and one lags", { K, S, L, K }, false, false, LOOK_SOME },
		{ "all are silent", { S, S, S, S }, false, false, LOOK_UNKNOWN },
		{ "no IPv6 here", { K, N, K, N }, false, false, LOOK_EVERYBODY },
		{ "no IPv6 here, nobody", { L, N, L, N }, false, false, LOOK_NOBODY },
		{ "a server with IPv6 only, which is not here", { K, N, N, N }, false, false,
		        LOOK_UNKNOWN },
		{ "no IPv6 here, and silence", { K, N, S, N }, false, false, LOOK_UNKNOWN },
		{ "no way at all", { N, N, N, N }, false, false, LOOK_UNKNOWN },
		{ "more than was asked", { K, K, K, K }, true, false, LOOK_UNKNOWN },
		{ "a name without an address", { K, K, K, K }, false, true, LOOK_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct look_server at[4] = { 0 };
		struct look_servers servers = { .at = at,
			.name_count = 2,
			.is_cut = rows[i].is_cut,
			.has_address = { true, !rows[i].has_no_address } };
		for (; rows[i].at[servers.count] != 0; servers.count++) {
			struct look_set *set = &at[servers.count].sets[LOOK_DNSKEY];
			at[servers.count].name = servers.count / 2;
			switch (rows[i].at[servers.count]) {
			case K:
				*set = (struct look_set){ .count = 1,
					.ttl_s = 60 + servers.count,
					.rdatas = { span_of("key", 3) } };
				break;
			case S:
				set->fault = LOOK_SILENT;
				break;
			case N:
				set->fault = LOOK_NO_WAY;
				break;
			}
		}
		assert_row(rows[i].why,
		        look_spread(&servers, LOOK_DNSKEY, span_of("key", 3)) == rows[i].spread);
		/* "none" is there where the key is not */
		static const enum look_spread opposite[] = {
			[LOOK_UNKNOWN] = LOOK_UNKNOWN,
			[LOOK_NOBODY] = LOOK_EVERYBODY,
			[LOOK_SOME] = LOOK_SOME,
			[LOOK_EVERYBODY] = LOOK_NOBODY,
		};
		assert_row(rows[i].why,
		        look_spread_of_none(&servers, LOOK_DNSKEY) == opposite[rows[i].spread]);
	}
}

static void the_longest_ttl_that_is_served_counts(void **state)
{
	struct look_server at[3] = { { .sets[LOOK_CDS].ttl_s = 5 }, { .sets[LOOK_CDS].ttl_s = 90 },
		{ .sets[LOOK_CDS].ttl_s = 60 } };
	struct look_servers servers = { .at = at, .count = 3 };

	(void)state;
	assert_int_equal(look_ttl_s(&servers, LOOK_CDS), 90);
	assert_int_equal(look_ttl_s(&servers, LOOK_SOA), 0);
	at[1].sets[LOOK_CDS].fault = LOOK_UNPROVED;
	assert_int_equal(look_ttl_s(&servers, LOOK_CDS), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_an_authoritative_answer_counts),
		cmocka_unit_test(the_signers_of_the_set_are_told),
		cmocka_unit_test(a_response_cut_at_any_octet_is_not_seen),
		cmocka_unit_test(more_records_than_fit_are_not_seen),
		cmocka_unit_test(the_parent_is_the_zone_whose_soa_answers),
		cmocka_unit_test(the_servers_of_delegation_and_zone_are_all_found),
		cmocka_unit_test(more_servers_than_fit_are_never_everybody),
		cmocka_unit_test(everybody_and_nobody_need_an_answer_from_each_address),
		cmocka_unit_test(the_longest_ttl_that_is_served_counts),
	};
	return cmocka_run_group_tests_name("look", tests, set_up, NULL);
}
