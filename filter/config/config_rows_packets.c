/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How DNS messages come here: role, queues, TCP, user, rules, marks, shortcut. */
#include "config/config_rows.h"

#include "config/config.h"
#include "config/config_kinds.h"
#include "config/config_lists.h"

static const char *const role_words[] = {
	[ROLE_HOST] = "host",
	[ROLE_GATEWAY] = "gateway",
	[ROLE_BOTH] = "both",
	[ROLE_SIGNER] = "signer",
	[ROLE_BRIDGE] = "bridge",
	NULL,
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

static const struct config_key packets_keys[] = {
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
};

const struct config_rows config_rows_packets = { packets_keys,
	sizeof(packets_keys) / sizeof(packets_keys[0]) };
