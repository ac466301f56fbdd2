/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_expiry.h"

#include <inttypes.h>

#include "base/advice.h"
#include "base/log.h"
#include "keys/life_needs.h"
#include "keys/life_word.h"

#define DAY_S     86400
#define LINES_MAX 20 /* in the log at a time: there may be thousands of zones */

const struct sign_zone *zone_expiry_first(const struct sign_policy *policy, int64_t now_s)
{
	const struct sign_zone *first = NULL;
	int64_t least_s = INT64_MAX;

	for (unsigned i = 0; i < policy->zone_count; i++) {
		int64_t lasts_s = sign_periods_last_s(&policy->zones[i].periods, now_s);
		if (lasts_s < least_s) {
			first = &policy->zones[i];
			least_s = lasts_s;
		}
	}
	return first;
}

/* ---- Alarms ---- */

/* The keeper prolongs a timeline each day. The thresholds are those of the keeper, for a timeline
 * that reaches as far ahead as this one did when it was written, or one before that it did not
 * prolong: the configuration of the keeper may be on another machine. */
static enum zone_alarm alarm_of_timeline(int64_t reach_s, int64_t left_s)
{
	const struct life_policy life = { .ahead_s = reach_s };

	if (left_s < life_failing_s(&life))
		return ZONE_ALARM_FAILED;
	return left_s < life_left_s(&life) ? ZONE_ALARM_NEEDS : ZONE_ALARM_NONE;
}

enum zone_alarm zone_expiry_alarm(const struct zone_policy *policy, unsigned zone, int64_t now_s)
{
	const struct sign_zone *signing = &zone_policy_signing(policy)->zones[zone];
	const struct config_zone *text = zone_policy_zone(policy, zone);
	int64_t end_s = zone_policy_timeline_end_s(policy, zone);

	if (now_s < 0)
		return ZONE_ALARM_NONE;
	if (end_s > 0)
		return alarm_of_timeline(zone_policy_timeline_reach_s(policy, zone), end_s - now_s);
	bool is_silent = !signing->is_unsigned && signing->periods.count == 0;
	return is_silent && text && text->is_kept ? ZONE_ALARM_FAILED : ZONE_ALARM_NONE;
}

/* ---- The log ---- */

/* Returns 1 if it warned, for a sum. */
static unsigned warn_of_presigned(const struct sign_zone *zone, int64_t now_s)
{
	int64_t lasts_s = sign_periods_last_s(&zone->periods, now_s);
	char name[NAME_TEXT_SIZE];

	if (lasts_s >= 0 &&
	        (lasts_s == INT64_MAX || lasts_s >= sign_periods_span_s(&zone->periods) / 2))
		return 0;
	name_text(&zone->apex, name);
	if (lasts_s < 0)
		log_error("%.255s: pre-made KSK signatures have expired, or are not valid yet; "
		          "queries for DNSKEY, CDS or CDNSKEY get SERVFAIL: run `sealgate keys "
		          "sign`, then `sealgate ctl reload%s`",
		        name, advice_options());
	else
		log_warning("%.255s: the pre-made KSK signatures expire in %" PRId64
		            " days: run `sealgate keys sign`, then `sealgate ctl reload%s`",
		        name, lasts_s / DAY_S, advice_options());
	return 1;
}

static unsigned warn_of_timeline(const struct zone_policy *policy, unsigned zone, int64_t now_s)
{
	int64_t left_s = zone_policy_timeline_end_s(policy, zone) - now_s;
	enum zone_alarm alarm = zone_expiry_alarm(policy, zone, now_s);
	char name[NAME_TEXT_SIZE];

	name_text(&zone_policy_signing(policy)->zones[zone].apex, name);
	if (alarm == ZONE_ALARM_FAILED)
		log_error(LIFE_ALARM_FAILED
		        ": %.255s: its timeline ends in %" PRId64
		        " days, and the keeper has not prolonged it: look at the log of the "
		        "keeper",
		        name, left_s < 0 ? 0 : left_s / DAY_S);
	else if (alarm == ZONE_ALARM_NEEDS)
		log_warning(LIFE_ALARM_NEEDS
		        ": %.255s: half of its timeline is used up, and %" PRId64
		        " days are left: can the keeper reach its vault, and does its timeline "
		        "come here?",
		        name, left_s / DAY_S);
	return alarm != ZONE_ALARM_NONE;
}

/* A zone that has no keys is told as broken elsewhere, without the name of the alarm. */
static unsigned warn_of_silence(const struct zone_policy *policy, unsigned zone)
{
	const char *fault = zone_policy_fault(policy, zone);
	char name[NAME_TEXT_SIZE];

	log_error(LIFE_ALARM_FAILED
	        ": %.255s: it is not signed, and queries with DO get SERVFAIL: %s",
	        name_text(&zone_policy_signing(policy)->zones[zone].apex, name),
	        fault ? fault : "it has no keys");
	return 1;
}

static unsigned warn_of_expiry(const struct zone_policy *policy, unsigned zone, int64_t now_s)
{
	if (zone_policy_timeline_end_s(policy, zone) > 0)
		return warn_of_timeline(policy, zone, now_s);
	if (zone_expiry_alarm(policy, zone, now_s) == ZONE_ALARM_FAILED)
		return warn_of_silence(policy, zone);
	return warn_of_presigned(&zone_policy_signing(policy)->zones[zone], now_s);
}

void zone_expiry_tell(const struct zone_policy *policy, bool of_all, int64_t now_s)
{
	unsigned count = zone_policy_signing(policy)->zone_count, i = 0, warned = 0;

	for (; i < count && warned < LINES_MAX; i++) {
		if (of_all || zone_policy_is_new(policy, i))
			warned += warn_of_expiry(policy, i, now_s);
	}
	if (warned == LINES_MAX && i < count)
		log_warning(
		        "perhaps there are more zones whose signatures expire soon: `sealgate ctl "
		        "zones%s` tells of each",
		        advice_options());
}
