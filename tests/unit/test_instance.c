/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "written.h"

#include "config/instance.h"
#include "config/salvage.h"
#include "netfilter/rule_names.h"

#define ZONES "sign = { zones = ( { name = \"example\"; keys = \"/keys\"; } ); };\n"

static void names_are_short_and_plain(void **state)
{
	static const struct {
		const char *why, *name;
		bool is_good;
	} rows[] = {
		{ "a word", "signer", true },
		{ "digits and a dash", "2-a", true },
		{ "as long as can be", "abcdefgh", true },
		{ "longer", "abcdefghi", false },
		{ "none", "", false },
		{ "a dash at the start would be an option of iptables", "-a", false },
		{ "the character that ends the name in a chain", "a_b", false },
		{ "a path", "../a", false },
		{ "a space", "a b", false },
		{ "no ASCII", "\xc3\xa4", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].why, instance_name_is_good(rows[i].name) == rows[i].is_good);
}

/* The configurations of two instances on a machine, and of the one without a name. */
static void instances_share_nothing_by_default(void **state)
{
	static const char *const texts[] = {
		"",
		"instance = \"host\";\n",
		"role = \"signer\"; instance = \"signer\";\n" ZONES,
	};
	struct config c[COUNT(texts)];
	struct complaint error;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_row(texts[i], load(texts[i], &c[i], &error) == 0);
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct config *a = &c[i], *b = &c[(i + 1) % COUNT(texts)];
		uint32_t apart = a->queue_first > b->queue_first ? a->queue_first - b->queue_first
		                                                 : b->queue_first - a->queue_first;

		assert_int_equal(instance_number(a), i);
		assert_true(apart >= 128); /* of the largest queue.count */
		assert_int_not_equal(a->tcp_port, b->tcp_port);
		assert_int_equal(a->mark_mask & b->mark_mask, 0);
		assert_int_equal(a->mark_own & ~a->mark_mask, 0);
		assert_int_equal(a->mark_relay & ~a->mark_mask, 0);
		assert_string_not_equal(a->control_socket, b->control_socket);
		assert_string_not_equal(a->clock_state, b->clock_state);
		assert_string_not_equal(a->nta_state, b->nta_state);
		assert_string_not_equal(a->trust_anchor_state, b->trust_anchor_state);
		assert_string_not_equal(a->shortcut_directory, b->shortcut_directory);
	}
	assert_string_equal(c[1].control_socket, "/run/sealgate-host/control");
	assert_string_equal(c[1].clock_state, "/var/lib/sealgate-host/clock");
	for (size_t i = 0; i < COUNT(texts); i++)
		config_fini(&c[i]);
}

static void the_operators_keys_win(void **state)
{
	struct config c;
	struct complaint error;

	(void)state;
	assert_int_equal(load("tcp_port = 2000;\nqueue = { first = 7; };\n"
	                      "control_socket = \"/x\";\nmark = { own = 0x02000000; relay = "
	                      "0x01000000; };\ninstance = \"host\";\n",
	                         &c, &error),
	        0);
	assert_int_equal(c.tcp_port, 2000);
	assert_int_equal(c.queue_first, 7);
	assert_int_equal(c.mark_own, 0x02000000);
	assert_int_equal(c.mark_mask, 0x03000000);
	assert_string_equal(c.control_socket, "/x");
	config_fini(&c);
	assert_int_not_equal(load("instance = \"a_b\";\n", &c, &error), 0);
	assert_non_null(strstr(error.text, ":1: instance must be a name"));
}

/* A signer on a gateway may stand beside one at a server, so it counts as an instance of the other
 * kind. */
static void the_place_of_a_signer_counts(void **state)
{
	struct config c;
	struct complaint error;

	(void)state;
	assert_int_equal(load("instance = \"g\"; role = \"signer\"; sign = { place = \"gateway\"; "
	                      "servers = [ \"192.0.2.1\" ]; "
	                      "zones = ( { name = \"example\"; keys = \"/keys\"; } ); };",
	                         &c, &error),
	        0);
	assert_int_equal(instance_number(&c), 1);
	assert_int_equal(c.queue_first, 5500);
	config_fini(&c);
}

static void names_of_chains_name_the_instance(void **state)
{
	static const struct {
		const char *why, *chain, *instance, *rest; /* NULL: of no instance */
	} rows[] = {
		{ "the default instance", "SEALGATE_IN", "", "IN" },
		{ "a named one", "SEALGATE-a-b_OUT_REJECT", "a-b", "OUT_REJECT" },
		{ "another program's", "SEALGATES_IN", NULL, NULL },
		{ "no name after the dash", "SEALGATE-_IN", NULL, NULL },
		{ "too long a name", "SEALGATE-abcdefghi_IN", NULL, NULL },
		{ "nothing after the name", "SEALGATE-a", NULL, NULL },
		{ "the operator's", "MY_SEALGATE_IN", NULL, NULL },
		{ "shorter than the prefix", "SEAL", NULL, NULL },
		{ "a line before its end", "_", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[CONFIG_INSTANCE_MAX + 1];
		const char *rest = rule_names_split(rows[i].chain, strlen(rows[i].chain), name);

		assert_row(rows[i].why, !rest == !rows[i].rest);
		assert_row(rows[i].why, !rest || (strcmp(rest, rows[i].rest) == 0 &&
		                                         strcmp(name, rows[i].instance) == 0));
	}
}

/* The rules of another instance must not be removed, and its daemon not be told, because a file is
 * wrong. */
static void a_wrong_file_says_whose_it_is_or_nothing(void **state)
{
	static const struct {
		const char *why, *text, *name, *socket; /* NULL: it is not sure */
	} rows[] = {
		/* libconfig reads these, and a key is wrong */
		{ "nothing", "rol = 1;\n", "", "/run/sealgate/control" },
		{ "a name", "rol = 1;\n instance = \"a\";\n", "a", "/run/sealgate-a/control" },
		{ "a colon", "rol = 1; instance: \"a\";\n", "a", "/run/sealgate-a/control" },
		{ "no end of the line", "instance=\"a\" rol=1", "a", "/run/sealgate-a/control" },
		{ "a text in two parts", "instance = \"a\" \"b\"; rol = 1;", "ab",
		        "/run/sealgate-ab/control" },
		{ "no name", "instance = \"\"; rol = 1;", "", "/run/sealgate/control" },
		{ "a socket before the name",
		        "control_socket = \"/x\"; rol = 1;\ninstance = \"a\";", "a", "/x" },
		{ "a socket that is no path", "control_socket = \"x\"; instance = \"a\";", "a",
		        "/run/sealgate-a/control" },
		{ "in a comment", "#instance = \"a\";\nrol = 1;", "", "/run/sealgate/control" },
		{ "in another comment", "/* instance = \"a\"; */ rol = 1;", "",
		        "/run/sealgate/control" },
		{ "a name that is no good", "instance = \"a_b\";\n", NULL, NULL },
		{ "a name that is a number", "instance = 1;\n", NULL, NULL },
		{ "a key that is mistyped", "instanse = \"a\";\n", NULL, NULL },
		/* libconfig does not read these */
		{ "cut short, perhaps before the name", "role = ", NULL, NULL },
		{ "a line that is not finished", "instance = \"a\";\nrole = ", "a",
		        "/run/sealgate-a/control" },
		{ "a socket, too", "instance = \"a\"; control_socket : \"/x\"; = 1", "a", "/x" },
		{ "a brace too many", "instance : /* here */ \"a\" }", "a",
		        "/run/sealgate-a/control" },
		{ "twice the same", "instance = \"a\"; instance = \"a\";", "a",
		        "/run/sealgate-a/control" },
		{ "twice", "instance = \"a\";\ninstance = \"b\";\n", NULL, NULL },
		{ "a part of another word", "an_instance = \"a\"; instances = 1 }", NULL, NULL },
		{ "in quotation marks", "user = \"instance\" }", NULL, NULL },
		{ "no quotation mark at the end", "instance = \"a;\nrole = \"host\";\n", NULL,
		        NULL },
		{ "no quotation mark before", "role = \"host;\ninstance = \"a\";\n", NULL, NULL },
		{ "two of them missing", "role = \"host;\ninstance = \"a;\n", NULL, NULL },
		{ "a comment that does not end", "role = = 1; /* here", NULL, NULL },
		{ "a comment that may have ended before",
		        "role == 1; /* x\ninstance = \"a\";\n/* y */", NULL, NULL },
		{ "a value that is no text", "instance = a;\n", NULL, NULL },
		{ "no equals sign", "instance \"a\";\n", NULL, NULL },
		{ "nothing behind it", "instance", NULL, NULL },
		{ "an escape", "instance = \"\\x61\"; }", NULL, NULL },
		{ "two parts", "instance = \"a\" \"b\"; }", NULL, NULL },
		{ "another file", "@include \"/nowhere/sealgate.conf\"\n", NULL, NULL },
		{ "mistyped", "instnace = \"a\"; }", NULL, NULL },
		{ "no good", "instance = \"a_b\"; }", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *names[] = { NULL, "ask", "" };
		struct complaint why;
		struct config c;

		write_file(rows[i].text);
		assert_row(rows[i].why, config_load(&c, path, NULL, &why) != 0);
		for (size_t k = 0; k < COUNT(names); k++) {
			const char *asked = names[k], *found = rows[i].name;
			bool fits = asked ? !found || !found[0] || strcmp(found, asked) == 0
			                  : found != NULL;
			assert_row(rows[i].why, (config_salvage(&c, path, asked, SALVAGE_INSTANCE,
			                                 &why) == 0) == fits);
			if (!fits)
				continue;
			assert_row(rows[i].why, strcmp(c.instance, asked ? asked : found) == 0);
			assert_row(rows[i].why,
			        asked || strcmp(c.control_socket, rows[i].socket) == 0);
			config_fini(&c);
		}
	}
}

/* `ctl reload` of a file that was cut short says what is wrong with that file, so it must reach the
 * daemon. */
static void a_socket_that_is_told_needs_no_name(void **state)
{
	static const struct {
		const char *why, *text, *socket; /* NULL: it is not sure */
	} rows[] = {
		{ "a socket", "control_socket = \"/x\";\n{\n", "/x" },
		{ "a socket and a name", "instance = \"a\"; control_socket = \"/x\"; {", "/x" },
		{ "a name", "instance = \"a\"; {", "/run/sealgate-a/control" },
		{ "a socket, and names that differ",
		        "instance = \"a\"; instance = \"b\"; control_socket = \"/x\"; {", NULL },
		{ "two sockets", "control_socket = \"/x\"; control_socket = \"/y\"; {", NULL },
		{ "no path", "control_socket = \"x\"; {", NULL },
		{ "no end of the text", "control_socket = \"/x; {", NULL },
		{ "neither", "role = ", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint why;
		struct config c;

		write_file(rows[i].text);
		bool is_told = config_salvage(&c, path, NULL, SALVAGE_SOCKET, &why) == 0;
		assert_row(rows[i].why, is_told == (rows[i].socket != NULL));
		if (!is_told)
			continue;
		assert_row(rows[i].why, strcmp(c.control_socket, rows[i].socket) == 0);
		config_fini(&c);
	}
}

/* Whatever else is known of it, the defaults are those of the name. */
static void a_file_that_is_gone_has_the_defaults_of_the_name(void **state)
{
	struct complaint why;
	struct config c;

	(void)state;
	assert_int_not_equal(config_salvage(&c, "/nonexistent", NULL, SALVAGE_INSTANCE, &why), 0);
	assert_non_null(strstr(why.text, "name the instance: --instance NAME"));
	assert_int_equal(config_salvage(&c, "/nonexistent", "asked", SALVAGE_INSTANCE, &why), 0);
	assert_string_equal(c.instance, "asked");
	assert_string_equal(c.control_socket, "/run/sealgate-asked/control");
	assert_string_equal(c.shortcut_directory, "/run/sealgate_bpf-asked");
	assert_int_equal(instance_number(&c), 1);
	assert_int_equal(c.mark_relay, 0x02000000);
	config_fini(&c);
	assert_int_equal(config_salvage(&c, "/nonexistent", "", SALVAGE_INSTANCE, &why), 0);
	assert_string_equal(c.shortcut_directory, "/run/sealgate_bpf");
	assert_int_equal(c.mark_relay, 0x20000000);
	config_fini(&c);
}

static void values_that_are_right_outlive_one_that_is_wrong(void **state)
{
	struct complaint why;
	struct config c;

	(void)state;
	write_file(
	        "instance = \"s\"; role = \"signer\"; rol = 1; resolver = ( \"192.0.2.1\", 7 );\n"
	        "shortcut = { directory = \"/run/x\"; mark_bit = 99; };\n"
	        "mark = { mask = 0x30; own = 0x10; relay = 0x20; };\n");
	assert_int_not_equal(config_load(&c, path, NULL, &why), 0);
	assert_int_equal(config_salvage(&c, path, NULL, SALVAGE_INSTANCE, &why), 0);
	assert_int_equal(instance_number(&c), 2);
	assert_string_equal(c.shortcut_directory, "/run/x");
	assert_int_equal(c.mark_relay, 0x20);
	assert_int_equal(c.resolvers.count, 0);
	assert_int_equal(c.queue_first, 5700);
	config_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_short_and_plain),
		cmocka_unit_test(instances_share_nothing_by_default),
		cmocka_unit_test(the_operators_keys_win),
		cmocka_unit_test(the_place_of_a_signer_counts),
		cmocka_unit_test(names_of_chains_name_the_instance),
		cmocka_unit_test(a_wrong_file_says_whose_it_is_or_nothing),
		cmocka_unit_test(a_socket_that_is_told_needs_no_name),
		cmocka_unit_test(a_file_that_is_gone_has_the_defaults_of_the_name),
		cmocka_unit_test(values_that_are_right_outlive_one_that_is_wrong),
	};

	return cmocka_run_group_tests_name("instance", tests, make_file, remove_file);
}
