/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_table.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "config/config.h"
#include "config/config_kinds.h"
#include "config/config_lists.h"
#include "config/config_local.h"
#include "config/config_ntas.h"
#include "config/config_sign.h"
#include "dnssec/limits.h"

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
static const char *const rules_watch_words[] = { [RULES_WATCH_RESTORE] = "restore",
	[RULES_WATCH_ALARM] = "alarm",
	[RULES_WATCH_OFF] = "off",
	NULL };
static const char *const rules_backend_words[] = { [RULES_BACKEND_AUTO] = "auto",
	[RULES_BACKEND_NFT] = "nft",
	[RULES_BACKEND_IPTABLES_NFT] = "iptables-nft",
	[RULES_BACKEND_IPTABLES_LEGACY] = "iptables-legacy",
	NULL };
static const char *const blocked_words[] = {
	[BLOCKED_SERVFAIL] = "servfail", [BLOCKED_PASS] = "pass", NULL
};
static const char *const checking_disabled_words[] = {
	[CHECKING_DISABLED_PASS] = "pass", [CHECKING_DISABLED_JUDGE] = "judge", NULL
};

static const char *const keeper_algorithm_words[] = {
	[KEEPER_ECDSAP256SHA256] = "ecdsap256sha256", [KEEPER_ED25519] = "ed25519", NULL
};
static const char *const unset_clock_words[] = {
	[UNSET_CLOCK_WAIT] = "wait", [UNSET_CLOCK_FAIL] = "fail", NULL
};
static const char *const unsynchronised_clock_words[] = {
	[UNSYNCHRONISED_BELIEVE] = "believe", [UNSYNCHRONISED_DOUBT] = "doubt", NULL
};

static const char *const dns64_words[] = { [DNS64_BY_DNS] = "dns", [DNS64_BY_RA] = "ra", NULL };

/* Indexed by the numbers of syslog(3), of which four are used. */
static const char *const log_level_words[] = {
	"", /* an empty word is not allowed as a value, and is not shown */
	"",
	"",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	"",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};

/* Special use: RFC 6761, 6762 with its appendix G, 7686, 8375, 9462, 9476, 9665, and ICANN's .internal.
 * "localdomain" is what installers write into /etc/hosts. Not "test": nobody serves it but developers,
 * and nothing but a key of theirs says so. The networks: RFC 6303, RFC 7793. */
#define DAY_S 86400

#define LOCAL_NAMES                                                                                \
	"localhost localdomain local lan home corp intranet internal private alt invalid onion "   \
	"home.arpa resolver.arpa service.arpa 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 "     \
	"169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16 198.51.100.0/24 "                \
	"203.0.113.0/24 255.255.255.255/32 ::/128 ::1/128 2001:db8::/32 fd00::/8 fe80::/10 *"

#define AT(member)                                                                                 \
	.offset = offsetof(struct config, member), .size = sizeof(((struct config *)NULL)->member)

const struct config_key config_keys[] = {
	{ "instance", &kind_instance, AT(instance),
	        .help = "The name of this instance, if two run on this machine: one that\n"
	                "validates, and one that signs. At most 8 letters, digits and \"-\". What\n"
	                "`rules apply` puts into the kernel has this name, and the keys "
	                "queue.first,\n"
	                "tcp_port, mark, shortcut, control_socket and those of state files have\n"
	                "other defaults. See docs/instances.md." },
	{ "role", &kind_word, AT(role), .words = role_words, .number = ROLE_HOST,
	        .help = "Which DNS traffic is handled. \"host\": the queries of this machine.\n"
	                "\"gateway\": the queries of clients that this machine routes for.\n"
	                "\"both\": these two. \"bridge\": the queries that cross a bridge, if\n"
	                "br_netfilter shows them. \"signer\": signs the answers of a DNS server\n"
	                "that cannot sign (see the group sign), and validates nothing. The\n"
	                "rules depend on it: run `sealgate rules apply` after a change." },
	{ "mode", &kind_word, AT(mode), .words = mode_words, .number = MODE_ENFORCE,
	        .help = "\"enforce\" answers SERVFAIL in place of a response that is Bogus or\n"
	                "Indeterminate. \"monitor\" lets every query and response pass at once "
	                "and\n"
	                "unchanged, judges copies, and logs and counts what \"enforce\" would "
	                "have\n"
	                "done: use it to try sealgate. DNS over TCP is relayed in this mode, too.\n"
	                "The rules depend on it." },

	{ "queue.first", &kind_number, AT(queue_first), .number = 5300, .max = 65535,
	        .help = "The number of the first NFQUEUE for responses. The queues for queries\n"
	                "follow the last of them. No other program on this machine may use\n"
	                "these queues. The rules depend on it." },
	{ "queue.count", &kind_number, AT(queue_count), .number = 1, .min = 1, .max = 64,
	        .help = "How many NFQUEUEs for responses there are. Each has its own thread,\n"
	                "and one more queue for queries. The rules depend on it." },
	{ "queue.length", &kind_number, AT(queue_length), .number = 8192, .min = 64, .max = 1048576,
	        .help = "How many responses the kernel holds for each queue, those that wait\n"
	                "for keys included. More are dropped, or pass with queue.fail_open." },
	{ "queue.queries", &kind_number, AT(queue_queries), .number = 4096, .min = 16,
	        .max = 1048576,
	        .help = "How many queries the kernel holds for each queue. More are dropped, or\n"
	                "pass with queue.fail_open: under overload, dropping a query before any\n"
	                "work is done for it costs least. A longer queue means longer delays.\n"
	                "Under sustained overload only 128 queries of it are used. If sealgate\n"
	                "is killed, the queries of a tenth to a fifth of a second wait here." },
	{ "queue.socket_buffer_kib", &kind_number, AT(queue_socket_buffer_kib), .number = 8192,
	        .min = 64, .max = 1048576, .help = "The receive buffer of each queue, in KiB." },
	{ "queue.fail_open", &kind_switch, AT(queue_fail_open),
	        .help = "If true, packets pass unjudged while a queue is full: an attacker who\n"
	                "can flood the queue can then forge answers. In the mode \"monitor\" it "
	                "is\n"
	                "always true." },
	{ "queue.bypass", &kind_switch, AT(queue_bypass), .change = CHANGE_RULES,
	        .help = "If true, packets pass unjudged while sealgate does not run. If false,\n"
	                "they are dropped. In the mode \"monitor\" it is always true. The rules\n"
	                "depend on it." },

	{ "tcp", &kind_word, AT(tcp), .words = tcp_words, .number = TCP_RELAY,
	        .help = "How DNS over TCP is treated. \"relay\" relays each connection to its\n"
	                "server, and judges the responses. \"refuse\" refuses all connections.\n"
	                "The rules depend on it." },
	{ "tcp_port", &kind_number, AT(tcp_port), .number = 5300, .min = 1024, .max = 65535,
	        .help = "The TCP port, on the loopback address, to which the rules bring\n"
	                "connections. The rules depend on it." },
	{ "tcp_connections", &kind_number, AT(tcp_connections), .number = 1024, .min = 1,
	        .max = 65536,
	        .help = "How many connections the worker of each queue relays at a time. When\n"
	                "there is no room for another, the worker closes the idlest connection\n"
	                "of the client that has the most. Once three quarters are in use, each\n"
	                "new connection of a client that has a sixteenth or more replaces one of\n"
	                "its own." },
	{ "tcp_idle_ms", &kind_number, AT(tcp_idle_ms), .change = CHANGE_NOW, .number = 30000,
	        .min = 1000, .max = 600000,
	        .help = "A connection without a complete message in either direction for this\n"
	                "long is closed, in milliseconds." },
	{ "zone_transfer", &kind_word, AT(zone_transfer), .change = CHANGE_NOW,
	        .words = zone_transfer_words, .number = ZONE_TRANSFER_PASS,
	        .help = "How zone transfers (AXFR, IXFR) are treated: \"pass\" or \"refuse\". "
	                "They\n"
	                "cannot be judged. Over UDP, a refused transfer gets no answer. With\n"
	                "\"pass\" the SOA questions of a secondary pass too." },
	{ "block_encrypted_dns", &kind_switch, AT(block_encrypted_dns), .change = CHANGE_RULES,
	        .help = "If true, port 853 is refused: DNS over TLS and DNS over QUIC. They\n"
	                "cannot be judged, and clients then fall back to plain DNS. DNS over\n"
	                "HTTPS looks like any web traffic and passes. The rules depend on it." },

	{ "user", &kind_user, AT(user_name), .text = "sealgate",
	        .help = "The user that sealgate runs as. If root starts it, it becomes this user.\n"
	                "No other program may use this user, because the rules recognise\n"
	                "sealgate's own queries by it. If there is no such user, they take the\n"
	                "owner of the directory of control_socket. The rules depend on it." },
	{ "sandbox", &kind_switch, AT(sandbox), .number = true,
	        .help = "If true, sealgate can make only the system calls and open only the files\n"
	                "that it needs, where the kernel allows that. Set it to false for a\n"
	                "debugger, or if a new C library needs a call that is refused: no query\n"
	                "is lost by that, but an intruder could do more." },
	{ "rules_watch", &kind_word, AT(rules_watch), .words = rules_watch_words,
	        .number = RULES_WATCH_RESTORE,
	        .help = "While sealgate runs, it watches whether its rules are in force. If\n"
	                "another program removed them: \"restore\" puts them back, \"alarm\"\n"
	                "only says so, in the log and in `sealgate ctl status`. \"off\" does not\n"
	                "watch." },
	{ "rules_backend", &kind_word, AT(rules_backend), .change = CHANGE_RULES,
	        .words = rules_backend_words, .number = RULES_BACKEND_AUTO,
	        .help = "The programs that put the rules into the kernel. \"auto\": the first\n"
	                "that works here, of nft, iptables-nft and iptables-legacy. Name the one\n"
	                "that your own rules use, to have all rules in one place. The rules\n"
	                "depend on it." },
	{ "mark.mask", &kind_mark, AT(mark_mask), .number = UINT32_C(0x30000000),
	        .help = "The bits of packet marks that sealgate uses. It never changes other\n"
	                "bits, and your own rules must not set these. The marks of connections\n"
	                "use them too. The rules depend on mask, own and relay." },
	{ "mark.own", &kind_mark, AT(mark_own), .number = UINT32_C(0x10000000),
	        .help = "The mark, within the mask, of packets that sealgate itself sends. The\n"
	                "rules let a packet with this mark pass if it comes from root or from\n"
	                "the user that sealgate runs as." },
	{ "mark.relay", &kind_mark, AT(mark_relay), .number = UINT32_C(0x20000000),
	        .help = "The mark, within the mask, of connections that a gateway relays." },

	{ "inside", &kind_interfaces, AT(inside), .change = CHANGE_RULES,
	        .help = "On a gateway, the interfaces towards the clients: [ \"lan0\" ]. DNS over\n"
	                "TCP is relayed only from these, and refused from others. If the list\n"
	                "is empty, it is relayed from the interfaces that have an address and\n"
	                "no default route when the rules are applied. Name them if there is\n"
	                "more than one way out. On a bridge: which of its ports. An empty\n"
	                "list means all. The rules depend on it." },

	{ "shortcut.interfaces", &kind_interfaces, AT(shortcut_interfaces),
	        .help = "On a gateway, the interfaces towards the clients: [ \"lan0\" ]. The\n"
	                "kernel then sets DO in their queries over UDP itself, where possible,\n"
	                "and only responses come to the queue. Needs eBPF and queue.count = 1;\n"
	                "see docs/shortcut.md. The rules depend on it." },
	{ "shortcut.mark_bit", &kind_number, AT(shortcut_mark_bit), .number = 27, .min = 16,
	        .max = 31,
	        .help = "The bit of packet marks that tells which queries the kernel has\n"
	                "changed. Your own rules must not set it. The rules depend on it." },
	{ "shortcut.directory", &kind_path, AT(shortcut_directory), .text = "/run/sealgate_bpf",
	        .help = "Where the eBPF programs and maps are pinned. If this directory is not\n"
	                "on a bpf file system, it is made and one is mounted there." },

	{ "trust_anchor", &kind_path, AT(trust_anchor), .text = "/usr/share/dns/root.key",
	        .help = "The file of the DS or DNSKEY records to trust, in zone-file form. The\n"
	                "Debian package dns-root-data has those of the root. unbound's root.key\n"
	                "will do too (of its keys those that it trusts), and dnsmasq's\n"
	                "trust-anchors.conf." },
	{ "rollover", &kind_switch, AT(rollover), .number = true,
	        .help = "If true, sealgate follows replacements of these keys (RFC 5011): a new\n"
	                "key is trusted after 30 days, a revoked key never again. If false,\n"
	                "only the keys in trust_anchor are trusted." },
	{ "trust_anchor_state", &kind_path, AT(trust_anchor_state),
	        .text = "/var/lib/sealgate/anchors",
	        .help = "Where sealgate stores which keys it follows, and since when. If this\n"
	                "file cannot be written, what was learned is lost when sealgate ends." },
	{ "negative_trust_anchors", &kind_ntas, AT(ntas), .change = CHANGE_NOW,
	        .help = "Zones whose DNSSEC is broken, and that pass as unsigned for a while\n"
	                "(RFC 7646): [ \"broken.example until 20261224120000\" ], in UTC." },
	{ "nta_state", &kind_path, AT(nta_state), .text = "/var/lib/sealgate/ntas",
	        .help = "Where sealgate stores the negative trust anchors that `sealgate ctl nta\n"
	                "add` made, beside those of the configuration." },
	{ "local_names", &kind_local_names, AT(local_names), .change = CHANGE_NOW,
	        .text = LOCAL_NAMES,
	        .help = "Names that the global tree cannot prove: they, and all names below them,\n"
	                "pass as unsigned. A network stands for its reverse zones, \"*\" for each\n"
	                "name of one label that the root denies. Records of other names in the\n"
	                "same response are judged. This list is the default; a list of your own\n"
	                "replaces it. See docs/local-names.md." },
	{ "local_zones", &kind_local_names, AT(local_zones), .change = CHANGE_NOW,
	        .help = "Your own local names, beside those of local_names. With \"from\" a name\n"
	                "is local only in the answers of that server or network, and answers of\n"
	                "other servers are judged (a VPN's split DNS):\n"
	                "[ \"fritz.box\", \"corp.example from 10.8.0.1\" ]." },
	{ "sha1", &kind_switch, AT(sha1),
	        .help = "If true, RSASHA1 signatures and SHA-1 DS digests are accepted. If\n"
	                "false, zones that have nothing better count as unsigned (RFC 9905)." },
	{ "nsec3_iterations", &kind_number, AT(nsec3_iterations), .change = CHANGE_NOW,
	        .number = LIMIT_NSEC3_ITERATIONS, .max = LIMIT_NSEC3_ITERATIONS_MOST,
	        .help = "How many iterations an NSEC3 hash may have (RFC 9276). In a zone with\n"
	                "more, nothing proves that a name or type does not exist: then such\n"
	                "answers count as unsigned, and so does any answer that a forger sends\n"
	                "without signatures. At most 150. BIND and Knot Resolver stop at 50, too,\n"
	                "Unbound at 150. See docs/limits.md." },
	{ "resolver", &kind_resolvers, AT(resolvers), .change = CHANGE_NOW,
	        .help = "The resolvers that keys are fetched from:\n"
	                "[ \"192.0.2.1\", \"[2001:db8::1]:53\", \"fe80::1%eth0\" ]. If the\n"
	                "list is empty, keys are fetched from the server that the client asked." },
	{ "walk", &kind_switch, AT(walk), .number = true,
	        .help = "If true, and the server that the client asked does not have the keys,\n"
	                "sealgate finds them itself, from the root servers down: an\n"
	                "authoritative server does not know the zones above its own. Not used\n"
	                "if `resolver` is set." },
	{ "root_hints", &kind_path, AT(root_hints), .text = "/usr/share/dns/root.hints",
	        .help = "The file of the addresses of the root servers, in zone-file form. The\n"
	                "Debian package dns-root-data has it." },
	{ "checking_disabled", &kind_word, AT(checking_disabled), .change = CHANGE_NOW,
	        .words = checking_disabled_words, .number = CHECKING_DISABLED_JUDGE,
	        .help = "How a query with the CD bit is treated. With it a client says that it\n"
	                "validates itself. \"judge\" treats the query like any other, \"pass\"\n"
	                "leaves it and its response alone. Some resolvers set the bit in every\n"
	                "query and validate nothing: they believe and cache what passes." },
	{ "validators", &kind_networks, AT(validators), .change = CHANGE_NOW,
	        .help = "Clients whose queries with the CD bit pass, whatever\n"
	                "checking_disabled says: [ \"192.0.2.7\", \"2001:db8:7::/48\" ]. Name "
	                "only\n"
	                "clients that really validate, and that need this: they have trust\n"
	                "anchors for zones that cannot be proved from trust_anchor. For this\n"
	                "machine, name the address that it sends its queries from." },

	{ "unjudged_servers", &kind_networks, AT(unjudged_servers), .change = CHANGE_NOW,
	        .help = "Servers whose answers are not judged, such as a hidden primary that is\n"
	                "unsigned while the public zone is signed:\n"
	                "[ \"192.0.2.53\", \"10.8.0.0/24\" ]. An attacker on the way to such a\n"
	                "server can forge its answers. See docs/hidden-primary.md." },
	{ "blocked", &kind_word, AT(blocked), .change = CHANGE_NOW, .words = blocked_words,
	        .number = BLOCKED_SERVFAIL,
	        .help = "How an unproved answer that says nothing (no such name, no such type,\n"
	                "0.0.0.0, ::) is treated in a signed zone. Filters such as Pi-hole,\n"
	                "AdGuard and RPZ give such answers. \"servfail\" refuses them: a client\n"
	                "then asks its next server. \"pass\" lets them pass, for questions for A,\n"
	                "AAAA, SVCB and HTTPS, with a TTL of at most 10 seconds. See\n"
	                "docs/filters.md." },

	{ "park_ms", &kind_number, AT(limits.park_ms), .number = 10000, .min = 100, .max = 60000,
	        .help = "How long a response may wait for keys at most, in milliseconds; after\n"
	                "that it is refused. It waits for three tenths of this time, or, if its\n"
	                "server is slow, for four round trips; over UDP no longer than until\n"
	                "flow_timeout_ms after its query. See docs/slow-links.md." },
	{ "bogus_grace_ms", &kind_number, AT(limits.bogus_grace_ms), .number = 400, .max = 5000,
	        .help = "How long a Bogus response is held back, in milliseconds: an attacker\n"
	                "answers first, and the true response may follow. An error (SERVFAIL,\n"
	                "REFUSED and others) is held back for a quarter of this time, and not at\n"
	                "all if the zone is known to be unsigned, or if the server gave this\n"
	                "error just before. 0: responses are not held back." },
	{ "flow_timeout_ms", &kind_number, AT(limits.flow_timeout_ms), .number = 10000, .min = 1000,
	        .max = 120000,
	        .help = "How long a query is remembered, in milliseconds. A response that comes\n"
	                "later, or still waits for keys then, is dropped: if you raise park_ms,\n"
	                "raise this too." },
	{ "flows", &kind_number, AT(limits.flows), .number = 65536, .min = 64, .max = 4194304,
	        .help = "How many queries in flight each queue remembers. A query for a long\n"
	                "name takes the room of two to four. The first half of the room has no\n"
	                "limits. Of the second half, one interface may take three quarters, and\n"
	                "one client, once most of it is taken, a sixteenth. These limits do not\n"
	                "apply to a client or an interface that has this half alone." },
	{ "zones", &kind_number, AT(limits.zones), .number = 4096, .min = 64, .max = 1048576,
	        .help = "How many zones each queue remembers the DNSSEC status of." },
	{ "messages", &kind_number, AT(limits.messages), .number = 65536, .max = 4194304,
	        .help = "How many responses each queue remembers with their result, so that\n"
	                "the same response is not judged or signed again. A response with more\n"
	                "than three records counts as two to six. A signer remembers the answer\n"
	                "that it made for at most a minute; an answer of more than 184 octets\n"
	                "counts as two to nine. 0 remembers none." },
	{ "parked", &kind_number, AT(limits.parked), .number = 1024, .min = 1, .max = 65536,
	        .help = "How many responses of each queue may wait for keys at a time. The last\n"
	                "quarter is for clients and questions that have less than a sixteenth\n"
	                "of the room. Must be less than queue.length." },

	{ "assist", &kind_switch, AT(assist), .change = CHANGE_NOW, .number = true,
	        .help = "Some servers strip the signatures from their responses, or reject\n"
	                "EDNS, so that nothing from a signed zone can be proved. If true,\n"
	                "sealgate fetches the signatures from `resolver` to prove the response.\n"
	                "If false, or if `resolver` is empty, the response is refused." },
	{ "dns64", &kind_prefixes, AT(dns64), .text = "64:ff9b::/96",
	        .help = "The IPv6 prefixes of your NAT64. A resolver with DNS64 makes up AAAA\n"
	                "records in them. Such a record passes in a signed zone if the zone\n"
	                "proves the IPv4 address in it, and that the name has no AAAA record.\n"
	                "The default is the prefix that is reserved for this (RFC 6052). [ ]:\n"
	                "none. See docs/dns64.md." },
	{ "dns64_discovery", &kind_words, AT(dns64_discovery), .words = dns64_words,
	        .help = "How further prefixes are found. \"dns\": the servers of resolver are\n"
	                "asked for ipv4only.arpa (RFC 7050). \"ra\": routers advertise them\n"
	                "(RFC 8781). Only prefixes in fc00::/7 and 64:ff9b:1::/48 are used,\n"
	                "because nothing proves them, and a global one could lead to anybody.\n"
	                "See docs/dns64.md." },
	{ "before_clock", &kind_names, AT(before_clock), .change = CHANGE_NOW,
	        .text = "pool.ntp.org ntp.ubuntu.com time.cloudflare.com time.google.com "
	                "time.apple.com time.g.aaplimg.com time.windows.com "
	                "twc.trafficmanager.net",
	        .help = "Names of time servers. While the clock of this machine is not set, no\n"
	                "signature can be checked. Records of these names, and of all names\n"
	                "below them, then pass unjudged, with TTLs of at most five minutes. If\n"
	                "the name of a time server is an alias (CNAME), list its target too.\n"
	                "Records of other names do not pass." },
	{ "unset_clock", &kind_word, AT(unset_clock), .change = CHANGE_NOW,
	        .words = unset_clock_words, .number = UNSET_CLOCK_WAIT,
	        .help = "How responses for all other names are treated while the clock is not\n"
	                "set: \"wait\" keeps them for at most park_ms, \"fail\" refuses them at\n"
	                "once." },
	{ "unsynchronised_clock", &kind_word, AT(unsynchronised_clock),
	        .words = unsynchronised_clock_words, .number = UNSYNCHRONISED_BELIEVE,
	        .help = "How to treat a plausible clock that the kernel does not report as\n"
	                "synchronised (permanently so in many virtual machines). \"believe\"\n"
	                "judges by this clock, but does not refuse records of time servers\n"
	                "because of the dates of signatures. \"doubt\" treats the clock as not "
	                "set." },
	{ "clock_state", &kind_path, AT(clock_state), .text = "/var/lib/sealgate/clock",
	        .help = "Where sealgate stores the time, from time to time. An unsynchronised\n"
	                "clock that is earlier than this time counts as not set." },
	{ "timeline_state", &kind_path, AT(timeline_state), .text = "/var/lib/sealgate/timelines",
	        .help = "Where a signer stores which timeline of each zone with keeper = true\n"
	                "was in force last. So after a restart a timeline that is missing or\n"
	                "old does not count. See docs/timeline.md." },
	{ "control_socket", &kind_path, AT(control_socket), .text = "/run/sealgate/control",
	        .help = "The socket that `sealgate ctl` uses to reach the daemon." },
	{ "control_group", &kind_group, AT(control_group), .text = "sealgate-read",
	        .help = "The members of this group may use the commands of `sealgate ctl` that\n"
	                "change nothing, such as status. Root and the user of the daemon may use\n"
	                "all; if there is no such group, or with \"\", they alone. That user must\n"
	                "be a member. The group of the user itself is a bad choice if that group "
	                "can\n"
	                "read the keys of a signer." },
	{ "log_level", &kind_word, AT(log_level), .change = CHANGE_NOW, .words = log_level_words,
	        .number = LOG_LEVEL_INFO,
	        .help = "What is logged: \"error\", \"warning\", \"info\" or \"debug\". Each "
	                "level\n"
	                "includes the ones before it." },

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
