/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "late.h"

void late_configure(const struct zone_bed *bed, int64_t max_ttl_s)
{
	char line[CONFIG_PATH_MAX + 64];

	snprintf(line, sizeof(line), "keys = \"%s\";\nmax_ttl = %d;\n",
	        bed->config.sign_zones_directory, (int)max_ttl_s);
	zone_bed_put(bed, ZONE ".conf", line);
}

unsigned late_shown(const struct zone_bed *bed, const struct sign_period *p)
{
	unsigned found = 0;

	for (unsigned i = 0; i < ZONE_BED_KEYS; i++) {
		if (presigned_has(&p->dnskey, keypair_rdata(&bed->keys[i])))
			found |= 1u << i;
	}
	return found;
}

unsigned late_signers(const struct zone_bed *bed, const struct sign_period *p)
{
	unsigned found = 0;

	for (unsigned i = 0; i < ZONE_BED_KEYS; i++) {
		if (sign_period_has_key(p, bed->keys[i].key))
			found |= 1u << i;
	}
	return found;
}

unsigned late_ds(const struct zone_bed *bed, const struct sign_period *p)
{
	unsigned found = 0;

	for (unsigned d = 0; d < p->ds_count; d++) {
		for (unsigned i = 0; i < ZONE_BED_KEYS; i++) {
			if (bed->keys[i].tag == (p->ds[d].base[0] << 8 | p->ds[d].base[1]))
				found |= 1u << i;
		}
	}
	return found;
}
