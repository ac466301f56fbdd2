/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: one file in libconfig's syntax, where every key has a default. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/complaint.h"
#include "sign/sign_policy.h"
#include "trust/nta.h"
#include "wire/namelist.h"
#include "wire/network.h"

#define CONFIG_DEFAULT_PATH "/etc/sealgate/sealgate.conf"

#define CONFIG_PATH_MAX      256
#define CONFIG_RESOLVERS_MAX 8

/* What is signed. */
#define CONFIG_ZONES_MAX    128
#define CONFIG_CUTS_MAX     64 /* of all zones */
#define CONFIG_SERVERS_MAX  64
#define CONFIG_SPEAKERS_MAX 256 /* servers that are named of zones, of all together */
#define CONFIG_NETWORKS_MAX 32

#define CONFIG_INTERFACES_MAX 64

enum config_role { ROLE_HOST, ROLE_GATEWAY, ROLE_BOTH, ROLE_SIGNER, ROLE_BRIDGE };
enum config_place { PLACE_SERVER, PLACE_GATEWAY };
enum config_tcp { TCP_RELAY, TCP_REFUSE };
enum config_zone_transfer { ZONE_TRANSFER_PASS, ZONE_TRANSFER_REFUSE };
enum config_unset_clock { UNSET_CLOCK_WAIT, UNSET_CLOCK_FAIL };
enum config_unsynchronised_clock { UNSYNCHRONISED_BELIEVE, UNSYNCHRONISED_DOUBT };
enum config_checking_disabled { CHECKING_DISABLED_PASS, CHECKING_DISABLED_JUDGE };

/* A zone that is signed. */
struct config_zone {
	struct name apex;
	char keys[CONFIG_PATH_MAX]; /* the directory of its key files */
	uint32_t max_ttl_s;
	unsigned line;                         /* of the file */
	unsigned speaker_first, speaker_count; /* its servers, of those of all zones; 0: any */
};

/* Where a zone is delegated. It belongs to the zone with the longest apex above it. */
struct config_cut {
	struct name name;
	unsigned line;     /* of the file */
	unsigned ds_count; /* 0: the child is not signed */
	struct config_ds {
		size_t len;
		uint8_t octets[4 + DIGEST_MAX_OCTETS]; /* RDATA */
	} ds[LIMIT_DS];
};

struct config_zones {
	unsigned count, cut_count, speaker_count;
	struct config_zone items[CONFIG_ZONES_MAX];
	struct config_cut cuts[CONFIG_CUTS_MAX];
	struct network speakers[CONFIG_SPEAKERS_MAX];
};

struct config_servers {
	unsigned count;
	struct sockaddr_storage items[CONFIG_SERVERS_MAX];
};

struct config_networks {
	unsigned count;
	struct network items[CONFIG_NETWORKS_MAX];
};

struct config_interfaces {
	unsigned count;
	char names[CONFIG_INTERFACES_MAX][IF_NAMESIZE];
};

/* The keys of the file, in the order and the units of the table in config_table.c. Immutable once
 * read. */
struct config {
	uint32_t role; /* enum config_role */
	uint32_t mode; /* enum policy_mode */
	uint32_t queue_first, queue_count, queue_length, queue_queries, queue_socket_buffer_kib;
	bool queue_fail_open, queue_bypass;
	uint32_t tcp; /* enum config_tcp */
	uint32_t tcp_port, tcp_connections, tcp_idle_ms;
	uint32_t zone_transfer; /* enum config_zone_transfer */
	bool block_encrypted_dns;
	uint32_t mark_mask, mark_own, mark_relay;
	struct config_interfaces inside;              /* none: they are found out */
	struct config_interfaces shortcut_interfaces; /* none: there is no shortcut */
	uint32_t shortcut_mark_bit;
	char shortcut_directory[CONFIG_PATH_MAX];
	char trust_anchor[CONFIG_PATH_MAX];
	bool rollover;
	char trust_anchor_state[CONFIG_PATH_MAX];
	struct sockaddr_storage resolvers[CONFIG_RESOLVERS_MAX];
	unsigned resolver_count;
	bool walk;
	char root_hints[CONFIG_PATH_MAX];
	struct nta_list ntas;
	bool sha1;
	uint32_t checking_disabled; /* enum config_checking_disabled */
	struct config_networks validators;
	uint32_t park_ms, bogus_grace_ms, flow_timeout_ms;
	uint32_t flows, zones, messages, parked; /* entries a worker */
	bool assist;
	struct namelist before_clock;
	uint32_t unset_clock;          /* enum config_unset_clock */
	uint32_t unsynchronised_clock; /* enum config_unsynchronised_clock */
	char clock_state[CONFIG_PATH_MAX];
	char control_socket[CONFIG_PATH_MAX];
	uint32_t log_level; /* enum log_level */

	/* Not of the file: as which user the program runs, besides root. rules_apply() finds it. */
	uint32_t user;

	/* Of the signer. */
	uint32_t sign_place; /* enum config_place */
	struct config_servers sign_servers;
	struct config_zones sign_zones;
	struct config_networks sign_secondaries;
	uint32_t sign_life_s, sign_udp_size, sign_per_s, sign_per_network, sign_remembered;
};

/* Fills `c` with the default of every key. */
void config_defaults(struct config *c);

/* Fills `c` with the defaults, then with what the file at `path` says. `path` NULL stands for the
 * default path, where no file need be: `*found`, if not NULL, says whether there was one. Returns
 * 0; or -EINVAL with a sentence in `error` that names file and line, and then `c` is not to be
 * used.
 */
int config_load(struct config *c, const char *path, bool *found, struct complaint *error);

/* The numbers of the queues of responses begin with `queue_first`, those of queries here; both rows
 * are `queue_count` long. */
static inline uint32_t config_queries_first(const struct config *c)
{
	return c->queue_first + c->queue_count;
}

static inline uint32_t config_queue_last(const struct config *c)
{
	return c->queue_first + 2 * c->queue_count - 1;
}

/* True when DNS is routed through this machine, instead of coming to it or from it. */
static inline bool config_forwards(const struct config *c)
{
	return c->role == ROLE_GATEWAY || c->role == ROLE_BOTH ||
	       (c->role == ROLE_SIGNER && c->sign_place == PLACE_GATEWAY);
}

/* True for the name of an interface as it may stand in rules and in the names of files. */
bool config_is_interface(const char *name);

/* Returns the zone that `name` lies in, with the longest apex, or NULL. */
const struct config_zone *config_zone_of(const struct config_zones *zones, const struct name *name);

#endif
