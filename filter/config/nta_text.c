/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/nta_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "config/duration.h"

#define UNTIL " until "

static_assert(NTA_END_SIZE >= DIGITS_TIME_SIZE, "an end has room for a time");

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
	       (!until || digits_time_read(until + strlen(UNTIL), &nta->expires_s));
}

bool nta_end_read(const char *text, int64_t now_s, int64_t *expires_s)
{
	int64_t seconds;

	if (digits_time_read(text, expires_s))
		return true;
	if (!duration_read(text, &seconds))
		return false;
	*expires_s = now_s + seconds;
	return true;
}

const char *nta_end_write(int64_t expires_s, char text[static NTA_END_SIZE])
{
	if (expires_s == NTA_FOREVER)
		strcpy(text, "never");
	else
		digits_time_write(expires_s, text);
	return text;
}

void nta_write(const struct nta *nta, char text[static NTA_TEXT_SIZE])
{
	char zone[NAME_TEXT_SIZE], until[DIGITS_TIME_SIZE] = "";
	bool ends = nta->expires_s != NTA_FOREVER;

	if (ends)
		digits_time_write(nta->expires_s, until);
	snprintf(text, NTA_TEXT_SIZE, "%s%s%s", name_text(&nta->zone, zone), ends ? UNTIL : "",
	        until);
}
