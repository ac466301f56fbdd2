/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a signer signs, and the keeper of its keys. */
#include "config/config_rows.h"

#include "config/config.h"
#include "config/config_kinds.h"
#include "config/config_lists.h"
#include "config/config_sign.h"

static const char *const place_words[] = {
	[PLACE_SERVER] = "server", [PLACE_GATEWAY] = "gateway", NULL
};
static const char *const keeper_algorithm_words[] = {
	[KEEPER_ECDSAP256SHA256] = "ecdsap256sha256", [KEEPER_ED25519] = "ed25519", NULL
};

#define DAY_S 86400

static const struct config_key sign_keys[] = {
	{ "sign.place", &kind_word, AT(sign_place), .words = place_words, .number = PLACE_SERVER,
	        .help = "Where the DNS server of the role \"signer\" is: \"server\", on this\n"
	                "machine, or \"gateway\", behind it. The rules depend on it." },
	{ "sign.servers", &kind_servers, AT(sign_servers),
	        .help = "The DNS servers whose answers are signed, and no others:\n"
	                "[ \"192.0.2.53\", \"2001:db8::53\" ]. With sign.place = \"server\" an "
	                "empty\n"
	                "list means all servers on this machine. Warning, for \"gateway\": a\n"
	                "machine on the servers' side that can send from their addresses can\n"
	                "get forged answers signed. The rules depend on it." },
	{ "sign.zones", &kind_zones, AT(sign_zones), .change = CHANGE_NOW,
	        .help = "The zones to sign:\n"
	                "( { name = \"example.org\"; keys = \"/etc/sealgate/keys\"; } )\n"
	                "`keys` is the directory with the keys from `sealgate keys generate` or\n"
	                "dnssec-keygen; /etc/sealgate/keys unless it is given. A zone may also\n"
	                "have:\n"
	                "max_ttl, in seconds (86400): longer TTLs are reduced to it.\n"
	                "nxdomain, what an NXDOMAIN of the server denies: \"checked\", the name\n"
	                "once the server has said so for A and AAAA, before that the type;\n"
	                "\"name\", the name; \"type\", never more than the type.\n"
	                "empty, what an authoritative empty answer without SOA means:\n"
	                "\"servfail\", an outage; \"nodata\", a denial of the type.\n"
	                "learn_cuts (true): false if servers show child zones that are none.\n"
	                "cuts, its child zones, with the DS records of the signed ones:\n"
	                "( \"a.example.org\",\n"
	                "{ name = \"b.example.org\"; ds = [ \"12345 13 2 31..E8\" ]; } )\n"
	                "Others are learned, unless learn_cuts is false.\n"
	                "servers, those of sign.servers that serve this zone: [ \"192.0.2.53\" ].\n"
	                "Answers of other servers about the zone are not signed. Without this\n"
	                "list, all servers serve the zone.\n"
	                "keeper (false): true if `sealgate keeper` looks after the keys: it\n"
	                "makes them, rolls them, and writes the zone's timeline. Such a zone has "
	                "no\n"
	                "`keys`: its timeline is in keeper.timelines." },
	{ "sign.zones_directory", &kind_directory, AT(sign_zones_directory), .text = "",
	        .change = CHANGE_NOW,
	        .help = "A directory of more zones. Each file in it is one, \"example.org.conf\" "
	                "the\n"
	                "zone example.org, and has members as above but for the name:\n"
	                "keys = \"/etc/sealgate/keys\"; It may be empty. If a file or the keys of "
	                "a\n"
	                "zone are broken, the zone keeps what it had, and the others are not\n"
	                "touched. \"\": there is none." },
	{ "sign.secondaries", &kind_networks, AT(sign_secondaries), .change = CHANGE_NOW,
	        .help = "The clients that may transfer these zones, unsigned: [ \"192.0.2.7\",\n"
	                "\"2001:db8:7::/48\" ]. Others are refused." },
	{ "sign.client_subnet", &kind_switch, AT(sign_client_subnet), .change = CHANGE_NOW,
	        .number = true,
	        .help = "If true, the client subnet of a query (RFC 7871) goes to the server, and\n"
	                "the client learns for which subnet the server's answer is." },
	{ "sign.at_once", &kind_switch, AT(sign_at_once), .change = CHANGE_NOW, .number = true,
	        .help = "If true, DNSKEY, CDS, CDNSKEY and DS are answered without the server "
	                "where\n"
	                "that can be; over UDP only if sealgate was started with CAP_NET_RAW." },
	{ "sign.life_s", &kind_number, AT(sign_life_s), .change = CHANGE_NOW, .number = SIGN_LIFE_S,
	        .min = 259200, .max = 7776000,
	        .help = "How long a signature is valid, in seconds." },
	{ "sign.udp_size", &kind_number, AT(sign_udp_size), .change = CHANGE_NOW,
	        .number = SIGN_UDP_SIZE, .min = 512, .max = 4096,
	        .help = "The largest response over UDP, whatever size the client accepts. In\n"
	                "place of a larger one the client gets TC, and asks again over TCP." },
	{ "sign.signatures_per_s", &kind_number, AT(sign_per_s), .change = CHANGE_NOW,
	        .number = SIGN_PER_S, .max = 1000000,
	        .help = "How many new signatures each queue makes in a second. Above that,\n"
	                "clients get TC over UDP. 0: no limit." },
	{ "sign.signatures_per_network", &kind_number, AT(sign_per_network), .change = CHANGE_NOW,
	        .number = SIGN_PER_NETWORK, .max = 1000000,
	        .help = "The same limit for each network of clients (IPv4 /24, IPv6 /56)." },
	{ "sign.signatures", &kind_number, AT(sign_remembered), .number = 32768, .min = 64,
	        .max = 4194304, .help = "How many signatures each queue remembers." },

	{ "keeper.directory", &kind_directory, AT(keeper_directory),
	        .text = "/var/lib/sealgate-keeper",
	        .help = "Of `sealgate keeper`, which looks after the keys of zones that have\n"
	                "keeper = true: the directory of their states and keys. Only the user\n"
	                "of the keeper may read it." },
	{ "keeper.timelines", &kind_directory, AT(keeper_timelines),
	        .text = "/var/lib/sealgate-timelines",
	        .help = "The directory of their timelines, which the keeper writes and the signer\n"
	                "reads. Copy it to the other gateways of these zones." },
	{ "keeper.vault", &kind_vault, AT(keeper_vault), .text = "",
	        .help = "Where KSKs are: a directory, or a token,\n"
	                "\"pkcs11:token=sealgate?pin-source=file:/etc/sealgate/vault/pin\".\n"
	                "\"\": the directory \"vault\" in keeper.directory. See docs/vault.md." },
	{ "keeper.group", &kind_group, AT(keeper_group), .text = "sealgate",
	        .help = "The group that may read timelines, and use the commands of\n"
	                "`sealgate keys` that change nothing: that of `user`. \"\": none." },
	{ "keeper.control_socket", &kind_path, AT(keeper_control_socket),
	        .text = "/run/sealgate-keeper/control",
	        .help = "The socket that `sealgate keys` uses to reach the keeper." },
	{ "keeper.algorithm", &kind_word, AT(keeper_algorithm), .words = keeper_algorithm_words,
	        .number = KEEPER_ECDSAP256SHA256,
	        .help = "The algorithm of keys. After a change, zones roll to it. Many tokens\n"
	                "lack \"ed25519\"." },
	{ "keeper.ahead", &kind_duration, AT(keeper_ahead_s), .number = 15 * DAY_S, .min = 15,
	        .max = 28 * DAY_S,
	        .help = "How far ahead KSKs sign: for so long the vault may be away. Timelines "
	                "are\n"
	                "prolonged fifteen times in this time, and at least once a day." },
	{ "keeper.zsk_life", &kind_duration, AT(keeper_zsk_life_s), .number = 30 * DAY_S, .min = 1,
	        .max = 3650 * DAY_S, .help = "After what time a ZSK is replaced." },
	{ "keeper.ksk_life", &kind_duration, AT(keeper_ksk_life_s), .number = 365 * DAY_S, .min = 0,
	        .max = 3650 * DAY_S,
	        .help = "The same of a KSK. Its roll ends when the parent has the new DS. \"0s\": "
	                "only\n"
	                "when told." },
	{ "keeper.dnskey_ttl", &kind_duration, AT(keeper_dnskey_ttl_s), .number = 3600, .min = 1,
	        .max = DAY_S, .help = "The TTL of DNSKEY, CDS and CDNSKEY." },
	{ "keeper.ds_ttl", &kind_duration, AT(keeper_ds_ttl_s), .number = DAY_S, .min = 1,
	        .max = 7 * DAY_S,
	        .help = "The TTL of DS at the parents. If a longer one is seen, that counts." },
	{ "keeper.zone_spread", &kind_duration, AT(keeper_zone_spread_s), .number = 300, .min = 0,
	        .max = 7 * DAY_S,
	        .help = "After what time every gateway of a zone has a new timeline." },
	{ "keeper.parent_spread", &kind_duration, AT(keeper_parent_spread_s), .number = 3600,
	        .min = 0, .max = 7 * DAY_S,
	        .help = "The same of the servers of a parent, those behind anycast included." },
	{ "keeper.safety", &kind_duration, AT(keeper_safety_s), .number = 3600, .min = 0,
	        .max = 7 * DAY_S, .help = "How much longer each wait is than it must be." },
	{ "keeper.look", &kind_duration, AT(keeper_look_s), .number = 3600, .min = 1, .max = 3600,
	        .help = "How often the servers of a zone and of its parent are asked while\n"
	                "something waits for them." },
	{ "keeper.cds", &kind_switch, AT(keeper_cds), .number = true,
	        .help = "If true, zones have CDS and CDNSKEY, for parents that look (RFC 7344)." },
	{ "keeper.standby", &kind_switch, AT(keeper_standby),
	        .help = "If true, zones have a second KSK, whose DS is at the parent before it is\n"
	                "needed: then a stolen KSK is replaced at once." },
	{ "keeper.shared_ksk", &kind_switch, AT(keeper_shared_ksk),
	        .help = "If true, zones that need a KSK get one that other zones have, too: for\n"
	                "tokens, which hold few keys. See docs/vault.md." },
};

const struct config_rows config_rows_sign = { sign_keys, sizeof(sign_keys) / sizeof(sign_keys[0]) };
