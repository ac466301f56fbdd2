/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "written.h"

#include <errno.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/log.h"
#include "config/address.h"
#include "config/config_ntas.h"
#include "config/config_show.h"
#include "config/config_table.h"
#include "gate/policy.h"

static void an_empty_file_means_the_defaults(void **state)
{
	struct config c, defaults;
	struct complaint error;

	(void)state;
	config_defaults(&defaults);
	assert_int_equal(load("", &c, &error), 0);
	assert_config_equal(&c, &defaults);

	assert_int_equal(c.role, ROLE_HOST);
	assert_int_equal(c.mode, MODE_ENFORCE);
	assert_int_equal(c.queue_count, 1);
	assert_false(c.queue_fail_open);
	assert_false(c.queue_bypass);
	assert_string_equal(c.trust_anchor, "/usr/share/dns/root.key");
	assert_int_equal(c.resolvers.count, 0);
	assert_int_equal(c.log_level, LOG_LEVEL_INFO);
	assert_int_equal(c.before_clock->count, 8);
	assert_int_equal(c.before_clock->names[0].labels, 3);
	config_fini(&c);
	config_fini(&defaults);
}

/* Otherwise responses are dropped although park_ms is as long as can be. */
static void a_wait_beyond_the_end_of_its_question_is_doubted(void **state)
{
	static const struct {
		const char *why, *text, *line; /* NULL: no doubt */
	} rows[] = {
		{ "the defaults", "", NULL },
		{ "as long as the question lasts", "park_ms = 20000;\nflow_timeout_ms = 20000;\n",
		        NULL },
		{ "longer", "role = \"host\";\npark_ms = 20000;\n", ":2: park_ms (20000) is" },
		{ "longer, because the question was made short", "flow_timeout_ms = 9000;\n",
		        ":1: park_ms (10000) is" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		struct complaint error;

		assert_row(rows[i].why, load(rows[i].text, &c, &error) == 0);
		if (rows[i].line)
			assert_row(rows[i].why, strstr(c.doubt.text, rows[i].line));
		else
			assert_row(rows[i].why, c.doubt.text[0] == '\0');
		config_fini(&c);
	}
}

static void every_default_is_allowed(void **state)
{
	struct complaint error;
	struct config c, defaults;

	(void)state;
	config_defaults(&defaults);
	char *text = shown(&defaults);
	assert_int_equal(load(text, &c, &error), 0);
	assert_config_equal(&c, &defaults);
	free(text);
	config_fini(&c);
	config_fini(&defaults);
}

static void values_of_a_file_replace_the_defaults(void **state)
{
	struct config c;
	struct complaint error;
	char address[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(load("role = \"gateway\"; mode = \"monitor\";\n"
	                      "queue = { first = 7; count = 4; fail_open = true; };\n"
	                      "queue.length = 100;\n"
	                      "parked = 50L;\n",
	                         &c, &error),
	        -EINVAL); /* "queue.length" is only read inside its group */

	assert_int_equal(
	        load("role = \"gateway\"; mode = \"monitor\";\n"
	             "queue = { first = 7; count = 4; length = 0x80; fail_open = true; };\n"
	             "parked = 50L; checking_disabled = \"judge\"; log_level = \"debug\";\n"
	             "trust_anchor = \"/etc/anchor\";\n"
	             "resolver = [ \"192.0.2.1\", \"[2001:db8::1]:5353\" ];\n",
	                &c, &error),
	        0);
	assert_int_equal(c.role, ROLE_GATEWAY);
	assert_int_equal(c.mode, MODE_MONITOR);
	assert_int_equal(c.queue_first, 7);
	assert_int_equal(c.queue_count, 4);
	assert_int_equal(c.queue_length, 128);
	assert_true(c.queue_fail_open);
	assert_int_equal(c.limits.parked, 50);
	assert_int_equal(c.checking_disabled, CHECKING_DISABLED_JUDGE);
	assert_int_equal(c.log_level, LOG_LEVEL_DEBUG);
	assert_string_equal(c.trust_anchor, "/etc/anchor");
	assert_int_equal(c.resolvers.count, 2);
	address_write(&c.resolvers.items[1], address);
	assert_string_equal(address, "[2001:db8::1]:5353");
	config_fini(&c);
}

static void a_list_of_words_has_a_bit_for_each(void **state)
{
	(void)state;
	static const struct {
		const char *text, *shown;
		uint32_t bits;
	} rows[] = {
		{ "", "dns64_discovery = [ ];", 0 },
		{ "dns64_discovery = [ ];", "dns64_discovery = [ ];", 0 },
		{ "dns64_discovery = [ \"ra\" ];", "dns64_discovery = [ \"ra\" ];",
		        1 << DNS64_BY_RA },
		{ "resolver = [ \"192.0.2.1\" ];\ndns64_discovery = [ \"ra\", \"dns\", \"ra\" ];",
		        "dns64_discovery = [ \"dns\", \"ra\" ];",
		        1 << DNS64_BY_DNS | 1 << DNS64_BY_RA },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		struct complaint error = { "" };

		assert_row(error.text, load(rows[i].text, &c, &error) == 0);
		assert_row(rows[i].text, c.dns64_discovery == rows[i].bits);
		char *text = shown(&c);
		assert_row(rows[i].shown, strstr(text, rows[i].shown));
		free(text);
		config_fini(&c);
	}
}

/* libconfig reads a number without an L at its end as 32 bits with a sign. */
static void marks_are_read_and_shown_as_32_bits(void **state)
{
	static const struct {
		const char *text;
		uint32_t mask, own, relay;
	} rows[] = {
		{ "", 0x30000000, 0x10000000, 0x20000000 },
		{ "mark = { mask = 0xC0000000; own = 0x80000000; relay = 0x40000000; };",
		        0xc0000000, 0x80000000, 0x40000000 },
		{ "mark = { mask = 0xC0000000L; own = 0x80000000L; relay = 0x40000000L; };",
		        0xc0000000, 0x80000000, 0x40000000 },
		{ "mark = { mask = 0x0f; own = 1; relay = 8; };", 0xf, 1, 8 },
		{ "mark = { mask = 0xf7ffffff; own = 0xf0000000; relay = 1; };", 0xf7ffffff,
		        0xf0000000, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		struct complaint error;

		assert_row(rows[i].text, load(rows[i].text, &c, &error) == 0);
		for (int again = 0; again < 2; again++) {
			assert_row(rows[i].text, c.mark_mask == rows[i].mask &&
			                                 c.mark_own == rows[i].own &&
			                                 c.mark_relay == rows[i].relay);
			char *text = shown(&c);
			config_fini(&c);
			assert_row(rows[i].text, load(text, &c, &error) == 0);
			free(text);
		}
		config_fini(&c);
	}
}

static void an_error_names_the_file_the_line_and_the_key(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "an unknown key", "mode = \"enforce\";\nmodus = 1;\n",
		        ":2: there is no key \"modus\"" },
		{ "an unknown key of a group", "queue = {\n\n  size = 1; };",
		        ":3: there is no key \"queue.size\"" },
		{ "a key that is almost one", "resolvers = [];",
		        ":1: there is no key \"resolvers\" (did you mean \"resolver\"?)" },
		{ "a key of a group outside of it", "bypass = true;",
		        ":1: there is no key \"bypass\" (did you mean \"queue.bypass\"?)" },
		{ "a key in another group", "queue = { mark_bit = 20; };",
		        ":1: there is no key \"queue.mark_bit\" (did you mean "
		        "\"shortcut.mark_bit\"?)" },
		{ "a link-local resolver without its interface", "\nresolver = [ \"fe80::1\" ];",
		        ":2: resolver: the link-local address fe80::1 needs an interface" },
		{ "a resolver with an interface that it cannot have",
		        "\nresolver = [ \"192.0.2.1%eth0\" ];",
		        ":2: resolver must be a list of at most 8 addresses" },
		{ "a server of a signer on one interface, which rules cannot say",
		        "\nsign = { servers = [ \"fe80::1%eth0\" ]; };",
		        ":2: sign.servers must be a list" },
		{ "an unknown group", "\nqueues = { count = 1; };",
		        ":2: there is no key \"queues\"" },
		{ "a value in place of a group", "queue = 3;", ":1: there is no key \"queue\"" },
		{ "a group in place of a value", "mode = { a = 1; };",
		        ":1: mode must be \"enforce\"" },
		{ "an unknown word", "mode = \"Enforce\";",
		        ":1: mode must be \"enforce\" or \"monitor\"" },
		{ "an empty word", "log_level = \"\";",
		        ":1: log_level must be \"error\" or \"warning\" or \"info\" or \"debug\"" },
		{ "too small a number", "queue = { count = 0; };",
		        ":1: queue.count must be a number from 1 to 64" },
		{ "too great a number", "queue = { first = 65536; };",
		        ":1: queue.first must be a number from 0 to 65535" },
		{ "a number below zero", "queue = { first = -1; };", "from 0 to 65535" },
		{ "a number that 32 bits would make small", "flows = 4294967396L;",
		        ":1: flows must be" },
		{ "a number as text", "flows = \"100\";", ":1: flows must be a number" },
		{ "a fraction", "flows = 100.5;", ":1: flows must be a number" },
		{ "a switch as a number", "queue = { bypass = 1; };",
		        ":1: queue.bypass must be true or false" },
		{ "a relative path", "trust_anchor = \"root.key\";",
		        ":1: trust_anchor must be the path" },
		{ "one interface instead of a list", "shortcut = { interfaces = \"lan0\"; };",
		        ":1: shortcut.interfaces must be a list" },
		{ "an interface with a quote",
		        "role = \"gateway\"; shortcut = { interfaces = [ \"a\\\"b\" ]; };",
		        ":1: shortcut.interfaces must be a list" },
		{ "an interface that is too long",
		        "shortcut = { interfaces = [ \"a234567890123456\" ]; };",
		        ":1: shortcut.interfaces must be a list" },
		{ "one inside interface instead of a list", "inside = \"lan0\";",
		        ":1: inside must be a list" },
		{ "an interface name that iptables reads as a pattern", "inside = [ \"lan+\" ];",
		        ":1: inside must be a list" },
		{ "a mark of 0", "mark = { own = 0; };", ":1: mark.own must be a number from 0x1" },
		{ "a mark as text", "mark = { own = \"0x1\"; };", ":1: mark.own must be a number" },
		{ "a mark of more than 32 bits", "mark = { mask = 0x130000000L; };",
		        ":1: mark.mask must be a number" },
		{ "a mark below zero", "mark = { mask = -1; };", ":1: mark.mask must be a number" },
		{ "a mark outside its mask", "\nmark = { own = 0x50000000; };",
		        ":2: mark.own and mark.relay must lie in mark.mask" },
		{ "a mask without one of the marks", "\nmark = { mask = 0x10000000; };",
		        ":2: mark.own and mark.relay must lie in mark.mask" },
		{ "the same mark twice", "mark = { own = 0x20000000; };",
		        ":1: mark.own and mark.relay must differ" },
		{ "the bit of the shortcut inside the mask", "\nshortcut = { mark_bit = 28; };",
		        ":2: mark.mask must not contain the bit of shortcut.mark_bit, "
		        "0x10000000" },
		{ "a shortcut on a host", "\nshortcut = { interfaces = [ \"lan0\" ]; };",
		        ":2: shortcut.interfaces works only with the roles" },
		{ "a shortcut with two queues",
		        "role = \"both\"; queue = { count = 2; };\n"
		        "shortcut = { interfaces = [ \"lan0\" ]; };",
		        ":2: shortcut.interfaces needs queue.count = 1" },
		{ "one resolver instead of a list", "resolver = \"192.0.2.1\";",
		        ":1: resolver must be a list" },
		{ "a resolver with a name", "resolver = [ \"dns.example\" ];",
		        ":1: resolver must be a list" },
		{ "too many resolvers",
		        "resolver = [ \"::1\", \"::2\", \"::3\", \"::4\", \"::5\", \"::6\", "
		        "\"::7\", "
		        "\"::8\", \"::9\" ];",
		        ":1: resolver must be a list of at most 8" },
		{ "a way to find prefixes that there is not", "\ndns64_discovery = [ \"dhcp\" ];",
		        ":2: dns64_discovery must be a list of \"dns\" or \"ra\", or [ ]" },
		{ "one way instead of a list", "dns64_discovery = \"ra\";",
		        ":1: dns64_discovery must be a list of \"dns\" or \"ra\", or [ ]" },
		{ "a way that is a number", "dns64_discovery = [ 1 ];",
		        ":1: dns64_discovery must be a list" },
		{ "nobody to be asked for prefixes",
		        "resolver = [ ];\ndns64_discovery = [ \"ra\", \"dns\" ];",
		        ":2: dns64_discovery = [ \"dns\" ] asks the servers of resolver" },
		{ "another word than pass", "\nblocked = \"drop\";",
		        ":2: blocked must be \"servfail\" or \"pass\"" },
		{ "an unjudged server with a name", "unjudged_servers = [ \"ns.example\" ];",
		        ":1: unjudged_servers must be a list of at most 32 addresses or networks" },
		{ "one local name instead of a list", "local_names = \"lan\";",
		        ":1: local_names must be a list of at most 128 names" },
		{ "a local name that is none", "local_zones = [ \"lan\",\n\"a..b\" ];",
		        ":2: local_zones: \"a..b\" is no domain name" },
		{ "everything is local", "local_zones = [ \".\" ];",
		        ":1: local_zones: \".\" is no domain name" },
		{ "a local name from a server with a name",
		        "local_zones = [ \"corp.example from vpn.example\" ];",
		        "\"from\" is no address or network" },
		{ "a local name that is a number", "local_names = [ 10 ];",
		        ":1: local_names must be a list" },
		{ "bad syntax", "mode = \"enforce\";\nrole =\n", ":3: syntax error" },
		{ "a key twice", "flows = 100;\nflows = 200;\n",
		        ":2: \"flows\" is set for the second time: keep one of the two" },
		{ "a key twice in one line", "role = \"host\"; flows = 1; flows = 2;",
		        ":1: \"flows\" is set for the second time" },
		{ "a key twice, after a string and before a comment like keys",
		        "resolver = [ \"flows = 1;\\\" flows = 1;\" ];\nflows = 1;\n"
		        "/* 1 */ flows : 2; # role = 1; role = 2",
		        ":3: \"flows\" is set for the second time" },
		{ "a key twice in a group", "queue = {\n\tcount = 1;\n\tcount = 2; };",
		        ":3: \"count\" is set for the second time" },
		{ "a group twice", "queue = { count = 1; };\nqueue = { first = 1; };",
		        ":2: \"queue\" is set for the second time" },
		{ "a key twice, and its value in another line", "flows = 100;\nflows\n= 200;\n",
		        ":2: a key is set for the second time" },
		{ "queues past the last", "\nqueue = { first = 65533; count = 2; };",
		        ":2: queue.first + 2 * queue.count must be at most 65536" },
		{ "more parked responses than the queue holds",
		        "queue = { length = 64; };\nparked = 64;",
		        ":2: parked must be less than queue.length, which is 64" },
		{ "a queue that is shorter than the default of parked", "queue = { length = 64; };",
		        ":1: parked must be less than queue.length, which is 64" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		struct complaint error = { "" };

		assert_row(rows[i].why, load(rows[i].text, &c, &error) == -EINVAL);
		assert_row(rows[i].why, strncmp(error.text, path, strlen(path)) == 0);
		if (!strstr(error.text, rows[i].says))
			fail_msg("%s: says \"%s\", not \"%s\"", rows[i].why, error.text,
			        rows[i].says);
	}
}

/* An operator forgets such an entry, and the zone stays unprotected, or stays broken. */
static void a_negative_trust_anchor_that_is_dubious_is_told_with_its_line(void **state)
{
	enum { NOW = 1800000000 }; /* in 2027 */
	static const struct {
		const char *why, *text;
		const char *says; /* of the only entry; NULL: nothing */
	} rows[] = {
		{ "with an end", "\"a.example until 20280101000000\"", NULL },
		{ "its time is over", "\"a.example until 20270115080000\"",
		        ":2: negative_trust_anchors: \"a.example. until 20270115080000\": its time "
		        "is over" },
		{ "one second is left", "\"a.example until 20270115080001\"", NULL },
		{ "no end", "\n\"a.example\"",
		        ":3: negative_trust_anchors: \"a.example.\": it has no "
		        "end" },
		{ "every name", "\". until 20280101000000\"",
		        "it turns validation off for every name" },
		{ "every name, without an end", "\".\"", "it turns validation off for every name" },
		{ "a zone twice: the later entry holds",
		        "\"a.example until 20200101000000\",\n\"A.example until 20280101000000\"",
		        NULL },
		{ "a zone twice: the place is that of the later entry",
		        "\"a.example until 20280101000000\",\n\"a.example\"", ":3: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint error, why = { "" };
		struct config c;
		char text[200];

		snprintf(text, sizeof(text), "flows = 100;\nnegative_trust_anchors = [ %s ];\n",
		        rows[i].text);
		assert_row(rows[i].why, load(text, &c, &error) == 0);
		assert_int_equal(c.ntas->count, 1);
		assert_row(
		        rows[i].why, config_nta_doubt(&c, 0, NOW, &why) == (rows[i].says != NULL));
		assert_row(rows[i].why,
		        !rows[i].says || (strstr(why.text, rows[i].says) &&
		                                 strncmp(why.text, path, strlen(path)) == 0));
		config_fini(&c);
	}
}

static void a_file_that_cannot_be_read_is_an_error(void **state)
{
	static const char *const paths[] = { "/nonexistent/sealgate.conf", "/tmp", "" };
	struct complaint error;
	struct config c;
	bool found;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_int_equal(config_load(&c, paths[i], NULL, &error), -EINVAL);
	if (access(CONFIG_DEFAULT_PATH, F_OK) == 0)
		skip();
	assert_int_equal(config_load(&c, NULL, &found, &error), 0);
	assert_false(found);
	config_fini(&c);
}

/* An operator appends to the example file, which is installed as the configuration. */
static void assert_every_group_can_follow(const char *text)
{
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		const char *dot = strchr(k->path, '.');
		char longer[64 * 1024];
		struct complaint error;
		struct config c;

		if (!dot)
			continue;
		snprintf(longer, sizeof(longer), "%s%.*s = { };", text, (int)(dot - k->path),
		        k->path);
		assert_row(k->path, load(longer, &c, &error) == 0);
		config_fini(&c);
	}
}

/* The example file must load as it is, and also with the # removed from every key. */
static void the_example_file_has_every_key_and_can_be_loaded(void **state)
{
	char *text = NULL;
	struct complaint error;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct config_key *k;
	struct config c;

	(void)state;
	assert_non_null(out);
	assert_int_equal(config_example(out), 0);
	fclose(out);
	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		const char *dot = strchr(k->path, '.');
		char line[100];

		snprintf(
		        line, sizeof(line), "%s#%s = ", dot ? "\t" : "\n", dot ? dot + 1 : k->path);
		assert_row(k->path, strstr(text, line) != NULL);
	}
	assert_int_equal(load(text, &c, &error), 0);
	config_fini(&c);
	assert_every_group_can_follow(text);

	/* With the # removed from every key. */
	for (char *at = text; (at = strstr(at, "#")) != NULL; at++) {
		if (at[1] != ' ')
			*at = ' ';
	}
	assert_int_equal(load(text, &c, &error), 0);
	config_fini(&c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_the_defaults),
		cmocka_unit_test(a_wait_beyond_the_end_of_its_question_is_doubted),
		cmocka_unit_test(every_default_is_allowed),
		cmocka_unit_test(values_of_a_file_replace_the_defaults),
		cmocka_unit_test(a_list_of_words_has_a_bit_for_each),
		cmocka_unit_test(marks_are_read_and_shown_as_32_bits),
		cmocka_unit_test(an_error_names_the_file_the_line_and_the_key),
		cmocka_unit_test(a_negative_trust_anchor_that_is_dubious_is_told_with_its_line),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
		cmocka_unit_test(the_example_file_has_every_key_and_can_be_loaded),
	};
	return cmocka_run_group_tests_name("config", tests, make_file, remove_file);
}
