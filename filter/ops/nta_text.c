/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ops/nta_text.h"

#include <stdio.h>
#include <time.h>

#define UNTIL       " until "
#define TIME_FORMAT "%Y%m%d%H%M%S" /* as RRSIGs have it: RFC 4034, 3.2 */
#define TIME_DIGITS 14

static bool read_time(const char *text, int64_t *time_s)
{
	struct tm tm = { 0 };
	const char *end;

	if (strlen(text) != TIME_DIGITS || strspn(text, "0123456789") != TIME_DIGITS)
		return false;
	end = strptime(text, TIME_FORMAT, &tm);
	*time_s = (int64_t)timegm(&tm);
	return end && *end == '\0';
}

bool nta_read(const char *text, struct nta *nta)
{
	char zone[NAME_TEXT_SIZE];
	const char *until = strstr(text, UNTIL);
	size_t len = until ? (size_t)(until - text) : strlen(text);

	if (len >= sizeof(zone))
		return false;
	memcpy(zone, text, len);
	zone[len] = '\0';
	nta->expires_s = NTA_FOREVER;
	return strcspn(zone, " \t") == len && name_from_text(zone, &nta->zone) &&
	       (!until || read_time(until + strlen(UNTIL), &nta->expires_s));
}

void nta_write(const struct nta *nta, char text[static NTA_TEXT_SIZE])
{
	char zone[NAME_TEXT_SIZE], until[32] = "";
	time_t expires = (time_t)nta->expires_s;
	struct tm tm;

	if (nta->expires_s != NTA_FOREVER && gmtime_r(&expires, &tm))
		strftime(until, sizeof(until), UNTIL TIME_FORMAT, &tm);
	snprintf(text, NTA_TEXT_SIZE, "%s%s", name_text(&nta->zone, zone), until);
}
