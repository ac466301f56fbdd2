/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: one file in libconfig's syntax. Every key has a default. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/complaint.h"
#include "config/config_zones.h"
#include "config/worker_limits.h"
#include "trust/local.h"
#include "trust/nta.h"
#include "wire/namelist.h"
#include "wire/network.h"

#define CONFIG_DIRECTORY    "/etc/sealgate"
#define CONFIG_DEFAULT_PATH CONFIG_DIRECTORY "/sealgate.conf"

#define CONFIG_INSTANCE_MAX   8 /* octets: names of iptables chains have at most 28 */
#define CONFIG_USER_MAX       32
#define CONFIG_VAULT_MAX      1024 /* octets of the URI of a token, with the terminating zero */
#define CONFIG_RESOLVERS_MAX  8
#define CONFIG_SERVERS_MAX    64
#define CONFIG_NETWORKS_MAX   32
#define CONFIG_INTERFACES_MAX 64

enum config_role { ROLE_HOST, ROLE_GATEWAY, ROLE_BOTH, ROLE_SIGNER, ROLE_BRIDGE };
enum config_mode {
	MODE_ENFORCE, /* Bogus and Indeterminate become SERVFAIL */
	MODE_MONITOR, /* everything goes on as it came; copies are judged */
};
enum config_place { PLACE_SERVER, PLACE_GATEWAY };
enum config_tcp { TCP_RELAY, TCP_REFUSE };
enum config_zone_transfer { ZONE_TRANSFER_PASS, ZONE_TRANSFER_REFUSE };
enum config_unset_clock { UNSET_CLOCK_WAIT, UNSET_CLOCK_FAIL };
enum config_unsynchronised_clock { UNSYNCHRONISED_BELIEVE, UNSYNCHRONISED_DOUBT };
enum config_rules_watch {
	RULES_WATCH_RESTORE, /* rules that are gone are put back */
	RULES_WATCH_ALARM,   /* they are only told */
	RULES_WATCH_OFF
};
enum config_rules_backend {
	RULES_BACKEND_AUTO, /* the first that works here */
	RULES_BACKEND_NFT,
	RULES_BACKEND_IPTABLES_NFT,
	RULES_BACKEND_IPTABLES_LEGACY,
};
enum config_blocked { BLOCKED_SERVFAIL, BLOCKED_PASS };
enum config_keeper_algorithm { KEEPER_ECDSAP256SHA256, KEEPER_ED25519 };
enum config_checking_disabled { CHECKING_DISABLED_PASS, CHECKING_DISABLED_JUDGE };

/* How prefixes of NAT64s are found. `dns64_discovery` has a bit for each. */
enum config_dns64 { DNS64_BY_DNS, DNS64_BY_RA };

struct config_servers {
	unsigned count;
	struct sockaddr_storage *items; /* on the heap; NULL if there are none */
};

struct config_networks {
	unsigned count;
	struct network items[CONFIG_NETWORKS_MAX];
};

struct config_interfaces {
	unsigned count;
	char names[CONFIG_INTERFACES_MAX][IF_NAMESIZE];
};

/* The keys of the file, in the units of the table in config_rows_*.c. It owns the lists
 * behind its pointers: do not copy it. See config_fini(). */
struct config {
	char instance[CONFIG_INSTANCE_MAX + 1]; /* "": the one without a name */
	uint32_t role;                          /* enum config_role */
	uint32_t mode;                          /* enum config_mode */
	uint32_t queue_first, queue_count, queue_length, queue_queries, queue_socket_buffer_kib;
	bool queue_fail_open, queue_bypass;
	uint32_t tcp; /* enum config_tcp */
	uint32_t tcp_port, tcp_connections, tcp_idle_ms;
	uint32_t zone_transfer; /* enum config_zone_transfer */
	bool block_encrypted_dns;
	char user_name[CONFIG_USER_MAX]; /* "user" */
	bool sandbox;
	uint32_t rules_watch;   /* enum config_rules_watch */
	uint32_t rules_backend; /* enum config_rules_backend */
	uint32_t mark_mask, mark_own, mark_relay;
	struct config_interfaces inside;              /* none: rules_apply() finds them */
	struct config_interfaces shortcut_interfaces; /* none: there is no shortcut */
	uint32_t shortcut_mark_bit;
	char shortcut_directory[CONFIG_PATH_MAX];
	char trust_anchor[CONFIG_PATH_MAX];
	bool rollover;
	char trust_anchor_state[CONFIG_PATH_MAX];
	struct config_servers resolvers;
	bool walk;
	char root_hints[CONFIG_PATH_MAX];
	struct nta_list *ntas; /* NULL: none */
	char nta_state[CONFIG_PATH_MAX];
	struct local_names *local_names, *local_zones;
	bool sha1;
	uint32_t nsec3_iterations;
	uint32_t checking_disabled; /* enum config_checking_disabled */
	struct config_networks validators;
	struct config_networks unjudged_servers;
	uint32_t blocked; /* enum config_blocked */
	struct worker_limits limits;
	bool assist;
	struct config_networks dns64;
	uint32_t dns64_discovery; /* bits of enum config_dns64 */
	struct namelist *before_clock;
	uint32_t unset_clock;          /* enum config_unset_clock */
	uint32_t unsynchronised_clock; /* enum config_unsynchronised_clock */
	char clock_state[CONFIG_PATH_MAX];
	char timeline_state[CONFIG_PATH_MAX];
	char control_socket[CONFIG_PATH_MAX];
	char control_group[CONFIG_USER_MAX]; /* "": none */
	uint32_t log_level;                  /* enum log_level */

	/* Not in the file: what the file says that is allowed, and hardly meant, with its line.
	 * Empty if there is no such thing. */
	struct complaint doubt;

	/* Not in the file: the user that the program runs as, besides root. rules_apply() finds
	 * it. */
	uint32_t user;

	/* Of the signer. */
	uint32_t sign_place; /* enum config_place */
	struct config_servers sign_servers;
	struct config_zones sign_zones;
	char sign_zones_directory[CONFIG_PATH_MAX]; /* "": none */
	struct config_networks sign_secondaries;
	bool sign_client_subnet;
	bool sign_at_once;
	uint32_t sign_life_s, sign_udp_size, sign_per_s, sign_per_network, sign_remembered;

	/* Of the keeper. */
	char keeper_directory[CONFIG_PATH_MAX];
	char keeper_timelines[CONFIG_PATH_MAX]; /* where the timelines of kept zones are */
	char keeper_vault[CONFIG_VAULT_MAX];    /* "": the directory "vault" in that */
	char keeper_group[CONFIG_USER_MAX];     /* "": none */
	char keeper_control_socket[CONFIG_PATH_MAX];
	uint32_t keeper_algorithm; /* enum config_keeper_algorithm */
	uint32_t keeper_ahead_s, keeper_zsk_life_s, keeper_ksk_life_s, keeper_look_s;
	uint32_t keeper_dnskey_ttl_s, keeper_ds_ttl_s;
	uint32_t keeper_zone_spread_s, keeper_parent_spread_s, keeper_safety_s;
	bool keeper_cds, keeper_standby, keeper_shared_ksk;
};

/* Fills `c` with the default of every key. Frees nothing that `c` had before. Returns 0; or
 * -ENOMEM, and then `c` owns nothing. */
int config_defaults(struct config *c);

/* Fills `c` like config_defaults(), and then with the values in the file at `path`. `path` NULL
 * stands for the default path, where the file may be missing: `*found`, if not NULL, says whether
 * there was one. Returns 0; or -EINVAL with a sentence in `error` that names file and line, and
 * then `c` owns nothing and must not be used. */
int config_load(struct config *c, const char *path, bool *found, struct complaint *error);

/* Frees the lists that `c` owns. Fine twice, and after a failure. */
void config_fini(struct config *c);

/* Returns the number of the first queue for queries. The queues for responses begin at
 * `queue_first`; there are `queue_count` of each. */
static inline uint32_t config_queries_first(const struct config *c)
{
	return c->queue_first + c->queue_count;
}

static inline uint32_t config_queue_last(const struct config *c)
{
	return c->queue_first + 2 * c->queue_count - 1;
}

/* True if everything goes on as it came, and copies are judged. A signer has no such mode. */
static inline bool config_monitors(const struct config *c)
{
	return c->mode == MODE_MONITOR && c->role != ROLE_SIGNER;
}

/* True if packets pass while nobody reads the queues. */
static inline bool config_bypasses(const struct config *c)
{
	return c->queue_bypass || config_monitors(c);
}

/* True if this machine forwards the DNS traffic of others, instead of sending or receiving it. */
static inline bool config_forwards(const struct config *c)
{
	return c->role == ROLE_GATEWAY || c->role == ROLE_BOTH ||
	       (c->role == ROLE_SIGNER && c->sign_place == PLACE_GATEWAY);
}

#endif
