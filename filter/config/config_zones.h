/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones that a signer signs, as the configuration lists them. */
#ifndef CONFIG_CONFIG_ZONES_H
#define CONFIG_CONFIG_ZONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sign/sign_policy.h"
#include "wire/network.h"

#define CONFIG_PATH_MAX 256

/* Where the keys of a zone are, unless it says otherwise. */
#define CONFIG_KEYS_DIRECTORY "/etc/sealgate/keys"

/* At most, in one zone. */
#define CONFIG_CUTS_MAX     64
#define CONFIG_SPEAKERS_MAX 256

struct config_zone {
	struct name apex;
	char keys[CONFIG_PATH_MAX]; /* the directory of its key files, or of its timeline */
	uint32_t max_ttl_s;
	unsigned line; /* of the file; 0 if the file has this zone alone */

	/* Read by config_habits.c: the index of a word. */
	uint8_t nxdomain;     /* enum sign_nxdomain */
	uint8_t empty;        /* 1: "nodata" */
	uint8_t ignores_cuts; /* 1: learn_cuts = false */
	uint8_t is_kept;      /* 1: the keeper looks after its keys */

	/* The servers that speak for the zone are `speaker_count` of the list's speakers, from
	 * `speaker_first` on. 0: any server does. */
	unsigned speaker_first, speaker_count;

	/* The cuts that it lists, likewise. */
	unsigned cut_first, cut_count;
};

/* A zone cut. It belongs to the zone with the longest apex above it. */
struct config_cut {
	struct name name;
	unsigned line;     /* of the file */
	unsigned ds_count; /* 0: the child is not signed */
	struct config_ds {
		size_t len;
		uint8_t octets[4 + DIGEST_MAX_OCTETS]; /* RDATA */
	} ds[LIMIT_DS];
};

/* Owns the three arrays; see config_zones_fini(). */
struct config_zones {
	unsigned count, cut_count, speaker_count;
	struct config_zone *items;
	struct config_cut *cuts;
	struct network *speakers;
};

/* Returns the zone with the longest apex at or above `name`, or NULL. */
const struct config_zone *config_zone_of(const struct config_zones *zones, const struct name *name);

/* Copies one zone, with its cuts and servers. Returns false if memory is short; else free the copy
 * with config_zones_fini(). */
bool config_zones_copy(struct config_zones *copy, const struct config_zones *zones, unsigned index);

/* True if both zones are configured alike, wherever that is written. */
bool config_zones_agree(
        const struct config_zones *a, unsigned of_a, const struct config_zones *b, unsigned of_b);

/* Frees the arrays; the list is empty then. */
void config_zones_fini(struct config_zones *zones);

/* Gives the zones that the keeper looks after the directory of timelines. */
void config_zones_place(struct config_zones *zones, const char *timelines);

#endif
