/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zonebed.h"

#include <unistd.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "keys/key_text.h"
#include "keys/timeline_write.h"

const char *zone_bed_path(const struct zone_bed *bed, const char *file)
{
	static char path[CONFIG_PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", bed->config.sign_zones_directory, file);
	return path;
}

void zone_bed_put(const struct zone_bed *bed, const char *file, const char *text)
{
	assert_int_equal(file_replace(zone_bed_path(bed, file), text, 0600), 0);
	if (!bed->is_hasty)
		usleep(ZONE_BED_SETTLE_US);
}

void zone_bed_configure(const struct zone_bed *bed, bool is_kept)
{
	char text[CONFIG_PATH_MAX + 64];

	snprintf(text, sizeof(text), "keys = \"%s\";\n", bed->config.sign_zones_directory);
	zone_bed_put(bed, ZONE ".conf", is_kept ? "keeper = true;\n" : text);
}

struct zone_bed *zone_bed_new(int64_t now_s)
{
	static const uint16_t flags[] = { KEYPAIR_KSK, KEYPAIR_ZSK, KEYPAIR_ZSK, KEYPAIR_ZSK,
		KEYPAIR_KSK, KEYPAIR_KSK, KEYPAIR_ZSK };
	struct zone_bed *bed = calloc(1, sizeof(*bed));
	struct config *c = &bed->config;

	config_defaults(c);
	strcpy(c->sign_zones_directory, "/tmp/sealgate-zone-XXXXXX");
	assert_non_null(mkdtemp(c->sign_zones_directory));
	strcpy(c->keeper_timelines, c->sign_zones_directory);
	strcpy(c->timeline_state, zone_bed_path(bed, "state"));
	bed->crypto = crypto_new();
	bed->now_s = now_s;
	assert_true(name_from_text(ZONE, &bed->zone));
	for (unsigned i = 0; i < ZONE_BED_KEYS; i++)
		planned_key(&bed->keys[i], &bed->zone, flags[i],
		        (ZSK_15 | KSK_15) >> i & 1 ? ALGORITHM_ED25519 : ALGORITHM_ECDSAP256);
	zone_bed_configure(bed, false);
	return bed;
}

void zone_bed_free(struct zone_bed *bed)
{
	char line[CONFIG_PATH_MAX + 64];

	zone_policy_free(bed->policy);
	crypto_free(bed->crypto);
	for (unsigned i = 0; i < ZONE_BED_KEYS; i++)
		keypair_fini(&bed->keys[i]);
	snprintf(line, sizeof(line), "rm -r %s", bed->config.sign_zones_directory);
	assert_int_equal(system(line), 0);
	config_fini(&bed->config);
	free(bed);
}

void zone_bed_plan(struct zone_bed *bed, const struct planned_period *periods, unsigned count,
        uint64_t generation, int64_t made_s)
{
	struct complaint error;
	struct timeline t;

	planned_make(&t, bed->crypto, bed->keys, periods, count);
	t.generation = generation;
	t.made_s = made_s;
	char *text = timeline_write(&t, bed->crypto, &error);
	assert_row(error.text, text != NULL);
	zone_bed_put(bed, FILE_OF_TIMELINE, text);
	key_text_free(text);
	timeline_fini(&t);
}

void zone_bed_make_by_hand(const struct zone_bed *bed, int64_t now_s)
{
	struct zone_key_files files = { .directory = bed->config.sign_zones_directory,
		.zone = &bed->zone };
	const struct zone_signing how = { .now_s = now_s, .days = 8, .group = (gid_t)-1 };
	struct complaint why;
	unsigned made;

	assert_int_equal(zone_keys_generate(&files, ALGORITHM_ED25519, now_s, &made, &why), 0);
	assert_int_equal(zone_keys_sign(&files, bed->crypto, &how, &why), 0);
	zone_key_files_free(&files);
	usleep(ZONE_BED_SETTLE_US);
}

const char *zone_bed_reload_for(struct zone_bed *bed, uint64_t check_ms)
{
	struct complaint why;
	struct zone_policy *next =
	        zone_policy_make(&bed->config, bed->policy, bed->now_s, check_ms, &why);

	assert_row(why.text, next);
	zone_policy_free(bed->policy);
	bed->policy = next;
	return zone_policy_fault(bed->policy, 0);
}

const char *zone_bed_reload(struct zone_bed *bed)
{
	return zone_bed_reload_for(bed, ZONE_POLICY_CHECK_START);
}

void zone_bed_reload_well(struct zone_bed *bed)
{
	const char *fault = zone_bed_reload(bed);

	assert_row(fault, !fault);
}

const struct sign_period *zone_bed_period(const struct zone_bed *bed, int64_t now_s)
{
	return sign_zone_period(&zone_policy_signing(bed->policy)->zones[0], now_s);
}
