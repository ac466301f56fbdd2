/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A signer with one zone, whose configuration, keys and timeline are files in a directory of its
 * own. */
#ifndef TESTS_ZONEBED_H
#define TESTS_ZONEBED_H

#include "test.h"

#include "daemon/zone_policy.h"
#include "planned.h"

#define ZONE             "example.org"
#define FILE_OF_TIMELINE "K" ZONE ".timeline"

/* After so long a file that is the same counts as the same (base/file.c). */
#define ZONE_BED_SETTLE_US 30000

/* Its keys, as bits: two ZSKs, and those of the other algorithm, Ed25519; another KSK, and another
 * ZSK. */
enum {
	KSK = 1,
	OLD = 2,
	NEW = 4,
	ZSK_15 = 8,
	KSK_15 = 16,
	OTHER_KSK = 32,
	THIRD = 64,
	ZONE_BED_KEYS = 7
};

struct zone_bed {
	struct config config; /* sign.zones_directory and keeper.timelines are the directory */
	struct crypto *crypto;
	struct name zone;
	struct keypair keys[ZONE_BED_KEYS];
	struct zone_policy *policy; /* NULL at first */
	int64_t now_s;
	bool is_hasty; /* files that are written are not waited for: each is another one */
};

/* The zone is configured with keys of its own. */
struct zone_bed *zone_bed_new(int64_t now_s);
void zone_bed_free(struct zone_bed *bed);

/* Returns the path of a file of the bed, which counts until the next call. */
const char *zone_bed_path(const struct zone_bed *bed, const char *file);

/* Writes a file, and waits until it counts as settled (base/file.h), unless the bed is hasty. */
void zone_bed_put(const struct zone_bed *bed, const char *file, const char *text);

/* With keeper = true, or keys of its own. */
void zone_bed_configure(const struct zone_bed *bed, bool is_kept);

/* Writes a timeline; without periods one that says that the zone is unsigned. */
void zone_bed_plan(struct zone_bed *bed, const struct planned_period *periods, unsigned count,
        uint64_t generation, int64_t made_s);

/* Makes key files of Ed25519, as `sealgate keys generate` does. */
void zone_bed_make_by_hand(const struct zone_bed *bed, int64_t now_s);

/* Reads all again, and checks signatures for at most so long. Returns what is wrong with the zone,
 * or NULL. */
const char *zone_bed_reload_for(struct zone_bed *bed, uint64_t check_ms);
const char *zone_bed_reload(struct zone_bed *bed);
void zone_bed_reload_well(struct zone_bed *bed);

/* What signs at a time. */
const struct sign_period *zone_bed_period(const struct zone_bed *bed, int64_t now_s);

#endif
