/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_absence.h"

#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"

void note_presence(
        struct sign_job *job, const struct sign_zone *zone, const struct name *name, uint32_t ttl_s)
{
	struct signer *s = job->signer;

	if (!memory_note_name(s, name, &zone->apex, least(ttl_s, zone->max_ttl_s), job->now_s) ||
	        memory_contradicts(s, zone))
		return;
	memory_note_contradiction(s, zone);
	job->result->contradicts = true;
}

bool is_name_absent(struct sign_job *job, const struct signer_walk *w, uint16_t qtype)
{
	struct signer *s = job->signer;
	bool is_for_both = memory_note_denied(s, &w->name, qtype, job->now_s);

	if (name_equal(&w->name, &w->zone->apex) || memory_has_name(s, &w->name, job->now_s) ||
	        memory_lacks_names(s, job->now_s) || memory_contradicts(s, w->zone))
		return false;
	return w->zone->nxdomain == SIGN_NXDOMAIN_NAME ||
	       (w->zone->nxdomain == SIGN_NXDOMAIN_CHECKED && is_for_both);
}
