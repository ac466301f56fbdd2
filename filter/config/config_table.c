/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_table.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "config/config.h"
#include "config/config_kinds.h"
#include "config/config_lists.h"
#include "config/config_sign.h"
#include "gate/policy.h"

static const char *const role_words[] = {
	[ROLE_HOST] = "host",
	[ROLE_GATEWAY] = "gateway",
	[ROLE_BOTH] = "both",
	[ROLE_SIGNER] = "signer",
	[ROLE_BRIDGE] = "bridge",
	NULL,
};
static const char *const place_words[] = {
	[PLACE_SERVER] = "server", [PLACE_GATEWAY] = "gateway", NULL
};
static const char *const mode_words[] = {
	[MODE_ENFORCE] = "enforce", [MODE_MONITOR] = "monitor", NULL
};
static const char *const tcp_words[] = { [TCP_RELAY] = "relay", [TCP_REFUSE] = "refuse", NULL };
static const char *const zone_transfer_words[] = {
	[ZONE_TRANSFER_PASS] = "pass", [ZONE_TRANSFER_REFUSE] = "refuse", NULL
};
static const char *const checking_disabled_words[] = {
	[CHECKING_DISABLED_PASS] = "pass", [CHECKING_DISABLED_JUDGE] = "judge", NULL
};

static const char *const unset_clock_words[] = {
	[UNSET_CLOCK_WAIT] = "wait", [UNSET_CLOCK_FAIL] = "fail", NULL
};
static const char *const unsynchronised_clock_words[] = {
	[UNSYNCHRONISED_BELIEVE] = "believe", [UNSYNCHRONISED_DOUBT] = "doubt", NULL
};

/* Indexed by syslog(3)'s numbers, of which four are used. */
static const char *const log_level_words[] = {
	"", /* an empty word matches nothing and is not shown */
	"",
	"",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	"",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};

#define AT(member) .offset = offsetof(struct config, member)

const struct config_key config_keys[] = {
	{ "role", &kind_word, AT(role), .words = role_words, .number = ROLE_HOST,
	        .help = "Whose DNS is checked: \"host\", what this machine asks, \"gateway\",\n"
	                "what is routed through it, or \"both\"; \"bridge\", what it bridges, if\n"
	                "br_netfilter shows that. \"signer\" is the other trade: it signs what\n"
	                "a server answers that cannot sign; see the group sign.\n"
	                "The rules depend on it: after a change `sealgate rules apply`." },
	{ "mode", &kind_word, AT(mode), .words = mode_words, .number = MODE_ENFORCE,
	        .help = "\"enforce\" puts SERVFAIL in the place of what is forged. \"monitor\"\n"
	                "judges and logs the same but refuses nothing: a way to try." },

	{ "queue.first", &kind_number, AT(queue_first), .number = 0, .max = 65535,
	        .help = "The first NFQUEUE of responses; those of queries follow the last of\n"
	                "these. The rules depend on it." },
	{ "queue.count", &kind_number, AT(queue_count), .number = 1, .min = 1, .max = 64,
	        .help = "How many, from the first on; each has a thread of its own, and one\n"
	                "more queue for queries.\n"
	                "The rules depend on it." },
	{ "queue.length", &kind_number, AT(queue_length), .number = 8192, .min = 64, .max = 1048576,
	        .help = "How many responses the kernel holds for each queue, those that wait\n"
	                "for keys included. More are dropped." },
	{ "queue.queries", &kind_number, AT(queue_queries), .number = 1024, .min = 16,
	        .max = 1048576,
	        .help = "How many queries the kernel holds for each queue. More are dropped:\n"
	                "when too much is asked, a query that is lost before anything was\n"
	                "done for it costs the least. The more may wait, the longer they do;\n"
	                "while more is asked than can be carried, an eighth of them may." },
	{ "queue.socket_buffer_kib", &kind_number, AT(queue_socket_buffer_kib), .number = 8192,
	        .min = 64, .max = 1048576, .help = "The receive buffer of each queue, in KiB." },
	{ "queue.fail_open", &kind_switch, AT(queue_fail_open),
	        .help = "True lets packets pass unjudged when a queue is full: whoever can\n"
	                "flood it can then forge." },
	{ "queue.bypass", &kind_switch, AT(queue_bypass),
	        .help = "True lets packets pass unjudged while sealgate does not run, false\n"
	                "drops them. The rules depend on it." },

	{ "tcp", &kind_word, AT(tcp), .words = tcp_words, .number = TCP_RELAY,
	        .help = "How DNS over TCP is treated: \"relay\" carries each connection on to\n"
	                "the server and judges what comes back, \"refuse\" lets none through.\n"
	                "The rules depend on it." },
	{ "tcp_port", &kind_number, AT(tcp_port), .number = 5300, .min = 1024, .max = 65535,
	        .help = "The port of this machine's loopback address to which the rules bring\n"
	                "connections. They depend on it." },
	{ "tcp_connections", &kind_number, AT(tcp_connections), .number = 1024, .min = 1,
	        .max = 65536,
	        .help = "How many connections the worker of each queue relays at a time. For\n"
	                "a further one the idlest of the client with the most is closed; the\n"
	                "last quarter is kept for clients that have less than a sixteenth." },
	{ "tcp_idle_ms", &kind_number, AT(tcp_idle_ms), .number = 30000, .min = 1000, .max = 600000,
	        .help = "After how long without a whole message in either direction a\n"
	                "connection is closed, in milliseconds." },
	{ "zone_transfer", &kind_word, AT(zone_transfer), .words = zone_transfer_words,
	        .number = ZONE_TRANSFER_PASS,
	        .help = "How AXFR and IXFR are treated, which cannot be judged: \"pass\" or\n"
	                "\"refuse\". What is refused over UDP gets no answer." },
	{ "block_encrypted_dns", &kind_switch, AT(block_encrypted_dns),
	        .help = "True refuses port 853, DNS over TLS and over QUIC, which cannot be\n"
	                "judged: clients that may then ask in the clear. DNS over HTTPS looks\n"
	                "like any web site and passes. The rules depend on it." },

	{ "mark.mask", &kind_mark, AT(mark_mask), .number = UINT32_C(0x30000000),
	        .help = "The bits of a packet's mark that are sealgate's; it never touches\n"
	                "others, and no rule of yours may set these. They are used in marks of\n"
	                "connections, too. The rules depend on all three." },
	{ "mark.own", &kind_mark, AT(mark_own), .number = UINT32_C(0x10000000),
	        .help = "What these are in what the program itself asks. By that, and by the\n"
	                "user that it runs as, the rules let it pass." },
	{ "mark.relay", &kind_mark, AT(mark_relay), .number = UINT32_C(0x20000000),
	        .help = "What they are in what a gateway relays." },

	{ "inside", &kind_interfaces, AT(inside),
	        .help = "On a gateway, the interfaces that clients are behind: [ \"lan0\" ]. DNS\n"
	                "over TCP is relayed from these alone; from others it is refused. With\n"
	                "none it is relayed from those that have an address and no default\n"
	                "route when the rules are applied. Name them where there is more than\n"
	                "one way out. On a bridge they are its ports, all with none. The rules\n"
	                "depend on it." },

	{ "shortcut.interfaces", &kind_interfaces, AT(shortcut_interfaces),
	        .help = "On a gateway, the interfaces that clients are behind: [ \"lan0\" ]. The\n"
	                "kernel then sets DO in their plain queries by itself, and only the\n"
	                "responses come to the queue. Needs eBPF, and queue.count = 1; see\n"
	                "docs/shortcut.md. The rules depend on it." },
	{ "shortcut.mark_bit", &kind_number, AT(shortcut_mark_bit), .number = 27, .min = 16,
	        .max = 31,
	        .help = "The bit of a packet's mark by which these are known; no rule of yours\n"
	                "may set it. The rules depend on it." },
	{ "shortcut.directory", &kind_path, AT(shortcut_directory), .text = "/run/sealgate_bpf",
	        .help = "Where the kernel's part is kept, so that sealgate finds it. It is\n"
	                "made, and a bpf file system mounted there, if it is not on one." },

	{ "trust_anchor", &kind_path, AT(trust_anchor), .text = "/usr/share/dns/root.key",
	        .help = "The DS or DNSKEY records to trust, in zone-file form. The root's\n"
	                "are in Debian's package dns-root-data." },
	{ "rollover", &kind_switch, AT(rollover), .number = true,
	        .help = "True follows these keys when they are replaced (RFC 5011): a new\n"
	                "key is trusted after 30 days, a revoked one never again. False\n"
	                "trusts what trust_anchor says and nothing else." },
	{ "trust_anchor_state", &kind_path, AT(trust_anchor_state),
	        .text = "/var/lib/sealgate/anchors",
	        .help = "Where it is kept which keys are followed, and since when. If it\n"
	                "cannot be written they are followed while sealgate runs." },
	{ "negative_trust_anchors", &kind_ntas, AT(ntas),
	        .help = "Zones that are broken and are to pass as unsigned for a while (RFC\n"
	                "7646): [ \"broken.example until 20261224120000\" ], in UTC." },
	{ "sha1", &kind_switch, AT(sha1),
	        .help = "True believes RSASHA1 signatures and SHA-1 DS digests; false counts\n"
	                "zones that have nothing better as unsigned (RFC 9905)." },
	{ "resolver", &kind_resolvers, AT(resolvers),
	        .help = "Where keys are fetched: [ \"192.0.2.1\", \"[2001:db8::1]:53\" ]. With\n"
	                "none they are fetched from the server that the client asked." },
	{ "walk", &kind_switch, AT(walk), .number = true,
	        .help = "True: keys that this server does not have, as one of a zone below,\n"
	                "are looked for from the root's servers down. Not with a resolver." },
	{ "root_hints", &kind_path, AT(root_hints), .text = "/usr/share/dns/root.hints",
	        .help = "The addresses of the root's servers, in zone-file form. Debian's\n"
	                "package dns-root-data has them." },
	{ "checking_disabled", &kind_word, AT(checking_disabled), .words = checking_disabled_words,
	        .number = CHECKING_DISABLED_JUDGE,
	        .help = "How a query with the CD bit is treated, by which a client says that\n"
	                "it checks for itself: \"judge\" treats it like any other, \"pass\"\n"
	                "leaves it and its response alone. Some resolvers set the bit in\n"
	                "every query and check nothing; what passes is believed and cached." },
	{ "validators", &kind_networks, AT(validators),
	        .help = "Clients whose queries with the CD bit pass, whatever\n"
	                "checking_disabled says of others: [ \"192.0.2.7\", \"2001:db8:7::/48\" "
	                "].\n"
	                "Name those that really check, and trust zones that cannot be\n"
	                "proved from trust_anchor. This machine itself has the address that\n"
	                "it asks from." },

	{ "park_ms", &kind_number, AT(limits.park_ms), .number = 3000, .min = 100, .max = 30000,
	        .help = "How long a response may wait for keys, in milliseconds. Then it is\n"
	                "refused." },
	{ "bogus_grace_ms", &kind_number, AT(limits.bogus_grace_ms), .number = 400, .max = 5000,
	        .help = "How long a Bogus or failing response is held back, in milliseconds,\n"
	                "in case the true one follows: an attacker answers first. 0 does not\n"
	                "wait." },
	{ "flow_timeout_ms", &kind_number, AT(limits.flow_timeout_ms), .number = 10000, .min = 1000,
	        .max = 120000,
	        .help = "How long a query is remembered, in milliseconds. A response that\n"
	                "comes later is dropped." },
	{ "flows", &kind_number, AT(limits.flows), .number = 65536, .min = 64, .max = 4194304,
	        .help = "How many queries each queue remembers at a time. One with a long name\n"
	                "counts as two, or up to four. Of the second half of them a client\n"
	                "may have a sixteenth, and what comes by one interface three quarters,\n"
	                "while others want some, too." },
	{ "zones", &kind_number, AT(limits.zones), .number = 4096, .min = 64, .max = 1048576,
	        .help = "Of how many zones each queue remembers what it learned." },
	{ "messages", &kind_number, AT(limits.messages), .number = 65536, .max = 4194304,
	        .help = "How many responses each queue remembers with what became of them, so\n"
	                "that the like of them need not be judged, or signed. One with more\n"
	                "than three records counts as two, or up to six. A signer keeps what\n"
	                "it made of one for a minute: more than 184 octets count as two, or up\n"
	                "to nine. 0 remembers none." },
	{ "parked", &kind_number, AT(limits.parked), .number = 1024, .min = 1, .max = 65536,
	        .help = "How many responses of each queue may wait for keys at a time. The\n"
	                "last quarter is kept for clients and questions of which less than a\n"
	                "sixteenth waits already. Must be less than queue.length." },

	{ "assist", &kind_switch, AT(assist), .number = true,
	        .help = "Of a server that leaves out all signatures, or does not take EDNS, no\n"
	                "answer from a signed zone can be proved. True has the signatures\n"
	                "fetched from `resolver`, if there is one, and proves by them what\n"
	                "came; false refuses it." },
	{ "before_clock", &kind_names, AT(before_clock),
	        .text = "pool.ntp.org ntp.ubuntu.com time.cloudflare.com time.google.com "
	                "time.apple.com time.g.aaplimg.com time.windows.com "
	                "twc.trafficmanager.net",
	        .help = "Names of time servers, and all below them, of which records pass\n"
	                "unjudged, for minutes, while the clock of this machine is not set:\n"
	                "no signature holds then. Of a name that is an alias (CNAME) name the\n"
	                "target, too; records of names that are not listed do not pass." },
	{ "unset_clock", &kind_word, AT(unset_clock), .words = unset_clock_words,
	        .number = UNSET_CLOCK_WAIT,
	        .help = "How all other names are treated until it is: \"wait\" keeps their\n"
	                "responses for park_ms, \"fail\" refuses them at once." },
	{ "unsynchronised_clock", &kind_word, AT(unsynchronised_clock),
	        .words = unsynchronised_clock_words, .number = UNSYNCHRONISED_BELIEVE,
	        .help = "What a clock is that may be right, but is not synchronised as far as\n"
	                "the kernel knows, as in many virtual machines for ever: \"believe\"\n"
	                "judges by it, but time servers are not refused for the dates of\n"
	                "signatures; \"doubt\" takes it for not set." },
	{ "clock_state", &kind_path, AT(clock_state), .text = "/var/lib/sealgate/clock",
	        .help = "Where the time is kept, now and then: an unsynchronised clock that\n"
	                "is behind it has gone back, and is not set." },
	{ "control_socket", &kind_path, AT(control_socket), .text = "/run/sealgate/control",
	        .help = "Where `sealgate ctl` finds the daemon: a socket that root alone may\n"
	                "use." },
	{ "log_level", &kind_word, AT(log_level), .words = log_level_words,
	        .number = LOG_LEVEL_INFO,
	        .help = "What is logged: \"error\", \"warning\", \"info\" or \"debug\", each with\n"
	                "what stands before it." },

	{ "sign.place", &kind_word, AT(sign_place), .words = place_words, .number = PLACE_SERVER,
	        .help = "Where the role \"signer\" finds the server: \"server\", on this machine,\n"
	                "or \"gateway\", behind it. The rules depend on it." },
	{ "sign.servers", &kind_servers, AT(sign_servers),
	        .help = "The servers: [ \"192.0.2.53\", \"2001:db8::53\" ]. Nothing is signed but\n"
	                "what these answer; on their own machine none means all that are on\n"
	                "it. A machine that can send with their addresses from their side of a\n"
	                "gateway has its answers signed. The rules depend on it." },
	{ "sign.zones", &kind_zones, AT(sign_zones),
	        .help = "What is signed: ( { name = \"example.org\"; keys =\n"
	                "\"/etc/sealgate/keys\"; } ). `keys` has what `sealgate keys generate`\n"
	                "or dnssec-keygen wrote. A zone may also have `max_ttl`, in seconds\n"
	                "(86400), above which TTLs are cut; `cuts`, the names of its children,\n"
	                "with the DS of one that is signed: ( \"a.example.org\", { name =\n"
	                "\"b.example.org\"; ds = [ \"12345 13 2 31..E8\" ]; } ), others are\n"
	                "learned; and `servers`, those of sign.servers that speak for it,\n"
	                "[ \"192.0.2.53\" ]: what others say of it is not signed. With none all\n"
	                "of them do." },
	{ "sign.secondaries", &kind_networks, AT(sign_secondaries),
	        .help = "Who may transfer these zones, unsigned: [ \"192.0.2.7\",\n"
	                "\"2001:db8:7::/48\" ]. Others are refused." },
	{ "sign.life_s", &kind_number, AT(sign_life_s), .number = SIGN_LIFE_S, .min = 259200,
	        .max = 7776000, .help = "How long a signature lives, in seconds." },
	{ "sign.udp_size", &kind_number, AT(sign_udp_size), .number = SIGN_UDP_SIZE, .min = 512,
	        .max = 4096,
	        .help = "The longest response over UDP, whatever the client takes. What is\n"
	                "longer gets TC, and the client comes by TCP." },
	{ "sign.signatures_per_s", &kind_number, AT(sign_per_s), .number = SIGN_PER_S,
	        .max = 1000000,
	        .help = "How many new signatures each queue makes in a second; who asks for\n"
	                "more over UDP gets TC. 0 for no limit." },
	{ "sign.signatures_per_network", &kind_number, AT(sign_per_network),
	        .number = SIGN_PER_NETWORK, .max = 1000000,
	        .help = "The same for one network of clients (IPv4 /24, IPv6 /56)." },
	{ "sign.signatures", &kind_number, AT(sign_remembered), .number = 32768, .min = 64,
	        .max = 4194304, .help = "How many signatures each queue remembers." },
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

const struct config_key *key_find(const char *path)
{
	for (size_t i = 0; i < config_key_count; i++) {
		if (strcmp(config_keys[i].path, path) == 0)
			return &config_keys[i];
	}
	return NULL;
}

const char *key_word(const char *path, const struct config *c)
{
	const struct config_key *k = key_find(path);
	assert(k && k->kind == &kind_word);
	return k->words[*(const uint32_t *)key_value_const(k, c)];
}
