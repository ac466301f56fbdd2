/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/encoding.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BLANKS      " \t"
#define TIME_FORMAT "%Y%m%d%H%M%S"

bool base64_decode(const char *text, uint8_t *out, size_t capacity, size_t *len)
{
	const char *end;
	size_t text_len = strlen(text);

	return sodium_base642bin(out, capacity, text, text_len, BLANKS, len, &end,
	               sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       end == text + text_len;
}

bool hex_decode(const char *text, uint8_t *out, size_t capacity, size_t *len)
{
	const char *end;
	size_t text_len = strlen(text);

	return sodium_hex2bin(out, capacity, text, text_len, BLANKS, len, &end) == 0 &&
	       end == text + text_len;
}

const char *base64_encode(struct span octets, char *text)
{
	return sodium_bin2base64(text, BASE64_SIZE(octets.len), octets.base, octets.len,
	        sodium_base64_VARIANT_ORIGINAL);
}

const char *hex_encode(struct span octets, char *text)
{
	for (size_t i = 0; i < octets.len; i++)
		sprintf(text + 2 * i, "%02X", octets.base[i]);
	text[2 * octets.len] = '\0';
	return text;
}

bool decimal_read(const char *text, unsigned long max, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, 10);
	return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *value <= max;
}

static int two_digits(const char *text)
{
	return 10 * (text[0] - '0') + text[1] - '0';
}

/* A signer with thousands of zones reads a million of these at its start, and strptime() takes ten
 * times as long. */
bool digits_time_read(const char *text, int64_t *time_s)
{
	if (strspn(text, "0123456789") != DIGITS_TIME_SIZE - 1 || text[DIGITS_TIME_SIZE - 1])
		return false;
	struct tm tm = { .tm_year = 100 * two_digits(text) + two_digits(text + 2) - 1900,
		.tm_mon = two_digits(text + 4) - 1,
		.tm_mday = two_digits(text + 6),
		.tm_hour = two_digits(text + 8),
		.tm_min = two_digits(text + 10),
		.tm_sec = two_digits(text + 12) };
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return false;
	*time_s = (int64_t)timegm(&tm); /* which makes the 2nd of March of a 30th of February */
	return tm.tm_mday == two_digits(text + 6) && text[0] != '0';
}

const char *digits_time_write(int64_t time_s, char text[static DIGITS_TIME_SIZE])
{
	time_t t = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(text, DIGITS_TIME_SIZE, TIME_FORMAT, &tm) == 0)
		text[0] = '\0';
	return text;
}
