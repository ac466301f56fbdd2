/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's part of the configuration, and the packet filter rules that it gives. */
#include "written.h"

#include <errno.h>
#include <unistd.h>

#include "base/complaint.h"
#include "config/config_keeper.h"
#include "config/config_show.h"
#include "netfilter/template.h"

static const char whole[] =
        "role = \"signer\";\n"
        "sign = { place = \"gateway\"; servers = [ \"192.0.2.53\", \"2001:db8::53\" ];\n"
        "secondaries = [ \"192.0.2.0/25\", \"2001:db8::7\" ];\n"
        "zones = ( { name = \"Example.org\"; keys = \"/keys\"; cuts = [ \"a.example.org\" ]; },\n"
        "{ name = \"b.example.org\"; keys = \"/b\"; max_ttl = 60; nxdomain = \"type\"; cuts = ( "
        "\"c.b.example.org\", {\n"
        "name = \"d.b.example.org\"; ds = [ \"60485 13 2 \"\n"
        "\"D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A\", \"1 8 4 \"\n"
        "\"72D7B62976CE06438E9C0BF319013CF801F09ECC84B8D7E9495F27E305C6A9B0563A9B5F4D288405C300\"\n"
        "\"8A946DF983D6\" ]; } );\n"
        "servers = [ \"2001:db8::53\", \"192.0.2.53\" ]; } ); };\n";

static void a_configuration_that_is_shown_reads_back_equal(void **state)
{
	struct config c, again;
	struct complaint error = { "" };

	(void)state;
	assert_int_equal(load(whole, &c, &error), 0);
	assert_int_equal(c.sign_zones.count, 2);
	assert_int_equal(c.sign_zones.cut_count, 3);
	assert_int_equal(c.sign_zones.cuts[1].ds_count, 0);
	assert_int_equal(c.sign_zones.cuts[2].ds_count, 2);
	assert_int_equal(c.sign_zones.cuts[2].ds[0].len, 4 + 32);
	assert_int_equal(c.sign_zones.cuts[2].ds[1].len, 4 + 48);
	assert_memory_equal(c.sign_zones.cuts[2].ds[0].octets, "\xec\x45\x0d\x02\xd4\xb7", 6);
	assert_ptr_equal(
	        config_zone_of(&c.sign_zones, &c.sign_zones.cuts[1].name), &c.sign_zones.items[1]);
	assert_int_equal(c.sign_zones.items[0].max_ttl_s, SIGN_MAX_TTL_S);
	assert_int_equal(c.sign_zones.items[1].max_ttl_s, 60);
	assert_int_equal(c.sign_zones.items[0].nxdomain, SIGN_NXDOMAIN_CHECKED);
	assert_int_equal(c.sign_zones.items[1].nxdomain, SIGN_NXDOMAIN_TYPE);
	assert_int_equal(c.sign_zones.items[0].speaker_count, 0);
	assert_int_equal(c.sign_zones.items[1].speaker_count, 2);
	assert_int_equal(c.sign_zones.speakers[0].len, 16);
	assert_int_equal(c.sign_secondaries.items[0].prefix, 25);
	assert_int_equal(c.sign_secondaries.items[1].prefix, 128);
	assert_true(config_forwards(&c));
	char *text = shown(&c);
	assert_int_equal(load(text, &again, &error), 0);
	assert_config_equal(&c, &again);
	assert_int_equal(again.sign_zones.cut_count, c.sign_zones.cut_count);
	for (unsigned i = 0; i < c.sign_zones.cut_count; i++)
		assert_memory_equal(again.sign_zones.cuts[i].ds, c.sign_zones.cuts[i].ds,
		        sizeof(c.sign_zones.cuts[i].ds));
	assert_memory_equal(again.sign_zones.speakers, c.sign_zones.speakers,
	        c.sign_zones.speaker_count * sizeof(*c.sign_zones.speakers));
	free(text);
	config_fini(&c);
	config_fini(&again);
}

/* A key of the zone's group that is not shown would be lost with `sealgate config show`. */
static void the_life_of_keys_is_as_configured(void **state)
{
	struct config c, again;
	struct complaint error = { "" };
	struct life_policy policy, defaults;

	(void)state;
	assert_int_equal(
	        load("role = \"signer\"; sign = { zones = ( { name = \"x\"; max_ttl = 7200; "
	             "keeper = true; }, { name = \"y\"; } ); }; keeper = { algorithm = "
	             "\"ed25519\"; cds = false; ksk_life = \"0s\"; ds_ttl = \"1m\"; look = "
	             "\"90s\"; "
	             "timelines = \"/t\"; };",
	                &c, &error),
	        0);
	assert_true(c.sign_zones.items[0].is_kept && !c.sign_zones.items[1].is_kept);
	assert_false(config_zones_agree(&c.sign_zones, 0, &c.sign_zones, 1));
	assert_true(config_keeper_policy(&c, &c.sign_zones.items[0], &policy, &error));
	life_policy_init(&defaults);
	defaults.algorithm = 15;
	defaults.has_cds = false;
	defaults.ksk_life_s = 0;
	defaults.zone_ttl_s = 7200;
	defaults.ds_ttl_s = 60;
	defaults.look_s = 90;
	assert_memory_equal(&policy, &defaults, sizeof(policy));
	assert_string_equal(c.sign_zones.items[0].keys, "/t");
	assert_string_equal(c.sign_zones.items[1].keys, "/etc/sealgate/keys");
	char *text = shown(&c);
	assert_int_equal(load(text, &again, &error), 0);
	assert_config_equal(&c, &again);
	assert_true(again.sign_zones.items[0].is_kept && !again.sign_zones.items[1].is_kept);
	free(text);
	config_fini(&c);
	config_fini(&again);
}

static void an_error_names_the_line(void **state)
{
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "no zones", "role = \"signer\";", ":1: the role \"signer\" needs sign.zones" },
		{ "a gateway without servers",
		        "role = \"signer\";\nsign = { place = \"gateway\"; zones = ( { name = "
		        "\"x\"; keys = \"/k\"; } ); };",
		        ":2: sign.place = \"gateway\" needs sign.servers" },
		{ "text instead of a list of zones", "sign = { zones = \"x\"; };",
		        ":1: sign.zones must be" },
		{ "text instead of a zone", "sign = { zones = (\n\"x\" ); };",
		        ":2: a zone must be a group" },
		{ "a zone without name", "sign = { zones = ( { keys = \"/k\"; } ); };",
		        ":1: a zone needs `name`" },
		{ "a relative path", "sign = { zones = (\n { name = \"x\";\nkeys = \"k\"; } ); };",
		        ":3: keys must be the path" },
		{ "a relative directory of zones", "sign = {\nzones_directory = \"zones\"; };",
		        ":2: sign.zones_directory must be the path of a directory" },
		{ "an unknown member",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\";\nttl = 1; } ); };",
		        ":2: a zone has no member \"ttl\"" },
		{ "the same zone twice",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; },\n"
		        "{ name = \"X.\"; keys = \"/k\"; } ); };",
		        ":2: this zone is in line 1 already" },
		{ "a word that nxdomain does not have",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; nxdomain = \"types\"; } "
		        "); "
		        "};",
		        ":1: nxdomain must be \"checked\" or \"name\" or \"type\" (did you mean "
		        "\"type\"?)" },
		{ "a max_ttl of 0",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; max_ttl = 0; } ); };",
		        ":1: max_ttl must be a number" },
		{ "a cut outside its zone",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = [\n\"y\" ]; } ); "
		        "};",
		        ": a cut must be a name below" },
		{ "the apex as a cut",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = [ \"x\" ]; } ); "
		        "};",
		        ":1: a cut must be a name below" },
		{ "text that is not a DS",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\";\nds = [ \"hello\" ]; } ); } ); };",
		        ":3: not a DS record: " },
		{ "a DS with too short a digest",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\"; ds = [ \"1 13 2 0123\" ]; } ); } ); };",
		        ":2: not a DS record: its digest does not have the length of its type" },
		{ "a DS of SHA-1",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\"; ds = [ "
		        "\"1 13 1 0123456789012345678901234567890123456789\" ]; } ); } ); };",
		        "its digest type must be 2 or 4" },
		{ "a DS with too long a digest",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\"; ds = [ \"1 13 2 0123456789012345678901234567890123456789"
		        "012345678901234567890123456789012345678901234567890123456789\" ]; } ); } "
		        "); };",
		        ":2: not a DS record: " },
		{ "one DS instead of a list",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\"; ds = \"1 13 2 01\"; } ); } ); };",
		        ":2: ds must be a list" },
		{ "a cut without name",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ ds = [ ]; } ); } ); };",
		        ":2: a cut must be a name below" },
		{ "an unknown member of a cut",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; cuts = (\n"
		        "{ name = \"a.x\"; keys = \"/k\"; } ); } ); };",
		        ":2: a cut has no member \"keys\"" },
		{ "a cut that is also a zone",
		        "role = \"signer\";\nsign = { zones = ( { name = \"x\"; keys = \"/k\";\n"
		        "cuts = [ \"a.x\" ]; },\n{ name = \"a.x\"; keys = \"/k\"; } ); };",
		        "the cut in line 3 is itself a zone, in line 4" },
		{ "a zone's server with a port",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; servers = [\n"
		        "\"192.0.2.1:53\" ]; } ); };",
		        ": a server of a zone must be an address" },
		{ "a network instead of a server of a zone",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; servers = [ "
		        "\"192.0.2.0/24\" ]; } ); };",
		        ":1: a server of a zone must be an address" },
		{ "an empty list of servers of a zone",
		        "sign = { zones = ( { name = \"x\"; keys = \"/k\"; servers = [ ]; } ); };",
		        ":1: servers must be a list of at most 256 addresses" },
		{ "a server of a zone that is not in sign.servers",
		        "role = \"signer\";\nsign = { servers = [ \"192.0.2.1\" ];\n"
		        "zones = ( { name = \"x\"; keys = \"/k\"; },\n"
		        "{ name = \"y\"; keys = \"/k\"; servers = ( \"192.0.2.1\",\n"
		        "\"192.0.2.2\" ); } ); };",
		        ":5: the server \"192.0.2.2\" of a zone is not in sign.servers" },
		{ "a server with a port", "sign = { servers = [ \"192.0.2.1:53\" ]; };",
		        ":1: sign.servers must be a list" },
		{ "an IPv6 server with a port", "sign = { servers = [ \"[::1]:53\" ]; };",
		        ":1: sign.servers must be a list" },
		{ "a prefix longer than an address",
		        "sign = { secondaries = [ \"192.0.2.1/33\" ]; };",
		        ":1: sign.secondaries must be a list" },
		{ "a name instead of a network", "sign = { secondaries = [ \"example.org\" ]; };",
		        ":1: sign.secondaries must be a list" },
		{ "a word for a switch",
		        "sign = { zones = ( { name = \"x\"; keeper = \"yes\"; } ); };",
		        ":1: keeper must be false or true" },
		{ "a PIN in the configuration",
		        "keeper = {\nvault = \"pkcs11:token=t?pin-value=1234\"; };",
		        ":2: keeper.vault must not have the PIN" },
		{ "a kept zone with a place for keys",
		        "role = \"signer\";\n"
		        "sign = { zones = ( { name = \"x\"; keeper = true;\nkeys = \"/k\"; } ); };",
		        ":3: a zone with keeper = true has no `keys`" },
		{ "a time without a unit", "keeper = { ahead = \"15\"; };",
		        ":1: keeper.ahead must be a span of time from \"15s\" to \"28d\": a "
		        "number" },
		{ "a time that is a number", "keeper = { safety = 60; };",
		        ":1: keeper.safety must be a span of time from \"0s\" to \"7d\"" },
		{ "a look too late", "keeper = { look = \"2h\"; };",
		        ":1: keeper.look must be a span of time from \"1s\" to \"1h\"" },
		{ "a vault that is neither directory nor token", "keeper = { vault = \"ksk\"; };",
		        ":1: keeper.vault must be the path of a directory, a URI" },
		{ "ZSKs that roll faster than timelines reach",
		        "role = \"signer\";\nsign = { zones = ( { name = \"x\"; keeper = true; } "
		        "); "
		        "};\n"
		        "keeper = { zsk_life = \"15d\"; };",
		        ":3: keeper and the zone in line 2 contradict each other: a ZSK must "
		        "live" },
		{ "a network without its prefix length",
		        "sign = { secondaries = [ \"192.0.2.0/\" ]; };",
		        ":1: sign.secondaries must be a list" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		struct complaint error = { "" };

		assert_row(rows[i].why, load(rows[i].text, &c, &error) == -EINVAL);
		assert_row(rows[i].why, !strstr(error.text, "1234\""));
		if (!strstr(error.text, rows[i].says))
			fail_msg("%s: says \"%s\", not \"%s\"", rows[i].why, error.text,
			        rows[i].says);
	}
}

static void rules_of_both(
        const struct config *c, bool wanted, const char *nft_text, const char *iptables_text)
{
	char *nft = template_nft(c), *iptables = template_iptables(c);

	assert_non_null(nft);
	assert_non_null(iptables);
	if ((strstr(nft, nft_text) != NULL) != wanted)
		fail_msg("nft: %s: \"%s\"", wanted ? "lacks" : "has", nft_text);
	if ((strstr(iptables, iptables_text) != NULL) != wanted)
		fail_msg("iptables: %s: \"%s\"", wanted ? "lacks" : "has", iptables_text);
	for (const char *at = nft; (at = strchr(at, '@')) != NULL; at++)
		assert_memory_equal(at, "@th,80,1 ", 9);
	assert_null(strchr(iptables, '@'));
	free(nft);
	free(iptables);
}

#define MANY 3000 /* zones, each with a cut and a server */

/* Writes a configuration with many zones, of which the last has the name of zone `last`. To be
 * freed. */
static char *many_zones(unsigned last)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fputs("role = \"signer\";\nsign = { servers = [ \"192.0.2.1\" ]; zones = (\n", out);
	for (unsigned i = 0; i < MANY; i++)
		fprintf(out,
		        "%s{ name = \"z%u.test\"; keys = \"/k\"; cuts = [ \"c.z%u.test\" ]; "
		        "servers = "
		        "[ \"192.0.2.1\" ]; }\n",
		        i ? "," : "", i < MANY - 1 ? i : last, i < MANY - 1 ? i : last);
	fputs("); };\n", out);
	fclose(out);
	return text;
}

/* Zones, and all their cuts and servers together, have no limit. One that is there twice is still
 * found. */
static void there_may_be_thousands_of_zones(void **state)
{
	char *good = many_zones(MANY - 1), *twice = many_zones(1);
	struct complaint error = { "" };
	struct config c;

	(void)state;
	assert_row(error.text, load(good, &c, &error) == 0);
	assert_int_equal(c.sign_zones.count, MANY);
	assert_int_equal(c.sign_zones.cut_count, MANY);
	assert_int_equal(c.sign_zones.speaker_count, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(c.sign_zones.items[i].cut_first, i);
		assert_int_equal(c.sign_zones.items[i].cut_count, 1);
		assert_int_equal(c.sign_zones.items[i].speaker_first, i);
		assert_true(name_within(&c.sign_zones.cuts[i].name, &c.sign_zones.items[i].apex));
	}
	config_fini(&c);
	assert_int_equal(load(twice, &c, &error), -EINVAL);
	assert_non_null(strstr(error.text, ":3002: this zone is in line 4 already"));
	free(good);
	free(twice);
}

static void a_gateway_queues_only_packets_of_its_servers(void **state)
{
	struct config c;
	struct complaint error = { "" };

	(void)state;
	assert_int_equal(load(whole, &c, &error), 0);
	rules_of_both(&c, true, "\t\tip daddr { 192.0.2.53 } udp dport 53 queue num 5301\n",
	        "\n-4 -A SEALGATE_FWD -d 192.0.2.53 -p udp --dport 53 -j NFQUEUE");
	rules_of_both(&c, true, "\t\tip6 saddr { 2001:db8::53 } udp sport 53 queue num 5300\n",
	        "\n-6 -A SEALGATE_FWD -s 2001:db8::53 -p udp --sport 53 -j NFQUEUE");
	rules_of_both(&c, true, "\t\tip daddr { 192.0.2.53 } tcp dport 53 tproxy",
	        "\n-4 -A SEALGATE_RELAY -d 192.0.2.53 -p tcp --dport 53 -j TPROXY");
	c.sign_servers.count = 1;
	rules_of_both(&c, false, "\t\tip6 daddr", "\n-6 -A SEALGATE_FWD -d");
	c.tcp = TCP_REFUSE;
	rules_of_both(&c, false, "tproxy", "TPROXY");
	rules_of_both(&c, true, "\t\tip daddr { 192.0.2.53 } tcp dport 53 reject",
	        "\n-4 -A SEALGATE_TCP -d 192.0.2.53 -p tcp --dport 53 -j REJECT");
	config_fini(&c);
}

static void on_the_server_itself_packets_in_and_out_are_queued(void **state)
{
	struct config c;
	struct complaint error = { "" };

	(void)state;
	assert_int_equal(load(whole, &c, &error), 0);
	c.sign_place = PLACE_SERVER;
	assert_false(config_forwards(&c));
	rules_of_both(&c, true, "\t\tudp dport 53 queue num 5301\n",
	        "\n-A SEALGATE_IN -p udp --dport 53 -j NFQUEUE");
	rules_of_both(&c, true, "\t\tudp sport 53 queue num 5300\n",
	        "\n-A SEALGATE_OUT -p udp --sport 53 -j NFQUEUE");
	rules_of_both(&c, false, "hook forward", "FORWARD");
	config_fini(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_that_is_shown_reads_back_equal),
		cmocka_unit_test(the_life_of_keys_is_as_configured),
		cmocka_unit_test(an_error_names_the_line),
		cmocka_unit_test(there_may_be_thousands_of_zones),
		cmocka_unit_test(a_gateway_queues_only_packets_of_its_servers),
		cmocka_unit_test(on_the_server_itself_packets_in_and_out_are_queued),
	};

	return cmocka_run_group_tests_name("signer_config", tests, make_file, remove_file);
}
