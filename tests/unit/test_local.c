/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local names: as text, what they cover, and which records pass by them. */
#include "judge.h"

#include <stdlib.h>

#include "config/config.h"
#include "config/local_text.h"

/* ---- The list ---- */

static struct local_names list_of(const char *text)
{
	struct local_names list = { 0 };
	char *copy = strdup(text), *rest = copy;

	for (char *item; (item = strsep(&rest, ",")) != NULL;) {
		struct local_name local;
		assert_row(item, local_read(item, &local));
		assert_true(local_add(&list, &local));
	}
	free(copy);
	return list;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *written; /* NULL: no local name */
	} rows[] = {
		{ "lan", "lan." },
		{ "Corp.Example.", "corp.example." },
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "fd00::/8", "fd00::/8" },
		{ "*", "*" },
		{ "corp.example from 10.8.0.1", "corp.example. from 10.8.0.1" },
		{ "corp.example from 10.8.0.0/24", "corp.example. from 10.8.0.0/24" },
		{ "10.8.0.0/24 from fd08::1", "10.8.0.0/24 from fd08::1" },
		{ "* from 127.0.0.11", "* from 127.0.0.11" },
		{ "", NULL },
		{ ".", NULL }, /* everything: that is what mode = "monitor" is for */
		{ "a..b", NULL },
		{ "*.lan", NULL },
		{ "10.0.0.1", NULL },
		{ "10.0.0.0/33", NULL },
		{ "lan from", NULL },
		{ "lan from ", NULL },
		{ "lan from router", NULL },
		{ "lan home", NULL },
		{ "lan from 10.8.0.1 ", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct local_name local, again;
		char text[LOCAL_TEXT_SIZE];

		assert_row(rows[i].text, local_read(rows[i].text, &local) == !!rows[i].written);
		if (!rows[i].written)
			continue;
		local_write(&local, text);
		assert_string_equal(text, rows[i].written);
		assert_row(rows[i].text, local_read(text, &again));
	}
}

static void a_name_is_local_from_the_listed_name_down(void **state)
{
	(void)state;
	static const struct {
		const char *why, *list, *name, *top; /* NULL: not local */
	} rows[] = {
		{ "the name itself", "lan", "lan", "lan." },
		{ "a name below", "lan", "nas.router.lan", "lan." },
		{ "a name that only ends alike", "lan", "router.plan", NULL },
		{ "a name above", "home.arpa", "arpa", NULL },
		{ "the first that covers it", "lan,b.lan", "a.b.lan", "lan." },
		{ "a reverse name", "10.0.0.0/8", "1.0.0.10.in-addr.arpa", "10.in-addr.arpa." },
		{ "its zone", "10.0.0.0/8", "10.in-addr.arpa", "10.in-addr.arpa." },
		{ "above the network", "10.0.0.0/8", "in-addr.arpa", NULL },
		{ "a network within an octet", "172.16.0.0/12", "1.0.31.172.in-addr.arpa",
		        "31.172.in-addr.arpa." },
		{ "the next one", "172.16.0.0/12", "1.0.32.172.in-addr.arpa", NULL },
		{ "above a network within an octet", "172.16.0.0/12", "172.in-addr.arpa", NULL },
		{ "a name below a reverse name", "10.0.0.0/8", "_x._tcp.1.0.0.10.in-addr.arpa",
		        "10.in-addr.arpa." },
		{ "a part of a delegation without classes", "192.168.0.0/16",
		        "5.0-25.1.168.192.in-addr.arpa", "168.192.in-addr.arpa." },
		{ "a label that is no number", "10.0.0.0/8", "010.in-addr.arpa", NULL },
		{ "a label that is too great", "0.0.0.0/8", "256.in-addr.arpa", NULL },
		{ "another zone's in-addr.arpa", "10.0.0.0/8", "10.xin-addr.arpa", NULL },
		{ "IPv6", "fd00::/8", "1.0.d.f.ip6.arpa", "d.f.ip6.arpa." },
		{ "a network within a digit", "fe80::/10", "b.e.f.ip6.arpa", "b.e.f.ip6.arpa." },
		{ "the next digit", "fe80::/10", "c.e.f.ip6.arpa", NULL },
		{ "a label that is no digit", "10.0.0.0/8", "ab.in-addr.arpa", NULL },
		{ "two digits where one must be", "fd00::/8", "fd.ip6.arpa", NULL },
		{ "no digit at all", "::/0", "g.ip6.arpa", "ip6.arpa." },
		{ "a label that ends like the zone", "10.0.0.0/8", "10.a\\007in-addr.arpa", NULL },
		{ "a reverse name from its server", "10.0.0.0/8 from 10.8.0.1", "10.in-addr.arpa",
		        "10.in-addr.arpa." },
		{ "a reverse name from another server", "10.0.0.0/8 from 10.8.0.2",
		        "10.in-addr.arpa", NULL },
		{ "IPv4 is not IPv6", "0.0.0.0/8", "0.ip6.arpa", NULL },
		{ "a name of one label is only single", "*", "router", NULL },
		{ "from its server", "lan from 10.8.0.1", "a.lan", "lan." },
		{ "from its server's network", "lan from 10.8.0.0/24", "a.lan", "lan." },
		{ "from another server", "lan from 10.8.0.2", "a.lan", NULL },
		{ "from another server, then from this one", "lan from 10.8.0.2,lan from 10.8.0.1",
		        "a.lan", "lan." },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct local_names list = list_of(rows[i].list);
		struct name name, top;
		char text[NAME_TEXT_SIZE];

		assert_true(name_from_text(rows[i].name, &name));
		const struct local_name *local =
		        local_above(&list, &name, span_of("\12\10\0\1", 4), &top);
		assert_row(rows[i].why, !!local == !!rows[i].top);
		if (local)
			assert_string_equal(name_text(&top, text), rows[i].top);
		assert_null(local_above(NULL, &name, span_of(NULL, 0), &top));
	}
}

static void a_full_list_takes_no_more(void **state)
{
	(void)state;
	static struct local_names list;
	struct local_name local;

	assert_true(local_read("lan", &local));
	for (unsigned i = 0; i < LOCAL_NAMES_MAX; i++)
		assert_true(local_add(&list, &local));
	assert_false(local_add(&list, &local));
}

/* Of RFC 6303, RFC 7793 and the others that the default is made of. */
static void the_default_has_the_zones_of_the_rfcs(void **state)
{
	(void)state;
	static const char *const local[] = { "localhost", "a.localhost", "router.lan",
		"x.home.arpa", "x.internal", "x.local", "x.alt", "_dns.resolver.arpa",
		"1.1.168.192.in-addr.arpa", "1.0.0.127.in-addr.arpa", "7.100.51.198.in-addr.arpa",
		"255.255.255.255.in-addr.arpa", "9.0.64.100.in-addr.arpa",
		"9.0.127.100.in-addr.arpa", "0.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa",
		"d.f.ip6.arpa", "8.e.f.ip6.arpa" };
	static const char *const global[] = { "www.example.org", "localhost.example.org", "arpa",
		"ipv4only.arpa", "8.8.8.8.in-addr.arpa", "1.0.63.100.in-addr.arpa",
		"1.0.128.100.in-addr.arpa", "1.0.15.172.in-addr.arpa", "c.f.ip6.arpa", "test",
		"254.255.255.255.in-addr.arpa" };
	struct config c;
	struct name name, top;

	assert_int_equal(config_defaults(&c), 0);
	for (size_t i = 0; i < COUNT(local); i++) {
		assert_true(name_from_text(local[i], &name));
		assert_row(local[i], local_above(c.local_names, &name, span_of(NULL, 0), &top));
	}
	for (size_t i = 0; i < COUNT(global); i++) {
		assert_true(name_from_text(global[i], &name));
		assert_row(global[i], !local_above(c.local_names, &name, span_of(NULL, 0), &top));
	}
	assert_true(name_from_text("router", &name));
	assert_non_null(local_single(c.local_names, &name, span_of(NULL, 0)));
	assert_int_equal(c.local_zones->count, 0);
	config_fini(&c);
}

/* ---- The judgement ---- */

/* All records are forged or local: nothing of it is signed, unless a `|` says so. */
static void only_local_records_need_no_proof(void **state)
{
	(void)state;
	static const struct {
		const char *why, *list, *question;
		unsigned rcode;
		const char *records, *passes; /* NULL: refused */
		enum reason reason;
	} rows[] = {
		{ "an address", "lan", "router.lan A", 0, "router.lan A 192.168.1.1",
		        "router.lan/A", REASON_LOCAL_NAME },
		{ "a denial", "lan", "nowhere.lan A", 3, "> lan SOA", "> lan/SOA",
		        REASON_LOCAL_NAME },
		{ "no data", "lan", "router.lan AAAA", 0, "", "", REASON_LOCAL_NAME },
		{ "a reverse name", "192.168.0.0/16", "1.1.168.192.in-addr.arpa PTR", 0,
		        "1.1.168.192.in-addr.arpa PTR router.lan", "1.1.168.192.in-addr.arpa/PTR",
		        REASON_LOCAL_NAME },
		{ "not listed", "home", "router.lan A", 0, "router.lan A 192.168.1.1", NULL,
		        REASON_RRSIG_MISSING },
		{ "not local, the operator removed all", "", "router.lan A", 0,
		        "router.lan A 192.168.1.1", NULL, REASON_RRSIG_MISSING },
		/* The attacker: a local name leads to the bank, whose address he makes up. */
		{ "an alias to a signed name with a forged address", "lan", "router.lan A", 0,
		        "router.lan CNAME www.example.test\nwww.example.test A 203.0.113.66", NULL,
		        REASON_RRSIG_MISSING },
		{ "an alias to a signed name with its address", "lan", "router.lan A", 0,
		        "router.lan CNAME www.example.test\n"
		        "www.example.test A 192.0.2.1 | example.test",
		        "router.lan/CNAME www.example.test/A", REASON_LOCAL_NAME },
		{ "an alias to a signed name that is denied", "lan", "router.lan A", 3,
		        "router.lan CNAME nowhere.example.test", NULL, REASON_DENIAL_MISSING },
		{ "a record of another name beside it", "lan", "router.lan A", 0,
		        "router.lan A 192.168.1.1\nwww.example.test A 203.0.113.66", "router.lan/A",
		        REASON_LOCAL_NAME },
		{ "records of other names after it", "lan", "router.lan A", 0,
		        "router.lan A 192.168.1.1\n> example.test NS ns.lan\n"
		        "+ www.example.test A 203.0.113.66",
		        "router.lan/A", REASON_LOCAL_NAME },
		{ "a DNAME that moves all of it to a signed zone", "lan", "www.lan A", 0,
		        "lan DNAME example.test\nwww.lan CNAME www.example.test\n"
		        "www.example.test A 203.0.113.66",
		        NULL, REASON_RRSIG_MISSING },
		/* Names of one label: only if the root proves that there is no such zone. */
		{ "a single name", "*", "router A", 0, "router A 192.168.1.1", "router/A",
		        REASON_LOCAL_NAME },
		{ "a single name without this type", "*", "router AAAA", 0, "", "",
		        REASON_LOCAL_NAME },
		{ "a single name that is not listed", "lan", "router A", 0, "router A 192.168.1.1",
		        NULL, REASON_RRSIG_MISSING },
		{ "a top-level domain", "*", "test A", 0, "test A 203.0.113.66", NULL,
		        REASON_RRSIG_MISSING },
		{ "the denial of a top-level domain", "*", "test A", 3, "", NULL,
		        REASON_DENIAL_MISSING },
		{ "an NS that would make a single name a zone", "*", "router NS", 0,
		        "router NS ns.attacker.example", NULL, REASON_RRSIG_MISSING },
		{ "an SOA that would make it one", "*", "router SOA", 0, "router SOA", NULL,
		        REASON_RRSIG_MISSING },
		{ "the lack of keys is denied by the root alone", "*", "router DNSKEY", 0, "", NULL,
		        REASON_DENIAL_MISSING },
		{ "a single name of another server", "* from 192.0.2.53", "router A", 0,
		        "router A 192.168.1.1", NULL, REASON_RRSIG_MISSING },
		{ "a DS is denied by the root alone", "*", "router DS", 0, "", NULL,
		        REASON_DENIAL_MISSING },
		{ "a name below a single name", "*", "www.router A", 0, "www.router A 192.168.1.1",
		        NULL, REASON_RRSIG_MISSING },
		/* RFC 6761, 6.3 */
		{ "localhost", "localhost", "localhost A", 0, "localhost A 127.0.0.1",
		        "localhost/A", REASON_LOCAL_NAME },
		{ "localhost, IPv6", "localhost", "localhost AAAA", 0, "localhost AAAA ::1",
		        "localhost/AAAA", REASON_LOCAL_NAME },
		{ "below localhost", "localhost", "app.localhost A", 0, "app.localhost A 127.0.0.2",
		        "app.localhost/A", REASON_LOCAL_NAME },
		{ "localhost is elsewhere", "localhost", "localhost A", 0,
		        "localhost A 203.0.113.66", NULL, REASON_NOT_LOOPBACK },
		{ "localhost is here and elsewhere", "localhost", "localhost A", 0,
		        "localhost A 127.0.0.1 203.0.113.66", NULL, REASON_NOT_LOOPBACK },
		{ "localhost is elsewhere, IPv6", "localhost", "localhost AAAA", 0,
		        "localhost AAAA 2001:db8::66", NULL, REASON_NOT_LOOPBACK },
		{ "localhost is an alias", "localhost", "localhost A", 0,
		        "localhost CNAME router.lan\nrouter.lan A 127.0.0.1", NULL,
		        REASON_NOT_LOOPBACK },
		{ "an alias within localhost", "localhost", "a.localhost A", 0,
		        "a.localhost CNAME localhost\nlocalhost A 127.0.0.1",
		        "a.localhost/CNAME localhost/A", REASON_LOCAL_NAME },
		{ "an alias to a localhost elsewhere", "localhost,lan", "router.lan A", 0,
		        "router.lan CNAME localhost\nlocalhost A 203.0.113.66", NULL,
		        REASON_NOT_LOOPBACK },
		{ "an alias that cannot be read", "localhost", "localhost A", 0,
		        "localhost CNAME #05", NULL, REASON_NOT_LOOPBACK },
		{ "an address that is none", "localhost", "localhost A", 0, "localhost A #7f00",
		        NULL, REASON_NOT_LOOPBACK },
		{ "a text", "localhost", "localhost TXT", 0, "localhost TXT here", "localhost/TXT",
		        REASON_LOCAL_NAME },
		{ "a browser is sent elsewhere", "localhost", "app.localhost HTTPS", 0,
		        "app.localhost HTTPS #0001037777770465766c6c00", NULL,
		        REASON_NOT_LOOPBACK },
		{ "a DNAME to elsewhere", "localhost", "a.localhost A", 0,
		        "localhost DNAME example.test\na.localhost CNAME a.example.test", NULL,
		        REASON_NOT_LOOPBACK },
		{ "no localhost", "localhost", "localhost A", 3, "", "", REASON_LOCAL_NAME },
		{ "the loopback's name", "127.0.0.0/8", "1.0.0.127.in-addr.arpa PTR", 0,
		        "1.0.0.127.in-addr.arpa PTR localhost", "1.0.0.127.in-addr.arpa/PTR",
		        REASON_LOCAL_NAME },
		{ "the loopback's name below localhost", "127.0.0.0/8",
		        "1.0.0.127.in-addr.arpa PTR", 0, "1.0.0.127.in-addr.arpa PTR app.localhost",
		        "1.0.0.127.in-addr.arpa/PTR", REASON_LOCAL_NAME },
		{ "the loopback's name, of one label", "127.0.0.0/8", "1.0.0.127.in-addr.arpa PTR",
		        0, "1.0.0.127.in-addr.arpa PTR myhost", "1.0.0.127.in-addr.arpa/PTR",
		        REASON_LOCAL_NAME },
		{ "the loopback is called the bank", "127.0.0.0/8", "1.0.0.127.in-addr.arpa PTR", 0,
		        "1.0.0.127.in-addr.arpa PTR www.example.test", NULL, REASON_NOT_LOOPBACK },
		{ "the loopback is called the bank, by way of an alias", "127.0.0.0/8",
		        "1.0.0.127.in-addr.arpa PTR", 0,
		        "1.0.0.127.in-addr.arpa CNAME x.unsigned.test\n"
		        "x.unsigned.test PTR www.example.test",
		        NULL, REASON_NOT_LOOPBACK },
		{ "by way of a DNAME", "127.0.0.0/8", "1.0.0.127.in-addr.arpa PTR", 0,
		        "0.0.127.in-addr.arpa DNAME unsigned.test\n"
		        "1.0.0.127.in-addr.arpa CNAME 1.unsigned.test\n"
		        "1.unsigned.test PTR www.example.test",
		        NULL, REASON_NOT_LOOPBACK },
		{ "a DNAME for another name, which a resolver keeps for the loopback",
		        "127.0.0.0/8", "5.0.0.127.in-addr.arpa PTR", 0,
		        "0.127.in-addr.arpa DNAME unsigned.test\n"
		        "5.0.0.127.in-addr.arpa CNAME 5.0.unsigned.test\n"
		        "5.0.unsigned.test PTR www.example.test",
		        NULL, REASON_NOT_LOOPBACK },
		{ "the same for IPv6", "::/8", "5.0.0.ip6.arpa PTR", 0,
		        "0.0.ip6.arpa DNAME unsigned.test\n"
		        "5.0.0.ip6.arpa CNAME 5.unsigned.test\n"
		        "5.unsigned.test PTR www.example.test",
		        NULL, REASON_NOT_LOOPBACK },
		{ "a DNAME beside the loopback", "127.0.0.0/8", "5.1.0.127.in-addr.arpa PTR", 0,
		        "1.0.127.in-addr.arpa DNAME x.unsigned.test\n"
		        "5.1.0.127.in-addr.arpa CNAME 5.x.unsigned.test\n"
		        "5.x.unsigned.test PTR www.example.test",
		        "1.0.127.in-addr.arpa/DNAME 5.1.0.127.in-addr.arpa/CNAME "
		        "5.x.unsigned.test/PTR",
		        REASON_LOCAL_NAME },
		{ "the loopback's name by way of localhost", "127.0.0.0/8,localhost",
		        "1.0.0.127.in-addr.arpa PTR", 0,
		        "1.0.0.127.in-addr.arpa CNAME a.localhost\na.localhost PTR localhost",
		        "1.0.0.127.in-addr.arpa/CNAME a.localhost/PTR", REASON_LOCAL_NAME },
		{ "the loopback is called what cannot be read", "127.0.0.0/8",
		        "1.0.0.127.in-addr.arpa PTR", 0, "1.0.0.127.in-addr.arpa PTR #05", NULL,
		        REASON_NOT_LOOPBACK },
		{ "the loopback of IPv6 is called the bank", "::1/128",
		        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa "
		        "PTR",
		        0,
		        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa "
		        "PTR "
		        "www.example.test",
		        NULL, REASON_NOT_LOOPBACK },
		{ "a name above it is nobody's address", "127.0.0.0/8", "0.0.127.in-addr.arpa PTR",
		        0, "0.0.127.in-addr.arpa PTR www.example.test", "0.0.127.in-addr.arpa/PTR",
		        REASON_LOCAL_NAME },
		{ "a name below it, neither", "127.0.0.0/8", "x.1.0.0.127.in-addr.arpa PTR", 0,
		        "x.1.0.0.127.in-addr.arpa PTR www.example.test",
		        "x.1.0.0.127.in-addr.arpa/PTR", REASON_LOCAL_NAME },
		{ "a PTR that is no reverse name", "lan", "x.lan PTR", 0,
		        "x.lan PTR www.example.test", "x.lan/PTR", REASON_LOCAL_NAME },
		{ "the owner's own name of 127.0.1.1", "127.0.0.0/8", "1.1.0.127.in-addr.arpa PTR",
		        0, "1.1.0.127.in-addr.arpa PTR my.example.test",
		        "1.1.0.127.in-addr.arpa/PTR", REASON_LOCAL_NAME },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct local_names list = { 0 };
		struct judge *j = judge_new();

		if (rows[i].list[0])
			list = list_of(rows[i].list);
		j->store.local_names = &list;
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, ASK_AD);
		assert_judged(j, rows[i].why, rows[i].passes ? STATUS_INSECURE : STATUS_BOGUS,
		        rows[i].reason);
		const struct message *sent = judge_delivered(j, msg_span(&j->response));
		assert_row(rows[i].why, !(sent->flags & FLAG_AD));
		if (rows[i].passes)
			assert_string_equal(judge_list(sent), rows[i].passes);
		judge_free(j);
	}
}

/* ---- A local zone that one server has ---- */

#define CORP   "db.example.test A"
#define HIDDEN "db.example.test A 10.1.2.3"

static void judge_from(struct judge *j, const char *server, unsigned expected_status)
{
	store_set_server(&j->store, span_of(server, 4));
	judge_text(j, CORP, 0, HIDDEN, ASK_PLAIN);
	assert_int_equal(j->result.outcome.status, expected_status);
}

/* The attacker knows what the server of the VPN answers, and sends the same octets from another
 * server; or the address in them is one that he can use outside the VPN. */
static void what_one_server_may_say_another_may_not(void **state)
{
	(void)state;
	struct local_names list = list_of("example.test from 10.8.0.1");
	struct judge *j = judge_new();
	struct client_query asked = judge_asked(CORP, ASK_PLAIN);

	j->store.local_zones = &list;
	judge_from(j, "\12\10\0\2", STATUS_BOGUS);
	store_set_server(&j->store, span_of("\12\10\0\1", 4));
	judge_begin(j, CORP, 0);
	judge_write(j, HIDDEN);
	judge_alone(j, &asked, msg_span(&j->response));
	assert_judged(j, "from its server", STATUS_INSECURE, REASON_LOCAL_NAME);
	assert_false(judge_recall(j, &asked, msg_span(&j->response)));
	judge_from(j, "\12\10\0\2", STATUS_BOGUS);
	store_set_server(&j->store, span_of(NULL, 0)); /* not known */
	judge_text(j, CORP, 0, HIDDEN, ASK_PLAIN);
	assert_judged(j, "from nowhere", STATUS_BOGUS, REASON_RRSIG_MISSING);
	judge_free(j);
}

/* So is a name of one label, if one server has it. */
static void a_single_name_of_one_server_is_not_remembered(void **state)
{
	(void)state;
	struct local_names list = list_of("* from 10.8.0.1");
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("router A", ASK_PLAIN);

	j->store.local_zones = &list;
	store_set_server(&j->store, span_of("\12\10\0\1", 4));
	judge_text(j, "router DS", 0, "", ASK_DO); /* the root is asked, and known from then on */
	judge_begin(j, "router A", 0);
	judge_write(j, "router A 192.168.1.1");
	judge_alone(j, &asked, msg_span(&j->response));
	assert_judged(j, "from its server", STATUS_INSECURE, REASON_LOCAL_NAME);
	assert_false(judge_recall(j, &asked, msg_span(&j->response)));
	judge_free(j);
}

/* What the whole list may say is remembered: the second response costs no judgement. */
static void a_local_response_is_recalled(void **state)
{
	(void)state;
	struct local_names list = list_of("lan");
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("router.lan A", ASK_PLAIN);

	j->store.local_names = &list;
	judge_text(j, "router.lan A", 0, "router.lan A 192.168.1.1", ASK_PLAIN);
	assert_true(judge_recall(j, &asked, msg_span(&j->response)));
	assert_int_equal(j->fetches, 0);
	judge_free(j);
}

/* A key for a zone of one's own below a local name holds. */
static void an_anchor_below_a_local_name_is_stronger(void **state)
{
	(void)state;
	struct local_names list = list_of("test");
	struct judge *j = judge_new();
	struct anchors *anchors = judge_anchors(j, ". example.test");

	j->store.local_names = &list;
	j->store.anchors = anchors;
	judge_text(j, "www.other.test A", 0, "www.other.test A 10.0.0.1", ASK_PLAIN);
	assert_judged(j, "below the local name", STATUS_INSECURE, REASON_LOCAL_NAME);
	judge_text(j, "www.example.test A", 0, "www.example.test A 10.0.0.1", ASK_PLAIN);
	assert_judged(j, "below the anchor", STATUS_BOGUS, REASON_RRSIG_MISSING);
	j->store.anchors = j->anchors;
	anchors_free(anchors);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_name_is_local_from_the_listed_name_down),
		cmocka_unit_test(a_full_list_takes_no_more),
		cmocka_unit_test(the_default_has_the_zones_of_the_rfcs),
		cmocka_unit_test(only_local_records_need_no_proof),
		cmocka_unit_test(what_one_server_may_say_another_may_not),
		cmocka_unit_test(a_single_name_of_one_server_is_not_remembered),
		cmocka_unit_test(a_local_response_is_recalled),
		cmocka_unit_test(an_anchor_below_a_local_name_is_stronger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
