/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What validation trusts, asks and believes, and how much it remembers. */
#include "config/config_rows.h"

#include "config/config.h"
#include "config/config_kinds.h"
#include "config/config_lists.h"
#include "config/config_local.h"
#include "config/config_ntas.h"
#include "dnssec/limits.h"

static const char *const blocked_words[] = {
	[BLOCKED_SERVFAIL] = "servfail", [BLOCKED_PASS] = "pass", NULL
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
static const char *const dns64_words[] = { [DNS64_BY_DNS] = "dns", [DNS64_BY_RA] = "ra", NULL };

/* Special use: RFC 6761, 6762 with its appendix G, 7686, 8375, 9462, 9476, 9665, and ICANN's
 * .internal. "localdomain" is what installers write into /etc/hosts. Not "test": nobody serves it
 * but developers, and nothing but a key of theirs says so. The networks: RFC 6303, RFC 7793. */
#define LOCAL_NAMES                                                                                \
	"localhost localdomain local lan home corp intranet internal private alt invalid onion "   \
	"home.arpa resolver.arpa service.arpa 0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 "     \
	"169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16 198.51.100.0/24 "                \
	"203.0.113.0/24 255.255.255.255/32 ::/128 ::1/128 2001:db8::/32 fd00::/8 fe80::/10 *"

static const struct config_key judging_keys[] = {
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
};

const struct config_rows config_rows_judging = { judging_keys,
	sizeof(judging_keys) / sizeof(judging_keys[0]) };
