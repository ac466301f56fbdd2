/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A zone that is kept, with real files, a vault in a directory, and servers that serve what the
 * timeline on the disk says. */
#ifndef TESTS_TURNBED_H
#define TESTS_TURNBED_H

#include "test.h"

#include <limits.h>

#include "keeper/zone_turn.h"

#define HOUR_S  3600
#define DAY_S   86400
#define START_S (INT64_C(20000) * DAY_S + 12 * HOUR_S + 345)
#define TURNS   5000 /* more are a standstill */

/* The world around one keeper. */
struct bed {
	char directory[64], vault_directory[80], timelines[80];
	struct keeper_store store;
	struct vault *vault;
	struct crypto *crypto;
	struct life_policy policy;
	struct kept_zone zone;
	int64_t now_s, clock_off_s;  /* what time it is, and by how much the clock is wrong */
	bool is_clock_alone;         /* no time server has set it */
	bool has_vault, follows_cds; /* the parent does */
	struct life_tags ds;         /* at the parent */
	struct turn_result result;   /* of the last turn */
	unsigned turns, timelines_written, signatures;
	uint16_t signers[8]; /* ZSKs that have signed, in turn */
	unsigned signer_count;
};

struct bed *new_bed(void);
void free_bed(struct bed *bed);

/* A bed whose zone has been signed for some days, with its DS at the parent. */
struct bed *signed_bed(void);

void bed_order(struct bed *bed, enum life_order order);

/* The order for a turn now, in which nobody has looked. */
struct turn_order bed_turn_order(struct bed *bed);

/* Make a turn, at the time of the bed. The second one must succeed. */
void bed_turn(struct bed *bed);
void bed_turn_well(struct bed *bed);

/* Makes a turn though nobody can look: the timeline need not make sense. */
void bed_turn_blind(struct bed *bed);

/* Turns well whenever a turn is due. */
void bed_live_for(struct bed *bed, int64_t span_s);

/* The vault is another one, with no key in it; or there is none. */
void lose_ksk(struct bed *bed, bool has_vault);

/* What a process knows is gone. */
void bed_restart(struct bed *bed);

/* What a server serves now. */
void bed_serve(struct bed *bed, struct life_server *server);

/* Reads and checks the timeline in place. Returns false if there is none. */
bool read_bed_timeline(struct bed *bed, struct timeline *t);
uint64_t generation_in_place(struct bed *bed); /* 0 if there is none */

/* ---- Files ---- */

void bed_path(const struct bed *bed, const char *file, char path[static PATH_MAX]);
unsigned count_files(const struct bed *bed, const char *ending);
unsigned count_vault_keys(const struct bed *bed);

/* The two files of a zone, to put them back. */
struct old_files {
	char *state, *timeline;
};

struct old_files take_files(const struct bed *bed);
void put_state_back(const struct bed *bed, const struct old_files *files);
void put_timeline_back(const struct bed *bed, const struct old_files *files);
void free_files(struct old_files *files);

#endif
