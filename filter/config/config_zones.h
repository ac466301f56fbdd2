/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones that a signer signs, as the configuration lists them. */
#ifndef CONFIG_CONFIG_ZONES_H
#define CONFIG_CONFIG_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "sign/sign_policy.h"
#include "wire/network.h"

#define CONFIG_PATH_MAX 256

/* At most, in one zone. */
#define CONFIG_CUTS_MAX     64
#define CONFIG_SPEAKERS_MAX 256

struct config_zone {
	struct name apex;
	char keys[CONFIG_PATH_MAX]; /* the directory of its key files */
	uint32_t max_ttl_s;
	unsigned line; /* of the file */

	/* Read by config_habits.c: the index of a word. */
	uint8_t nxdomain;     /* enum sign_nxdomain */
	uint8_t empty;        /* 1: "nodata" */
	uint8_t ignores_cuts; /* 1: learn_cuts = false */

	/* The servers that speak for the zone are `speaker_count` of the list's speakers, from
	 * `speaker_first` on. 0: any server does. */
	unsigned speaker_first, speaker_count;
};

/* A zone cut. It belongs to the zone with the longest apex above it. */
struct config_cut {
	struct name name;
	unsigned listed_in; /* the index of the zone that lists it */
	unsigned line;      /* of the file */
	unsigned ds_count;  /* 0: the child is not signed */
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

/* Frees the arrays; the list is empty then. */
void config_zones_fini(struct config_zones *zones);

#endif
